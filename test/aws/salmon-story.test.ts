/**
 * Settings of SALMON taken over and acted on: two accounts have a job of one name, and the right people hear of the right one. Real
 * server, AWS's APIs by moto.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as Sink } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { AwsObject } from '../../src/aws/aws.js';
import { createAws } from '../../src/aws/create-aws.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { convertSalmon } from '../../src/pipelines/salmon/convert-settings.js';
import { readSalmon } from '../../src/pipelines/salmon/read-settings.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';

const moto = requirement('moto');
const REGION = 'eu-central-1';
const LAKE = '111122223333';
const SEA = '444455556666';
const environment = { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' };

const group = (name: string, place: string) => ({
  group_name: name,
  glue_jobs: [{ name: 'load*', monitored_environment_name: place, sla_seconds: 3_600 }],
});
const recipient = (name: string, of: string) => ({
  ...{ recipient: `${name}@example.org`, delivery_method: 'mail' },
  subscriptions: [{ monitoring_group: of, alerts: true, digest: true }],
});
const SETTINGS = {
  general: {
    tooling_environment: { region: REGION },
    monitored_environments: [
      { name: 'Lake [<<env>>]', account_id: LAKE, region: REGION },
      { name: 'Sea [<<env>>]', account_id: SEA, region: REGION },
    ],
    delivery_methods: [
      { name: 'mail', delivery_method_type: 'AWS_SES', sender_email: 'noreply@example.org' },
    ],
  },
  groups: { monitoring_groups: [group('fresh', 'Lake [<<env>>]'), group('salt', 'Sea [<<env>>]')] },
  recipients: { recipients: [recipient('ana', 'fresh'), recipient('eva', 'salt')] },
  replacements: { '<<env>>': 'dev' },
};

describe.skipIf(moto.missing)('settings of SALMON that are taken over', () => {
  let services: MotoServices;
  let server: TestServer;
  let sink: Sink;
  let root: string;
  /** What each recipient was told. */
  const told: { readonly [who: string]: string[] } = { ana: [], eva: [] };

  beforeAll(async () => {
    services = await startMotoServices();
    sink = createServer((request, answer) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        told[request.url?.slice(1) ?? '']?.push(body);
        answer.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => sink.once('listening', done));
    const { port } = sink.address() as AddressInfo;

    const texts = Object.fromEntries(
      Object.entries(SETTINGS).map(([key, value]) => [key, JSON.stringify(value)]),
    ) as { [file in keyof typeof SETTINGS]: string };
    const { settings, problems } = readSalmon(texts);
    expect(problems).toEqual([]);
    if (settings === undefined) throw new Error('no settings');
    const { accounts, team } = convertSalmon(settings, { team: 'data' });
    const here = accounts.accounts.map((one) => ({ ...one, endpoint: services.url }));
    // Mails would leave this machine: the same people, by webhooks.
    const channels = Object.fromEntries(
      Object.keys(team.channels as object).map((name) => [
        name,
        { type: 'webhook', url: `http://127.0.0.1:${port}/${name}` },
      ]),
    );
    root = mkdtempSync(join(tmpdir(), 'millrace-salmon-'));
    const folder = join(root, 'pipelines');
    mkdirSync(folder);
    writeFileSync(join(folder, 'data.yaml'), stringify({ ...team, channels }));
    const file = join(root, 'accounts.yaml');
    writeFileSync(file, stringify({ accounts: here }));

    const aws = createAws({
      ...{ environment, secrets: createSecretRegistry() },
      accounts: here.map((one, index) => ({
        ...{ name: `a${index}`, account: index === 0 ? LAKE : SEA, regions: [REGION] },
        ...{ endpoint: services.url, teams: '*' as const },
        role: { arn: (one as unknown as { role: string }).role },
      })),
    });
    const call = async (account: string, action: string, input: AwsObject): Promise<AwsObject> => {
      const answer = await aws.call({
        place: { account, region: REGION },
        service: 'glue',
        action,
        input,
      });
      if (answer.type === 'refused') throw new Error(`${answer.name}: ${answer.message}`);
      return answer.output;
    };
    for (const account of ['a0', 'a1']) {
      const Command = { Name: 'glueetl', ScriptLocation: 's3://scripts/load.py' };
      await call(account, 'createJob', { Name: 'load', Role: 'any', Command });
      const outcome = account === 'a0' ? 'SUCCEEDED' : 'FAILED';
      const { JobRunId } = await call(account, 'startJobRun', {
        ...{ JobName: 'load', Arguments: { '--outcome': outcome, '--error': 'no disk' } },
      });
      await until(
        async () =>
          (await call(account, 'getJobRun', { JobName: 'load', RunId: String(JobRunId) })).JobRun,
        (run) => (run as AwsObject).JobRunState === outcome,
      );
    }
    aws.close();
    server = await openTestServer({
      ...{ folder, accounts: file, environment, channelAddresses: ['127.0.0.1'] },
    });
  }, 120_000);

  afterAll(async () => {
    await server?.close();
    await services?.close();
    sink?.close();
    if (root !== undefined) rmSync(root, { recursive: true, force: true });
  });

  it('tell the right people of the right one, and the digest counts each by itself', async () => {
    await until(
      () => told.eva,
      (messages) => (messages?.length ?? 0) > 0,
    );
    expect(told.eva?.join('\n')).toContain('no disk');
    expect(told.eva?.join('\n')).toContain(SEA);
    expect(told.ana).toEqual([]);

    const { items } = await server.server.engine.checks.list(EVERYTHING);
    expect(
      items.map(({ subject, status }) => [subject.account, subject.name, status]).sort(),
    ).toEqual([
      [LAKE, 'load', 'OK'],
      [SEA, 'load', 'CRITICAL'],
    ]);
    const digest = await server.server.engine.digests.now(EVERYTHING, {
      ...{ since: 86_400_000, group: 'group' },
    });
    expect(digest.sums).toEqual([
      {
        group: 'fresh',
        service: 'aws glue-job',
        executions: 1,
        successes: 1,
        failures: 0,
        warnings: 0,
      },
      {
        group: 'salt',
        service: 'aws glue-job',
        executions: 1,
        successes: 0,
        failures: 1,
        warnings: 0,
      },
    ]);
  }, 180_000);
});
