/**
 * A server with a file of accounts: it starts without a call to AWS, and not at all with a wrong file.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFailure } from '../../src/cli/commands/up.js';
import { startServer } from '../../src/server.js';
import { startStub } from './stub-service.js';

describe('a server with accounts of AWS', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const accounts = (text: string): string => {
    const file = join(folder, 'accounts.yaml');
    writeFileSync(file, text);
    return file;
  };

  it('starts, calls nobody, and closes', async () => {
    const stub = await startStub(() => ({ status: 200, json: {} }));
    const file = accounts(
      `accounts: [{ name: lake, account: "111122223333", region: eu-central-1, endpoint: "${stub.url}", teams: "*" }]`,
    );
    const server = await startServer({ data: join(folder, 'data'), port: 0, accounts: file });
    await server.close();
    expect(stub.asked).toEqual([]);
    await stub.close();
  });

  it('does not start with a wrong file, and says what is wrong and where', async () => {
    const file = accounts('accounts: [{ name: lake, account: 1, region: eu-central-1 }]');
    const starting = startServer({ data: join(folder, 'data'), port: 0, accounts: file });
    const failure = startFailure(await starting.catch((error: unknown) => error), 0);
    expect(failure.message).toMatch(/accounts\.yaml:1:35/);
    expect(failure).toMatchObject({ code: 'MILL5081', exitCode: 3 });
    // What it had opened is closed: another server can have the folder.
    const server = await startServer({ data: join(folder, 'data'), port: 0 });
    await server.close();
  });

  it.skipIf(!existsSync('dist/cli/commands/up.js'))(
    'loads no client of AWS before it calls one',
    () => {
      const server = JSON.stringify(join(process.cwd(), 'dist/server.js'));
      const program = `
      import { createRequire } from 'node:module';
      await import(${server});
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      process.stdout.write(JSON.stringify(loaded.filter((path) => path.includes('@aws-sdk'))));
    `;
      const told = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
        encoding: 'utf8',
      });
      expect(JSON.parse(told)).toEqual([]);
    },
  );
});
