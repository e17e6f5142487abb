/**
 * A password of the database that stands in the environment and not in the address: every process that reads records has it, and
 * no task does.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { PostgresServer } from '../support/postgres-server.js';

const { missing } = requirement('postgresql');
const PASSWORD = 'k7-moat-lantern';

describe.skipIf(missing)(`a password in the environment${missing ? ` (${missing})` : ''}`, () => {
  let database: PostgresServer;
  let home: string;
  let address: string;
  let server: Server | undefined;

  beforeAll(async () => {
    database = await PostgresServer.start();
    const { schema } = await database.makeSpace();
    await database.makeUser('guarded', PASSWORD, schema);
    address = database.addressOf(schema).replace('millrace@', 'guarded@');
  });
  afterAll(() => database?.stop());
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'millrace-password-'));
    mkdirSync(join(home, 'pipelines'));
    writeFileSync(
      join(home, 'pipelines', 'tells.yaml'),
      'pipeline: tells\nsteps:\n  - told: { shell: [sh, -c, "env | grep -c PG || true"] }\n',
    );
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });

  it.each(['PGPASSWORD', 'PGPASSFILE'])('%s', async (variable) => {
    const file = join(home, 'passes');
    writeFileSync(file, `127.0.0.1:*:*:guarded:${PASSWORD}\n`, { mode: 0o600 });
    vi.stubEnv(variable, variable === 'PGPASSWORD' ? PASSWORD : file);
    const folder = join(home, 'pipelines');
    server = await startServer({ folder, data: join(home, 'data'), port: 0, place: address });
    const { id } = await server.engine.executions.run(EVERYTHING, { pipeline: 'tells' });
    // Read by processes beside the server.
    const token = await server.authenticator.issue('api', { label: 'reads', role: 'viewer' });
    for (const path of ['/executions', `/executions/${id}/history`, `/executions/${id}/logs`]) {
      const answer = await fetch(`${server.url}/api/v1${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { items } = (await answer.json()) as { items: JsonObject[] };
      expect([answer.status, items.length > 0], path).toEqual([200, true]);
      if (path.endsWith('/logs')) expect(items[0]).toMatchObject({ message: '0' });
    }
  });
});
