/**
 * A server on which teams have one of everything that an answer can tell about. Every name, id, input and text of a team's
 * things holds the team's name, so that a text of one team is known wherever it turns up.
 * @module
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTeam, type Team } from '../attack/two-teams.js';
import { challenged } from '../support/challenged.js';
import { LINEAGE_EVENT } from './routes.js';
import {
  datasetPipeline,
  echoPipeline,
  failingPipeline,
  openTestServer,
  type TestServer,
  waitingPipeline,
} from './test-server.js';

const ROLE = 'arn:aws:iam::000000000000:role/any';
const WAIT = { StartAt: 'Hold', States: { Hold: { Type: 'Wait', Seconds: 86_400, End: true } } };

/** A team and what it has. */
export interface PopulatedTeam extends Team {
  name: string;
  /** Ids of executions, children of a distributed Map among them. */
  executions: string[];
  pipelines: string[];
  /** Ids of map runs and backfills. */
  mapRuns: string[];
  backfills: string[];
  buses: string[];
  /** A task token that is waited for. */
  taskToken: string;
}

export interface PopulatedServer {
  it: TestServer;
  teams: PopulatedTeam[];
  close(): Promise<void>;
}

/** Opens a server with these teams. Their names hold letters only, and none is part of another. */
export async function openPopulatedServer(names: readonly string[]): Promise<PopulatedServer> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-populated-'));
  const folder = join(root, 'pipelines');
  mkdirSync(folder);
  for (const team of names) {
    writeFileSync(join(folder, `${team}-written.yaml`), written(team));
    const rotations = { [`${team}-primary`]: { people: [team] } };
    const tasks = { pattern: { source: ['aws.dms'] }, kind: 'dms-task', name: '$.detail.task' };
    const watch = [{ account: 'shared', events: [tasks], tags: { owner: team } }];
    const madeOf = { release: 'emr-7.5.0', instances: { type: 'm5.xlarge', count: 3 } };
    const clusterPools = { [`${team}-etl`]: { ...madeOf, max: 2 } };
    const told = { team, people: { [team]: {} }, rotations, watch, clusterPools };
    writeFileSync(join(folder, `${team}-team.yaml`), JSON.stringify(told, null, 2));
  }
  const mockConfig = join(root, 'mocks.json');
  const cases = { TestCases: { played: { Ask: 'Played' } } };
  writeFileSync(
    mockConfig,
    JSON.stringify({
      StateMachines: Object.fromEntries(names.map((team) => [`${team}-mocked`, cases])),
      MockedResponses: { Played: { '0': { Return: { played: true } } } },
    }),
  );
  const rates = join(root, 'rates.yaml');
  writeFileSync(rates, 'currency: USD\nrates: [{ from: 2020-01-01, transition: 0.000025 }]\n');
  // Nobody answers there, and no call leaves this machine.
  const accounts = join(root, 'accounts.yaml');
  const nowhere = { region: 'eu-central-1', endpoint: 'http://127.0.0.1:1' };
  const listed = names.map((team, index) => {
    return {
      name: `${team}-lake`,
      account: `${111_111_111_111 + index}`,
      ...nowhere,
      teams: [team],
    };
  });
  const shared = { name: 'shared', account: ACCOUNT, ...nowhere, teams: '*' };
  writeFileSync(accounts, JSON.stringify({ accounts: [...listed, shared] }));
  const environment = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const it = await openTestServer({ folder, mockConfig, rates, accounts, environment });
  const teams: PopulatedTeam[] = [];
  const closers: (() => void)[] = [];
  for (const name of names) {
    const opened = await openTeam(it, name);
    closers.push(() => opened.close());
    teams.push(await populate(it, root, name, opened));
  }
  // From now on their files have problems; what was deployed stays.
  for (const team of names) {
    writeFileSync(join(folder, `${team}-written.yaml`), `${written(team)}stpes: ${team}\n`);
  }
  await it.request('POST', '/api/v1/reload');
  return {
    it,
    teams,
    async close() {
      for (const close of closers) close();
      await it.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** An account of AWS of which nothing but events is seen. */
const ACCOUNT = '111122223333';

const written = (team: string): string =>
  `pipeline: ${team}-written\nteam: ${team}\nsteps:\n  - say:\n      echo: { by: ${team} }\n`;

async function populate(
  it: TestServer,
  root: string,
  team: string,
  client: Team,
): Promise<PopulatedTeam> {
  const { engine } = it.server;
  const folder = join(root, team);
  mkdirSync(join(folder, 'incoming'), { recursive: true });
  mkdirSync(join(folder, 'delivered'));
  const of = { team, tags: { owner: team }, folder };
  const call = async (
    service: 'sfn' | 'events' | 'scheduler',
    op: string,
    input: object,
    // biome-ignore lint/suspicious/noExplicitAny: the test reads members of answers that it knows.
  ): Promise<any> => {
    const { error, message, answer } = await client.call(service, op, input);
    if (error !== undefined) throw new Error(`${op}: ${error} ${message}`);
    return answer;
  };
  const post = async (path: string, body: object): Promise<JsonObject> => {
    const answer = await it.request('POST', `/api/v1${path}`, { token: client.token, body });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.json<JsonObject>();
  };

  const schedule = {
    schedule: { hour: 3, timezone: 'Europe/Berlin', flexibleWindow: '15m' },
    events: [
      { pattern: { source: [`${team}-shop`], 'detail-type': ['placed'] } },
      {
        pattern: { source: [`${team}-shop`], 'detail-type': ['returned'] },
        batch: { size: 5, window: '1h' },
      },
    ],
  };
  const pools = { [`${team}-pool`]: 1 };
  const arrivals = { path: `{interval}/{partner}.csv`, partners: [`${team}-north`] };
  await engine.pipelines.deploy(
    echoPipeline(`${team}-daily`, {
      ...of,
      sections: { trigger: schedule, expect: ['runs within 8 days', 'starts by 03:30'] },
    }),
  );
  // Missed as soon as it has run: it fails.
  await engine.pipelines.deploy(
    failingPipeline(`${team}-failing`, { ...of, sections: { expect: ['succeeded'] } }),
  );
  await engine.pipelines.deploy(
    waitingPipeline(`${team}-pooled`, { ...of, sections: { concurrency: { pools } } }),
  );
  await engine.pipelines.deploy(
    echoPipeline(`${team}-follows`, {
      ...of,
      sections: { trigger: { executions: { allOf: [{ name: `${team}-daily` }] } } },
    }),
  );
  await engine.pipelines.deploy(
    echoPipeline(`${team}-arrivals`, {
      ...of,
      sections: { trigger: { files: { under: 'incoming', arrivals } } },
    }),
  );
  await engine.pipelines.deploy(
    echoPipeline(`${team}-delivery`, {
      ...of,
      sections: { trigger: { files: { under: 'delivered', manifest: 'manifest-*.json' } } },
    }),
  );
  const manifest = { files: [{ name: `${team}-missing.csv` }] };
  writeFileSync(join(folder, 'delivered', `manifest-${team}.json`), JSON.stringify(manifest));

  // Executions: by hand, for an interval, failed, redriven, waiting for a slot.
  await engine.executions.run(EVERYTHING, {
    pipeline: `${team}-daily`,
    team,
    name: `${team}-hand`,
    interval: '2026-11-02',
    input: { by: team },
  });
  const failed = await engine.executions.run(EVERYTHING, {
    pipeline: `${team}-failing`,
    team,
    name: `${team}-night`,
    input: { by: team },
  });
  await engine.executions.redrive(EVERYTHING, failed.id);
  await engine.executions.wait(EVERYTHING, failed.id);
  for (const name of [`${team}-first`, `${team}-second`]) {
    await post('/executions', { pipeline: `${team}-pooled`, name, input: { by: team } });
  }
  const watch = { scope: { include: [`owner:${team}`] }, groupBy: 'owner', newSource: 0 };
  await engine.monitors.put(ofTeam(team), `${team}-watch`, watch);
  const until = Date.now() + 86_400_000;
  const silence = { tags: { owner: 'nobody' }, until, actor: team, reason: `${team} moves` };
  await engine.incidents.silence(ofTeam(team), silence);
  await engine.notifications.test(ofTeam(team), 'outbox');
  const permits = { name: `${team}-permits`, status: 'WARNING', tags: { owner: team } };
  await post('/checks', { ...permits, cause: `no news for ${team}`, rows: 0 });
  // Events: one that starts, one that waits in a batch, one that nearly matches.
  const event = (detailType: string): object => ({
    id: `${team}-${detailType}`,
    source: `${team}-shop`,
    detailType,
    detail: { by: team },
  });
  await post('/events', { events: [event('placed'), event('returned'), event('other')] });
  const seen = {
    ...{ id: `${team}-task`, source: 'aws.dms', 'detail-type': 'done', account: ACCOUNT },
    ...{ region: 'eu-central-1', detail: { task: `${team}-task` } },
  };
  const forwarded = { source: `${team}-hook`, detailType: 'forwarded', detail: seen };
  await post('/events', { events: [forwarded] });
  const backfill = { pipeline: `${team}-daily`, from: '2026-11-01', to: '2026-11-03' };
  const { id: backfillId } = await post('/backfills', backfill);
  await challenged(it.server.engine, ofTeam(team), `${team}-written`);

  // What clients of AWS make: a version and an alias, a distributed Map, a child, a mocked test case.
  const machine = async (name: string, definition: object): Promise<string> =>
    (
      await call('sfn', 'CreateStateMachine', {
        name,
        definition: JSON.stringify(definition),
        roleArn: ROLE,
      })
    ).stateMachineArn;
  const plain = await machine(`${team}-machine`, WAIT);
  await call('sfn', 'PublishStateMachineVersion', { stateMachineArn: plain });
  const routingConfiguration = [{ stateMachineVersionArn: `${plain}:1`, weight: 100 }];
  await call('sfn', 'CreateStateMachineAlias', { name: `${team}-live`, routingConfiguration });
  const start = async (stateMachineArn: string, input: object = { by: team }): Promise<void> => {
    await call('sfn', 'StartExecution', { stateMachineArn, input: JSON.stringify(input) });
  };
  await start(`${plain}:${team}-live`);
  const mapped = await machine(`${team}-mapped`, {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        Label: 'Each',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...WAIT,
        },
        End: true,
      },
    },
  });
  await start(mapped, [team]);
  const task = (Resource: string, Parameters: object): object => ({
    StartAt: 'Ask',
    States: { Ask: { Type: 'Task', Resource, Parameters, End: true } },
  });
  const asking = await machine(
    `${team}-asking`,
    task('arn:aws:states:::states:startExecution.waitForTaskToken', {
      StateMachineArn: plain,
      Input: { by: team, 'token.$': '$$.Task.Token' },
    }),
  );
  await start(asking);
  const mocked = await machine(
    `${team}-mocked`,
    task('arn:aws:states:::sns:publish', { Message: team }),
  );
  await start(`${mocked}#played`);

  // A dead letter, and schedules of clients: of a pipeline's trigger too.
  const { EventBusArn } = await call('events', 'CreateEventBus', { Name: `${team}-bus` });
  await call('events', 'PutRule', {
    Name: `${team}-rule`,
    EventPattern: `{"source":["${team}-shop"]}`,
  });
  const none = EventBusArn.replace(`${team}-bus`, `${team}-gone`);
  await call('events', 'PutTargets', {
    Rule: `${team}-rule`,
    Targets: [{ Id: `${team}-target`, Arn: none, RoleArn: ROLE }],
  });
  await post('/events', { events: [event('undeliverable')] });
  const stateMachine = plain.replace(`${team}-machine`, `${team}-daily`);
  await call('scheduler', 'CreateSchedule', {
    Name: `${team}-hourly`,
    ScheduleExpression: 'rate(1 hours)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: stateMachine, RoleArn: ROLE, Input: JSON.stringify({ by: team }) },
  });

  await call('scheduler', 'CreateScheduleGroup', {
    Name: `${team}-group`,
    Tags: [{ Key: 'owner', Value: team }],
  });
  // Of a name that every team has.
  await engine.pipelines.deploy(echoPipeline('common', of));
  await engine.executions.run(EVERYTHING, {
    pipeline: 'common',
    team,
    name: 'night',
    input: { by: team },
  });

  writeFileSync(join(folder, 'rows.csv'), `id,said\n1,${team}\n`);
  await engine.pipelines.deploy(
    datasetPipeline(`${team}-publishes`, { ...of, dataset: `${team}-data` }),
  );
  await engine.executions.run(EVERYTHING, { pipeline: `${team}-publishes` });
  const publishes = { pipeline: `${team}-publishes`, testRun: {} };
  const tried = await engine.executions.run(EVERYTHING, publishes);
  await engine.lineage.take(ofTeam(team), {
    ...LINEAGE_EVENT,
    inputs: [{ namespace: `s3://${team}`, name: `${team}-raw` }],
    outputs: [{ namespace: `s3://${team}`, name: `${team}-clean` }],
  });

  const print = { command: ['echo', `${team} prints`] };
  const State = { Type: 'Task', Resource: 'millrace:shell', Parameters: print, End: true } as const;
  await engine.pipelines.deploy({
    ...echoPipeline(`${team}-prints`, of),
    definition: { StartAt: 'Print', States: { Print: State } },
  });
  await engine.executions.run(EVERYTHING, { pipeline: `${team}-prints` });

  // What belongs to the server's administrators, about this team.
  const webhook = { name: `${team}-hook`, team, source: `${team}-hooked` };
  await it.request('POST', '/api/v1/webhooks', { body: webhook });

  const kept = { value: `of ${team}, which nobody is told` };
  await it.request('PUT', `/api/v1/secrets/${team}-api?team=${team}`, { body: kept });

  const user = { roles: { [team]: 'viewer' }, email: `someone@${team}.example` };
  await it.request('PUT', `/api/v1/users/${team}-ana`, { body: user });

  const scope = ofTeam(team);
  const found = await vi.waitFor(
    async () => {
      const { files } = await engine.pipelines.explainTrigger(scope, `${team}-delivery`);
      expect(files?.quarantined).toHaveLength(1);
      const { items } = await engine.executions.list(scope, { limit: 1000 });
      const parent = items.find(({ pipeline }) => pipeline === `${team}-mapped`);
      const runs = await engine.mapRuns.list(scope, parent?.arn ?? '');
      const { items: children } = await engine.executions.list(scope, {
        mapRun: runs[0]?.arn ?? '',
      });
      expect(children).toHaveLength(1);
      const asked = items.find(({ pipeline, parent: by }) => pipeline === `${team}-machine` && by);
      expect(asked).toBeDefined();
      expect(items.find(({ testCase }) => testCase === 'played')?.status).toBe('SUCCEEDED');
      const { input } = await engine.executions.describe(EVERYTHING, asked?.id ?? '');
      return { items, runs, children, token: String((input as JsonObject).token) };
    },
    { timeout: 20_000, interval: 50 },
  );

  return {
    ...client,
    name: team,
    executions: [...found.items, ...found.children, tried].map(({ id }) => id),
    pipelines: (await engine.pipelines.list(scope)).map(({ name }) => name),
    mapRuns: found.runs.map(({ arn }) => arn),
    backfills: [String(backfillId)],
    buses: ['default', `${team}-bus`],
    taskToken: found.token,
  };
}
