/**
 * A new sealing key where records lie in a database: made while no server is active, known to the one that begins after it.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { type Ended, millrace } from '../cli/millrace.js';
import { requirement } from '../requirements.js';
import { PostgresServer } from '../support/postgres-server.js';

const { missing } = requirement('postgresql');

describe.skipIf(missing)(`a new sealing key${missing ? ` (${missing})` : ''}`, () => {
  let database: PostgresServer;
  let home: string;
  let address: string;
  let server: Server | undefined;

  beforeAll(async () => {
    database = await PostgresServer.start();
    const { schema } = await database.makeSpace();
    address = database.addressOf(schema);
    home = mkdtempSync(join(tmpdir(), 'millrace-sealing-'));
    mkdirSync(join(home, 'pipelines'));
    writeFileSync(
      join(home, 'pipelines', 'uses.yaml'),
      'pipeline: uses\nsteps:\n  - used: { shell: { command: [sh, -c, "test $VALUE = corr3ct-horse"], env: { VALUE: { secret: county } } } }\n',
    );
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  afterAll(async () => {
    await database?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const key = (): string => join(home, 'keys', 'seal.key');
  async function open(): Promise<Server> {
    mkdirSync(join(home, 'keys'), { recursive: true });
    server = await startServer({
      ...{ folder: join(home, 'pipelines'), data: join(home, 'data'), port: 0 },
      ...{ place: address, sealKey: key() },
    });
    return server;
  }
  const rotate = (...args: string[]): Promise<Ended> =>
    millrace(['keys', 'rotate-sealing', ...args], {
      cwd: home,
      env: { MILLRACE_STORE: address, MILLRACE_SEAL_KEY: key() },
    });

  it('is refused while a server is active, and opens what was sealed before when it is made', async () => {
    const { engine } = await open();
    await engine.secrets.set(ofTeam('default'), 'county', 'corr3ct-horse', 'somebody');
    const before = readFileSync(key());
    const refused = await rotate();
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining('MILL5076')]);
    expect(readFileSync(key())).toEqual(before);
    await server?.close();
    const made = await rotate();
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining(`${key()}.1`)]);
    expect(readFileSync(`${key()}.1`)).toEqual(before);
    expect(readFileSync(key())).not.toEqual(before);
    for (const again of ['sealed under the key of before', 'sealed anew']) {
      const next = await open();
      const { status } = await next.engine.executions.run(EVERYTHING, { pipeline: 'uses' });
      expect(status, again).toBe('SUCCEEDED');
      await next.close();
    }
  });

  it('is not made where no records lie, or no key, and says what to name', async () => {
    const { code, stderr } = await rotate('--store', '', '--data', join(home, 'data'));
    expect([code, stderr]).toEqual([5, expect.stringContaining('--store')]);
    const none = await rotate('--seal-key', join(home, 'none'));
    expect([none.code, none.stderr]).toEqual([5, expect.stringContaining('MILL5075')]);
    expect(existsSync(join(home, 'none'))).toBe(false);
  });
});
