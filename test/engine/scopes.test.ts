/**
 * Every call of the facade that names something × whose scope: what is outside of it is answered like what never was, and
 * what a list shows is inside of it.
 *
 * The calls are those that an engine really has, so a new one fails here until somebody has written what it is asked about.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { Aws } from '../../src/aws/aws.js';
import type { Connector } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ScheduleSettings } from '../../src/engine/features/schedules/api-schedule.js';
import { createEncryption } from '../../src/engine/kernel/masking/encryption.js';
import { EVERYTHING, type OneTeam, ofTeam, ofTeams } from '../../src/engine/kernel/scope.js';
import { LINEAGE_EVENT } from '../http/routes.js';
import { challenged } from '../support/challenged.js';
import {
  fakeDatasetConnector,
  fakeDiff,
  fakeReads,
  memoryStorage,
} from '../support/fake-datasets.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';

const SHOP = ofTeam('shop');
const OTHER = ofTeam('other');
const ARN = 'arn:aws:events:us-east-1:000000000000';
const BUS = `${ARN}:event-bus/default`;
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:queue';
const NO_ID = '00000000-0000-4000-8000-000000000000';
const WAIT = { StartAt: 'Hold', States: { Hold: { Type: 'Wait', Seconds: 86_400, End: true } } };

/** What there is to be named. */
interface Things {
  challenge: number;
  /** Of the pipeline, state machine, activity and of all that clients of EventBridge make. */
  name: string;
  running: string;
  tried: string;
  failed: string;
  mapped: string;
  mapRun: string;
  token: string;
  backfill: string;
}

const NO_RATES = { workerSecond: {}, gigabyteSecond: {}, units: {} };

const NONE: Things = {
  challenge: 999_999,
  ...{ name: 'none', running: NO_ID, tried: NO_ID, failed: NO_ID, mapped: NO_ID },
  ...{ mapRun: NO_ID, token: `${NO_ID}-0-1`, backfill: '999' },
};

let test: TimedEngine;
let things: Things;

const settings: ScheduleSettings = {
  ...{ expression: 'rate(1 day)', timezone: 'UTC', state: 'ENABLED', afterCompletion: 'NONE' },
  target: { Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:all', RoleArn: 'role' },
};
const schedule = (name: string): { group: string; name: string } => ({ group: name, name });
const parameters = { BasicAuthParameters: { Username: 'u', Password: 'p' } };

beforeAll(async () => {
  // The account of a team, in which nobody answers.
  const AWS: Aws = {
    accounts: () => [
      { name: 'all', account: '111122223333', regions: ['eu-central-1'], teams: ['shop'] },
    ],
    call: async () => ({ type: 'refused', name: 'None', message: 'nobody', kind: 'unreachable' }),
    counts: () => [],
    close() {},
  };
  const echo: Connector = {
    ...{ kind: 'echo', runsCode: false, validate: () => [] },
    async run(_task, { log }) {
      log({ at: 1, stream: 'stdout', level: 'info', message: 'said' });
      return { type: 'succeeded', output: null };
    },
  };
  const datasets = memoryStorage();
  test = await openTimedEngine({
    seal: createEncryption(Buffer.alloc(32, 7)),
    runner: createConnectorRunner(
      new Map([
        ['echo', echo],
        ['dataset', fakeDatasetConnector(datasets)],
      ]),
    ),
    ...{ datasets, files: new ToldFiles() },
    readData: fakeReads,
    compareData: fakeDiff,
    aws: AWS,
    rates: { currency: 'USD', versions: [{ ...NO_RATES, from: 0, transition: 1n }] },
  });
  const { engine } = test;
  const of = (definition: object): { team: string; definition: object } => ({
    team: 'shop',
    definition,
  });
  const files = { under: 'in', arrivals: { path: '{interval}/{partner}', partners: ['all'] } };
  const expected = { trigger: { schedule: { hour: 3 }, files }, expect: ['runs within 1 day'] };
  await test.deploy('all', expected, of(WAIT));
  await engine.monitors.put(SHOP, 'all', { newSource: 0 });
  const sections = { people: { all: {} }, rotations: { all: { people: ['all'] } } };
  await engine.incidents.declare([{ file: 'team.yaml', team: 'shop', sections }], []);
  const until = test.clock.now() + 3_600_000;
  await engine.incidents.silence(SHOP, { tags: {}, until, actor: 'all', reason: 'moving' });
  const channels = { all: { type: 'webhook', url: 'https://hook.example/' } };
  await engine.notifications.declare([{ file: 'a', team: 'shop', sections: { channels } }], []);
  const madeOf = { release: 'emr-7.5.0', instances: { type: 'm5.xlarge', count: 3 } };
  const clusterPools = { all: { ...madeOf, max: 1 } };
  await engine.clusterPools.declare([{ file: 'a', team: 'shop', sections: { clusterPools } }], []);
  await engine.notifications.test(SHOP, 'all');
  const fail = { Type: 'Fail', Error: 'Broken' };
  await test.deploy(
    'failing',
    { expect: ['succeeded'] },
    of({ StartAt: 'Fail', States: { Fail: fail } }),
  );
  const each = { ...WAIT, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
  const map = { Type: 'Map', ItemProcessor: each, End: true };
  await test.deploy('mapped', {}, of({ StartAt: 'Each', States: { Each: map } }));
  const ask = {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.waitForTaskToken',
    Parameters: {
      StateMachineArn: engine.arns.stateMachine('all'),
      Input: { 'token.$': '$$.Task.Token' },
    },
    End: true,
  };
  await test.deploy('pooled', { concurrency: { pools: { all: 1 } } }, of(WAIT));
  const say = { Type: 'Task', Resource: 'millrace:echo', End: true };
  const publish = { Type: 'Task', Resource: 'millrace:dataset', Parameters: { dataset: 'all' } };
  const publishing = { StartAt: 'Publish', States: { Publish: { ...publish, End: true } } };
  await test.deploy('publishing', { datasets: { all: {} } }, of(publishing));
  await test.deploy('saying', {}, of({ StartAt: 'Say', States: { Say: say } }));
  await test.deploy('asking', {}, of({ StartAt: 'Ask', States: { Ask: ask } }));

  const { executions } = engine;
  const running = await executions.start(SHOP, { pipeline: 'all', name: 'one' });
  const tried = await executions.start(SHOP, { pipeline: 'all', testRun: {} });
  const failed = await executions.run(SHOP, { pipeline: 'failing' });
  await executions.run(SHOP, { pipeline: 'saying' });
  await executions.run(SHOP, { pipeline: 'publishing' });
  await engine.lineage.take(SHOP, LINEAGE_EVENT);
  const mapped = await executions.start(SHOP, { pipeline: 'mapped', input: [1] });
  await executions.start(SHOP, { pipeline: 'pooled' });
  const asking = await executions.start(SHOP, { pipeline: 'asking' });
  const range = { from: '2026-10-01', to: '2026-10-02' };
  const { id: backfill } = await engine.backfills.start(SHOP, { pipeline: 'all', ...range });
  await test.settled();
  const [mapRun] = await engine.mapRuns.list(SHOP, mapped.id);
  const { items } = await executions.list(SHOP, { pipeline: 'all' });
  const child = items.find(({ parent }) => parent === asking.id);
  const { input } = await executions.describe(SHOP, child?.id ?? '', 'original');
  things = {
    ...{ name: 'all', running: running.id, tried: tried.id, failed: failed.id },
    ...{ mapped: mapped.id, backfill },
    mapRun: mapRun?.id ?? '',
    token: String((input as JsonObject).token),
    challenge: await challenged(engine, SHOP, 'all'),
  };

  await engine.stateMachines.create({
    ...{ name: 'made', team: 'shop', tags: {}, definition: WAIT as MachineDefinition },
    attributes: { type: 'STANDARD', roleArn: 'role', definitionText: JSON.stringify(WAIT) },
  });
  const machine = { team: 'shop', name: 'all' };
  await engine.stateMachines.publish(SHOP, machine, {});
  await engine.stateMachines.createAlias(SHOP, machine, 'live', [{ version: 1, weight: 100 }]);
  await engine.activities.create(SHOP, 'all', {});
  await engine.webhooks.create({
    ...{ name: 'all', team: 'shop', bus: 'default', source: 's', scheme: 'millrace' },
    ...{ secrets: [], createdAt: 0 },
  });
  await engine.audit.note({
    ...{ actor: 'a', team: 'shop', act: 'x', what: '', outcome: 'asked', address: '' },
  });
  await engine.users.put(SHOP, 'all', { roles: { shop: 'viewer' } });
  await engine.secrets.set(SHOP, 'all', 'some value that is kept', 'somebody');
  await engine.scheduler.createGroup(SHOP, { name: 'all', tags: {} });
  await engine.scheduler.create(SHOP, { ...schedule('all'), settings });
  await engine.buses.create(SHOP, 'all', { tags: {} });
  await engine.archives.create(SHOP, 'all', BUS, {});
  await engine.replays.start(SHOP, {
    ...{ name: 'all', source: `${ARN}:archive/all`, from: 0, to: 1, destination: { Arn: BUS } },
  });
  const { arn: connection } = await engine.connections.create(SHOP, {
    ...{ name: 'all', authorizationType: 'BASIC', parameters },
  });
  const endpoint = 'https://example.com';
  await engine.apiDestinations.create(SHOP, { name: 'all', connection, endpoint, method: 'POST' });
  await engine.rules.put(SHOP, undefined, {
    ...{ name: 'all', tags: {}, eventPattern: '{"source":["shop"]}' },
  });
  const target = { Id: 'gone', Arn: `${ARN}:event-bus/gone` };
  await engine.rules.putTargets(SHOP, { bus: undefined, name: 'all' }, [target]);
  await engine.events.put(SHOP, [{ source: 'shop', detailType: 'd', detail: {} }]);
  await test.settled();
}, 180_000);
afterAll(() => test.close());

type Call = (scope: OneTeam, of: Things) => unknown;

const machineOf = ({ name }: Things): { team: string; name: string } => ({ team: 'shop', name });
const ruleOf = ({ name }: Things): { bus: undefined; name: string } => ({ bus: undefined, name });
const tagged = ({ name }: Things): string => `${ARN}:rule/${name}`;
const groupArn = ({ name }: Things): string =>
  `arn:aws:scheduler:us-east-1:000000000000:schedule-group/${name}`;

/** What a call is asked about. Those that end the thing come last. */
function namingCalls(): { [call: string]: Call } {
  const e = test.engine;
  return {
    'pipelines.describe': (scope, { name }) => e.pipelines.describe(scope, name),
    'pipelines.explainTrigger': (scope, { name }) => e.pipelines.explainTrigger(scope, name),
    'executions.start': (scope, { name }) => e.executions.start(scope, { pipeline: name }),
    'executions.run': (scope, { name }) =>
      e.executions.run(scope, { pipeline: name === 'all' ? 'failing' : name }),
    'executions.describe': (scope, { running }) => e.executions.describe(scope, running),
    'executions.history': (scope, { running }) => e.executions.history(scope, running),
    'executions.logs': (scope, { running }) => e.executions.logs(scope, running),
    'executions.wait': (scope, { failed }) => e.executions.wait(scope, failed),
    'executions.planRedrive': (scope, { failed }) => e.executions.planRedrive(scope, failed),
    'executions.redrive': (scope, { failed }) => e.executions.redrive(scope, failed),
    'testRuns.report': (scope, { tried }) =>
      e.testRuns.report(scope, tried, { rows: 'leave' }, NEVER),
    'testRuns.effects': (scope, { tried }) => e.testRuns.effects(scope, tried),
    'remoteJobs.list': (scope, { running }) => e.remoteJobs.list(scope, running),
    'mapRuns.list': (scope, { mapped }) => e.mapRuns.list(scope, mapped),
    'mapRuns.describe': (scope, { mapRun }) => e.mapRuns.describe(scope, mapRun),
    'mapRuns.update': (scope, { mapRun }) => e.mapRuns.update(scope, mapRun, { maxConcurrency: 2 }),
    'catalogue.use': (scope, { name }) => e.catalogue.use(scope, name),
    'catalogue.schemaHistory': (scope, { name }) => e.catalogue.schemaHistory(scope, name),
    'catalogue.preview': (scope, { name }) => e.catalogue.preview(scope, name, 'current', 1, NEVER),
    'catalogue.profile': (scope, { name }) => e.catalogue.profile(scope, name, 'current', NEVER),
    'catalogue.diff': (scope, { name }) =>
      e.catalogue.diff(scope, { name, from: 'current' }, NEVER),
    'catalogue.query': (scope, { name }) =>
      e.catalogue.query(scope, { sql: `FROM "${name}"` }, NEVER),
    'catalogue.working': (scope, { running }) => e.catalogue.working(scope, running, 1, NEVER),
    'challengers.show': (scope, { challenge }) => e.challengers.show(scope, challenge),
    'datasets.show': (scope, { name }) => e.datasets.show(scope, name),
    'datasets.versions': (scope, { name }) => e.datasets.versions(scope, name),
    'datasets.version': (scope, { name }) => e.datasets.version(scope, name, 'current'),
    'datasets.manifest': (scope, { name }) => e.datasets.manifest(scope, name, 'current'),
    'datasets.rollBack': (scope, { name }) => e.datasets.rollBack(scope, name, 'current', 'ana'),
    'lineage.of': (scope, { name }) => e.lineage.of(scope, name),
    'lineage.around': (scope, { name }) => e.lineage.around(scope, name),
    'lineage.repair': (scope, { name }) => e.lineage.repair(scope, name, 'current'),
    'lineage.ofExecution': (scope, { failed }) => e.lineage.ofExecution(scope, failed),
    'monitors.describe': (scope, { name }) => e.monitors.describe(scope, name),
    'monitors.backtest': (scope, { name }) => e.monitors.backtest(scope, { name }, 1),
    'notifications.describe': (scope, { name }) =>
      e.notifications.describe(scope, name === 'all' ? 1 : 999),
    'notifications.retry': (scope, { name }) =>
      e.notifications.retry(scope, name === 'all' ? 1 : 999),
    'notifications.test': (scope, { name }) => e.notifications.test(scope, name),
    'alerts.describe': (scope, { name }) => e.alerts.describe(scope, name === 'all' ? 1 : 999),
    'incidents.describe': (scope, { name }) =>
      e.incidents.describe(scope, name === 'all' ? 1 : 999),
    'incidents.act': (scope, { name }) =>
      e.incidents.act(scope, name === 'all' ? 1 : 999, { type: 'comment', text: 'x' }, 'ana'),
    'expectations.explain': (scope, { name }) => e.expectations.explain(scope, name),
    'outlooks.of': (scope, { name }) => e.outlooks.of(scope, name),
    'repairs.plan': (scope, { failed }) => e.repairs.plan(scope, failed),
    'backfills.plan': (scope, { name }) =>
      e.backfills.plan(scope, { pipeline: name, from: '2026-10-01', to: '2026-10-01' }),
    'backfills.start': (scope, { name }) =>
      e.backfills.start(scope, { pipeline: name, from: '2026-10-05', to: '2026-10-05' }),
    'backfills.describe': (scope, { backfill }) => e.backfills.describe(scope, backfill),
    'stateMachines.find': (scope, { name }) => e.stateMachines.find(scope, name),
    'stateMachines.describe': (scope, of) => e.stateMachines.describe(scope, machineOf(of)),
    'stateMachines.revision': (scope, of) => e.stateMachines.revision(scope, machineOf(of), 1),
    'stateMachines.update': (scope, { name }) => {
      const machine = { team: 'shop', name: name === 'all' ? 'made' : name };
      return e.stateMachines.update(scope, machine, { attributes: {} });
    },
    'stateMachines.publish': (scope, of) => e.stateMachines.publish(scope, machineOf(of), {}),
    'stateMachines.versions': (scope, of) => e.stateMachines.versions(scope, machineOf(of)),
    'stateMachines.describeVersion': (scope, of) =>
      e.stateMachines.describeVersion(scope, machineOf(of), 1),
    'stateMachines.aliases': (scope, of) => e.stateMachines.aliases(scope, machineOf(of)),
    'stateMachines.alias': (scope, of) => e.stateMachines.alias(scope, machineOf(of), 'live'),
    'stateMachines.createAlias': (scope, of) =>
      e.stateMachines.createAlias(scope, machineOf(of), 'live', [{ version: 1, weight: 100 }]),
    'stateMachines.updateAlias': (scope, of) =>
      e.stateMachines.updateAlias(scope, machineOf(of), 'live', { description: 'd' }),
    'stateMachines.tag': (scope, of) => e.stateMachines.tag(scope, machineOf(of), (tags) => tags),
    'activities.find': (scope, { name }) => e.activities.find(scope, name),
    'activities.describe': (scope, of) => e.activities.describe(scope, machineOf(of)),
    'activities.tag': (scope, of) => e.activities.tag(scope, machineOf(of), (tags) => tags),
    'activities.poll': (scope, of) =>
      e.activities.poll(scope, machineOf(of), { signal: AbortSignal.abort() }),
    'webhooks.find': (scope, { name }) => e.webhooks.find(scope, name),
    'webhooks.change': (scope, { name }) => e.webhooks.change(scope, name, (webhook) => webhook),
    'scheduler.get': (scope, { name }) => e.scheduler.get(scope, schedule(name)),
    'scheduler.update': (scope, { name }) =>
      e.scheduler.update(scope, { ...schedule(name), settings }),
    'scheduler.group': (scope, { name }) => e.scheduler.group(scope, name),
    'scheduler.tags': (scope, of) => e.scheduler.tags(scope, groupArn(of)),
    'scheduler.addTags': (scope, of) => e.scheduler.addTags(scope, groupArn(of), { a: '' }),
    'scheduler.removeTags': (scope, of) => e.scheduler.removeTags(scope, groupArn(of), ['a']),
    'buses.describe': (scope, { name }) => e.buses.describe(scope, name),
    'buses.update': (scope, { name }) => e.buses.update(scope, name, {}),
    'buses.putPermission': (scope, { name }) =>
      e.buses.putPermission(scope, name, { id: 's', action: 'events:PutEvents', principal: '*' }),
    'buses.removePermission': (scope, { name }) => e.buses.removePermission(scope, name, 'all'),
    'rules.describe': (scope, of) => e.rules.describe(scope, ruleOf(of)),
    'rules.setState': (scope, of) => e.rules.setState(scope, ruleOf(of), 'DISABLED'),
    'rules.putTargets': (scope, of) =>
      e.rules.putTargets(scope, ruleOf(of), [{ Id: 'queue', Arn: QUEUE }]),
    'rules.removeTargets': (scope, of) =>
      e.rules.removeTargets(scope, ruleOf(of), ['gone', 'queue']),
    'eventTags.list': (scope, of) => e.eventTags.list(scope, tagged(of)),
    'eventTags.add': (scope, of) => e.eventTags.add(scope, tagged(of), { a: '' }),
    'eventTags.remove': (scope, of) => e.eventTags.remove(scope, tagged(of), ['a']),
    'archives.describe': (scope, { name }) => e.archives.describe(scope, name),
    'archives.update': (scope, { name }) => e.archives.update(scope, name, {}),
    'archives.measure': (scope, { name }) => e.archives.measure(scope, name),
    'replays.describe': (scope, { name }) => e.replays.describe(scope, name),
    'replays.cancel': (scope, { name }) => e.replays.cancel(scope, name),
    'connections.describe': (scope, { name }) => e.connections.describe(scope, name),
    'connections.update': (scope, { name }) => e.connections.update(scope, name, { parameters }),
    'connections.deauthorize': (scope, { name }) => e.connections.deauthorize(scope, name),
    'apiDestinations.describe': (scope, { name }) => e.apiDestinations.describe(scope, name),
    'apiDestinations.update': (scope, { name }) => e.apiDestinations.update(scope, name, {}),

    'tasks.heartbeat': (scope, { token }) => e.tasks.heartbeat(scope, token),
    'tasks.succeed': (scope, { token }) => e.tasks.succeed(scope, token, {}),
    'challengers.stop': (scope, { challenge }) => e.challengers.stop(scope, challenge, 'ana'),
    'backfills.stop': (scope, { backfill }) => e.backfills.stop(scope, backfill),
    'executions.stop': (scope, { running }) => e.executions.stop(scope, running),
    'stateMachines.deleteAlias': (scope, of) =>
      e.stateMachines.deleteAlias(scope, machineOf(of), 'live'),
    'stateMachines.deleteVersion': (scope, of) =>
      e.stateMachines.deleteVersion(scope, machineOf(of), 1),
    'apiDestinations.delete': (scope, { name }) => e.apiDestinations.delete(scope, name),
    'connections.delete': (scope, { name }) => e.connections.delete(scope, name),
    'archives.delete': (scope, { name }) => e.archives.delete(scope, name),
    'monitors.delete': (scope, { name }) => e.monitors.delete(scope, name),
    'incidents.endSilence': (scope, { name }) =>
      e.incidents.endSilence(scope, name === 'all' ? 1 : 999),
    'webhooks.delete': (scope, { name }) => e.webhooks.delete(scope, name),
    'users.find': (scope, { name }) => e.users.find(scope, name),
    'users.remove': (scope, { name }) => e.users.remove(scope, name),
    'accounts.check': (scope, { name }) => e.accounts.check(scope, name, {}),
    'secrets.remove': (scope, { name }) => e.secrets.remove(scope, name),
    'scheduler.delete': (scope, { name }) => e.scheduler.delete(scope, schedule(name)),
    'scheduler.deleteGroup': (scope, { name }) => e.scheduler.deleteGroup(scope, name),
  };
}

/** Deleting what is not there is no error: what must still be there afterwards says that nothing happened. */
function silentCalls(): { [call: string]: { act: Call; look: () => unknown } } {
  const e = test.engine;
  const machine = { team: 'shop', name: 'all' };
  const isDeployed = (): unknown => e.stateMachines.describe(SHOP, machine);
  return {
    'pipelines.withdraw': {
      act: (scope) => e.pipelines.withdraw(scope, machine),
      look: isDeployed,
    },
    'stateMachines.delete': {
      act: (scope) => e.stateMachines.delete(scope, machine),
      look: isDeployed,
    },
    'activities.delete': {
      act: (scope) => e.activities.delete(scope, machine),
      look: () => e.activities.describe(SHOP, machine),
    },
    'rules.delete': {
      act: (scope) => e.rules.delete(scope, { bus: undefined, name: 'all' }),
      look: () => e.rules.describe(SHOP, { bus: undefined, name: 'all' }),
    },
    'buses.delete': {
      act: (scope) => e.buses.delete(scope, 'all'),
      look: () => e.buses.describe(SHOP, 'all'),
    },
  };
}

function lists(): { [call: string]: (scope: OneTeam) => unknown } {
  const e = test.engine;
  const limit = 100;
  return {
    'pipelines.list': (scope) => e.pipelines.list(scope),
    'executions.list': async (scope) => (await e.executions.list(scope)).items,
    'logs.search': async (scope) => (await e.logs.search(scope)).items,
    'backfills.list': async (scope) => (await e.backfills.list(scope)).items,
    'events.search': async (scope) => (await e.events.search(scope, { q: '', limit: 10 })).items,
    'costs.list': (scope) => e.costs.list(scope),
    'catalogue.search': (scope) => e.catalogue.search(scope, { q: 'all' }),
    'partners.list': async (scope) => (await e.partners.list(scope)).items,
    'arrivals.list': async (scope) => (await e.arrivals.list(scope)).items,
    'datasets.list': (scope) => e.datasets.list(scope).items,
    'lineage.told': async (scope) => (await e.lineage.told(scope)).items,
    'checks.list': async (scope) => (await e.checks.list(scope)).items,
    'checks.series': (scope) => e.checks.series(scope),
    'monitors.list': (scope) => e.monitors.list(scope),
    'challengers.list': async (scope) => (await e.challengers.list(scope)).items,
    'incidents.list': async (scope) => (await e.incidents.list(scope)).items,
    'incidents.silences': (scope) => e.incidents.silences(scope),
    'incidents.means': (scope) => e.incidents.means(scope, 30),
    'incidents.onCall': (scope) => e.incidents.onCall(scope, 7),
    // Every team has an outbox.
    'notifications.channels': async (scope) =>
      (await e.notifications.channels(scope)).filter(({ name }) => name !== 'outbox'),
    'notifications.deliveries': async (scope) => (await e.notifications.deliveries(scope)).items,
    'digests.now': async (scope) => (await e.digests.now(scope, { since: 86_400_000 })).sums,
    'alerts.list': async (scope) => (await e.alerts.list(scope)).items,
    'expectations.list': (scope) => e.expectations.list(scope).items,
    'expectations.all': (scope) => e.expectations.all(scope),
    'expectations.counts': (scope) => Object.keys(e.expectations.counts(scope)),
    'expectations.changes': async (scope) => (await e.expectations.changes(scope)).items,
    'overview.board': (scope) => e.overview.board(scope, 'team'),
    'overview.show': async (scope) => (await e.overview.show(scope)).failing,
    'events.list': (scope) => e.events.list(scope, { limit }),
    'pools.list': (scope) => e.pools.list(scope),
    'clusterPools.list': (scope) => e.clusterPools.list(scope),
    'deadLetters.list': (scope) => e.deadLetters.list(scope, { limit }),
    'schedules.list': (scope) => e.schedules.list(scope),
    'scheduler.list': (scope) => e.scheduler.list(scope),
    'scheduler.groups': (scope) => e.scheduler.groups(scope).filter(({ name }) => name === 'all'),
    'stateMachines.list': (scope) => e.stateMachines.list(scope),
    'activities.list': (scope) => e.activities.list(scope),
    'webhooks.list': (scope) => e.webhooks.list(scope),
    'accounts.list': (scope) => e.accounts.list(scope),
    'secrets.list': (scope) => e.secrets.list(scope),
    'audit.list': async (scope) => (await e.audit.list(scope)).items,
    'users.list': (scope) => e.users.list(scope),
    'buses.list': (scope) => e.buses.list(scope).filter(({ name }) => name === 'all'),
    'rules.list': (scope) => e.rules.list(scope, undefined),
    'archives.list': (scope) => e.archives.list(scope),
    'replays.list': (scope) => e.replays.list(scope),
    'connections.list': (scope) => e.connections.list(scope),
    'apiDestinations.list': (scope) => e.apiDestinations.list(scope),
    'metrics.families': async (scope) =>
      (await e.metrics.families(scope)).flatMap((family) => [...family.samples()]),
  };
}

/** Calls that name nothing of a team: they make something, or concern the whole server. */
const WITHOUT = new Set([
  ...['pipelines.deploy', 'pipelines.keepCandidate', 'stateMachines.create'],
  ...['activities.create', 'webhooks.create'],
  ...['secrets.set', 'users.put', 'users.arrive', 'users.grantsOf'],
  ...['audit.note', 'audit.verify'],
  ...[
    'monitors.put',
    'monitors.declare',
    'incidents.declare',
    'clusterPools.declare',
    'incidents.silence',
    // What is sealed in the link is what allows it: test/http/action-links.test.ts.
    'incidents.describeLink',
    'incidents.followLink',
    'digests.declare',
    'digests.send',
    // Needs a candidate, one that has not been stopped: test/challengers/challengers.test.ts.
    'challengers.start',
    'challengers.promote',
    'challengers.promotedOver',
    // Of what the server reads in its own folder.
    'challengers.standingOf',
    'challengers.fileRead',
    // Nothing of any team is in it.
    'challengers.settled',
    'heartbeats.list',
    'heartbeats.degraded',
    'notifications.declare',
    'notifications.tell',
    'expectations.declare',
    'checks.report',
    'events.put',
    'events.putEntries',
    'lineage.take',
    'lineage.sending',
    'stateTests.run',
    'scheduler.create',
  ],
  ...['scheduler.createGroup', 'buses.create', 'rules.put', 'archives.create', 'replays.start'],
  ...['connections.create', 'apiDestinations.create'],
  ...['pools.size', 'retention.sweep', 'logs.linkTo', 'logs.form'],
  // Answers a token by the same input as `tasks.succeed`.
  'tasks.fail',
  // Needs weeks of results: test/monitoring/outlooks.test.ts.
  'outlooks.foreseen',
  // Need accounts of AWS, and things in them: test/observers/observers.test.ts.
  ...['observers.declare', 'observers.list', 'observers.runs', 'observers.standing'],
  // Of what a worker holds, whoever it is: test/workers/lies.test.ts.
  ...['workers.claim', 'workers.beat', 'workers.log', 'workers.settle', 'workers.leave'],
  ...['workers.files', 'workers.readFile', 'workers.writeFile', 'workers.leaseMs'],
  // Needs a worker, and something that waits for one: there, too.
  ...['workers.list', 'workers.waiting'],
  // Below.
  'executions.subscribe',
]);

/** What the classes that are calls themselves have besides. */
const OF_FEATURES = new Set([
  'constructor',
  'open',
  'begin',
  'close',
  'has',
  'offer',
  'heard',
  'due',
]);

function callsOf(engine: object): string[] {
  return Object.entries(engine).flatMap(([capability, calls]) => {
    if (typeof calls !== 'object' || calls === null || capability === 'arns') return [];
    const prototype = Object.getPrototypeOf(calls) as object;
    if (prototype === Object.prototype) {
      return Object.keys(calls).map((call) => `${capability}.${call}`);
    }
    return Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([name, { value }]) => typeof value === 'function' && !OF_FEATURES.has(name))
      .map(([name]) => `${capability}.${name}`);
  });
}

/** Nobody goes away. */
const NEVER = new AbortController().signal;

/** What came of a call: its value, or the code of its refusal. */
async function outcomeOf(act: () => unknown): Promise<{ value?: unknown; kind?: string }> {
  try {
    return { value: await act() };
  } catch (error) {
    return { kind: (error as { kind?: string }).kind ?? String(error) };
  }
}

it('knows of every call what it is asked about', () => {
  const known = [namingCalls(), silentCalls(), lists()].flatMap((calls) => Object.keys(calls));
  const retention = (call: string): boolean => call.startsWith('retention.');
  const real = callsOf(test.engine).filter((call) => !retention(call) || call.endsWith('.sweep'));
  expect([...known, ...WITHOUT].sort()).toEqual(real.sort());
});

describe('what another team has', () => {
  it('is in no list', async () => {
    for (const [call, list] of Object.entries(lists())) {
      expect(await list(OTHER), call).toEqual([]);
      expect(await list(SHOP), call).not.toEqual([]);
    }
  });

  it('is answered like what never was, by whatever it is named', async () => {
    for (const [call, act] of Object.entries(namingCalls())) {
      const foreign = await outcomeOf(() => act(OTHER, things));
      const missing = await outcomeOf(() => act(OTHER, NONE));
      expect(foreign, call).toEqual(missing);
      // And for who is of no team that there is.
      expect(await outcomeOf(() => act(ofTeam('nobody'), things)), call).toEqual(missing);
    }
  });

  it('stays where it is', async () => {
    for (const [call, { act, look }] of Object.entries(silentCalls())) {
      expect(await outcomeOf(() => act(OTHER, things)), call).toEqual({ value: undefined });
      expect(await outcomeOf(look), call).toHaveProperty('value');
    }
  });

  it('is told to nobody else', async () => {
    const heard = new Map<string, number>();
    const scopes = { SHOP, OTHER, NONE: ofTeams([]), EVERYTHING } as const;
    const stops = Object.entries(scopes).map(([name, scope]) =>
      test.engine.executions.subscribe(scope, () => heard.set(name, (heard.get(name) ?? 0) + 1)),
    );
    await test.engine.executions.run(SHOP, { pipeline: 'failing' });
    for (const stop of stops) stop();
    expect([...heard.keys()].sort()).toEqual(['EVERYTHING', 'SHOP']);
    expect(heard.get('SHOP')).toBe(heard.get('EVERYTHING'));
  });

  it('is there for its own', async () => {
    for (const [call, act] of Object.entries(namingCalls())) {
      const own = await outcomeOf(() => act(SHOP, things));
      expect(own, call).toHaveProperty('value');
      await test.settled();
    }
    for (const [call, { act }] of Object.entries(silentCalls())) {
      expect(await outcomeOf(() => act(SHOP, things)), call).toEqual({ value: undefined });
    }
  });
});
