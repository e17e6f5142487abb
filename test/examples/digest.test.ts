/**
 * The morning digest of the parcels of counties: on a real server with real connectors.
 */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';

const root = resolve(import.meta.dirname, '../..');
const EXAMPLES = ofTeam('examples');
let home: string;
let server: Server;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'millrace-digest-'));
  const folder = join(home, 'parcels');
  cpSync(join(root, 'examples/parcels'), folder, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  const digest = '{ at: "08:00", group: county }';
  writeFileSync(join(folder, 'team.yaml'), `team: examples\ndigest: ${digest}\n`);
  server = await startServer({ folder, data: join(home, 'data'), port: 0 });
}, 180_000);

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

test('of a county that succeeded and one that failed says which, why, and whose it is', async () => {
  expect(server.folder?.problems().filter(({ severity }) => severity === 'error')).toEqual([]);
  const { executions, digests, notifications } = server.engine;
  await executions.run(EXAMPLES, { pipeline: 'parcels-alder' });
  const failed = await executions.run(EXAMPLES, { pipeline: 'parcels-juniper' });
  const digest = await digests.now(EXAMPLES, { since: 3_600_000, group: 'county' });
  const of = (failures: number): object => ({
    ...{ service: 'pipeline', executions: 1, successes: 1 - failures, failures, warnings: 0 },
  });
  expect(digest.sums).toEqual([
    { group: 'alder', ...of(0) },
    { group: 'juniper', ...of(1) },
  ]);
  expect(digest.lines).toMatchObject([
    {
      ...{ group: 'juniper', name: 'parcels-juniper', pipeline: 'parcels-juniper' },
      comments: [{ level: 'error', count: 1, execution: failed.id }],
    },
  ]);
  expect(digest.lines[0]?.comments[0]?.text).toMatch(/^failed: /);
  expect(digest.incidents).toMatchObject([{ name: 'parcels-juniper', acknowledged: false }]);
  expect(digest.title).toBe("examples: 1 failure in 2 executions, 1 incident open (1 nobody's)");
  expect(await digests.send(EXAMPLES, { since: 3_600_000 })).toBe(1);
  const { items } = await notifications.deliveries(EXAMPLES, { channel: 'outbox' });
  expect(items.filter(({ kind }) => kind === 'digest')).toMatchObject([
    { status: 'DELIVERED', message: { title: digest.title } },
  ]);
}, 180_000);
