/**
 * Alerts of Prometheus become incidents: told by Debian's own Alertmanager, and by requests that are wrong.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';
import { openTestServer, type TestServer } from './test-server.js';

const { missing } = requirement('alertmanager');

let it: TestServer;
let token: string;
beforeAll(async () => {
  it = await openTestServer();
  token = await it.server.authenticator.issue('api', { label: 'alertmanager', teams: ['parcels'] });
});
afterAll(() => it.close());

const labels = { alertname: 'DiskFull', severity: 'critical', county: 'alpine' };
const results = async () => (await it.server.engine.checks.list(EVERYTHING)).items;
const incidents = async () =>
  (await it.server.engine.incidents.list(EVERYTHING, { status: 'all' })).items;

describe.skipIf(missing)('alerts of a real Alertmanager', () => {
  let folder: string;
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-alertmanager-'));
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => probe.once('listening', done));
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    url = `http://127.0.0.1:${port}`;
    const hook = {
      url: `${it.server.url}/api/v1/alertmanager`,
      send_resolved: true,
      http_config: { authorization: { credentials: token } },
    };
    // Every JSON document is YAML.
    writeFileSync(
      join(folder, 'a.yml'),
      JSON.stringify({
        route: { receiver: 'millrace', group_wait: '10ms', group_interval: '100ms' },
        receivers: [{ name: 'millrace', webhook_configs: [hook] }],
      }),
    );
    child = spawn(
      'prometheus-alertmanager',
      [
        ...[`--config.file=${folder}/a.yml`, `--storage.path=${folder}/data`],
        ...[`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='],
      ],
      { stdio: 'ignore' },
    );
    await until(
      async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true,
      (ready) => ready,
    );
  });
  afterAll(async () => {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true });
  });

  async function tell(endsAt?: number): Promise<void> {
    const annotations = { summary: 'the disk is full' };
    const ends = endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() };
    const answer = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, annotations, ...ends }]),
    });
    expect(answer.status).toBe(200);
  }

  test('open an incident of the team while they fire, and end it when they are resolved', async () => {
    await tell();
    const open = await until(incidents, (all) => all.length > 0);
    expect(open).toMatchObject([{ team: 'parcels', status: 'OPEN' }]);
    expect((await results())[0]).toMatchObject({
      ...{ team: 'parcels', status: 'CRITICAL', cause: 'the disk is full' },
      subject: { provider: 'prometheus', kind: 'alert', name: 'DiskFull' },
      tags: { county: 'alpine' },
    });
    await tell(Date.now() - 1_000);
    const over = await until(incidents, ([one]) => one?.status === 'RESOLVED');
    expect(over).toMatchObject([{ status: 'RESOLVED' }]);
  });
});

const post = async (body: unknown, as: string | null = token) =>
  await it.request('POST', '/api/v1/alertmanager', { token: as, body });

test.each([
  ['warning', 'WARNING'],
  ['info', 'WARNING'],
  ['page', 'CRITICAL'],
  [undefined, 'CRITICAL'],
])('an alert of severity %s is %s', async (severity, status) => {
  const named = { alertname: `of-${severity}`, ...(severity === undefined ? {} : { severity }) };
  const answer = await post({ version: '4', alerts: [{ status: 'firing', labels: named }] });
  expect(answer.json()).toEqual({ reported: 1 });
  expect((await results())[0]).toMatchObject({ status, cause: 'firing' });
});

test.each([
  [{ version: '3', alerts: [] }],
  [{ version: '4' }],
  [{ version: '4', alerts: [{ status: 'firing', labels: {} }] }],
  [{ version: '4', alerts: [{ status: 'burning', labels }] }],
  [{ version: '4', alerts: Array.from({ length: 1_001 }, () => ({ status: 'firing', labels })) }],
])('%j is refused, and nothing of it counts', async (body) => {
  const before = await results();
  expect((await post(body)).status).toBe(400);
  expect(await results()).toEqual(before);
});

test('alerts without a token are refused', async () => {
  expect((await post({ version: '4', alerts: [] }, null)).status).toBe(401);
});
