/**
 * What watching AWS from outside costs: a round over 700 things in 100 accounts × 2 regions with an event and a look each; calls for
 * each thing and hour; and how many observed runs a second become durable.
 *
 * AWS is a stub in this process that answers after a while: what is measured is ours. Calls for an hour are counted on virtual time.
 * @module
 */
import { join } from 'node:path';
import type { Aws, AwsAccount, AwsAnswer, AwsCall, AwsObject } from '../src/aws/aws.js';
import { createConnectorRunner } from '../src/engine/adapters/connector-runner.js';
import { createLocalItems } from '../src/engine/adapters/local-items.js';
import { createEngine } from '../src/engine/create-engine.js';
import type { Engine } from '../src/engine/engine.js';
import { passingEncryption } from '../src/engine/kernel/masking/encryption.js';
import { EVERYTHING } from '../src/engine/kernel/scope.js';
import { openSqliteStore } from '../src/store/sqlite-store.js';
import { FakeAws } from '../test/support/fake-aws.js';
import { TimedEngine } from '../test/support/timed-engine.js';
import { newDataFolder, report, round } from './load.js';

const REGIONS = ['eu-central-1', 'us-east-1'];
const QUEUE = 'http://sqs/events';
const HOUR = 3_600_000;
/** Milliseconds until the stub answers. */
const LATENCY = 50;

function accountsOf(count: number): AwsAccount[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `account-${index}`,
    account: String(100_000_000_000 + index),
    regions: REGIONS,
    teams: '*' as const,
    events: { queue: QUEUE, region: 'eu-central-1' },
  }));
}

/** Things of an account: in each region every second one of seven, by turns a job and a state machine. */
function namesOf(kind: 'job' | 'machine', region: string): string[] {
  const own = Array.from({ length: 7 }, (_, index) => index).filter(
    (index) => REGIONS[index % 2] === region,
  );
  return own.filter((index) => index % 4 < 2 === (kind === 'job')).map((index) => `p${index}`);
}

const sfn = (digits: string, region: string, what: string, rest: string): string =>
  `arn:aws:states:${region}:${digits}:${what}:${rest}`;

/** What a call is answered: one run each, that ended when the stub was made. */
function answerOf(call: AwsCall, digits: string, at: number): AwsObject {
  const { region } = call.place;
  const times = {
    StartDate: new Date(at - 60_000).toISOString(),
    StopDate: new Date(at).toISOString(),
  };
  switch (`${call.service}.${call.action}`) {
    case 'glue.listJobs':
      return { JobNames: namesOf('job', region) };
    case 'glue.getJobRuns': {
      const JobName = String(call.input.JobName);
      const run = { JobName, Id: `jr_${JobName}`, JobRunState: 'SUCCEEDED', ExecutionTime: 60 };
      return { JobRuns: [{ ...run, StartedOn: times.StartDate, CompletedOn: times.StopDate }] };
    }
    case 'sfn.listStateMachines':
      return {
        StateMachines: namesOf('machine', region).map((Name) => ({
          ...{ Name, Type: 'STANDARD', StateMachineArn: sfn(digits, region, 'stateMachine', Name) },
        })),
      };
    case 'sfn.listExecutions': {
      const name = String(call.input.StateMachineArn).split(':').at(-1);
      const ExecutionArn = sfn(digits, region, 'execution', `${name}:e1`);
      return { Executions: [{ ExecutionArn, Status: 'SUCCEEDED', ...times }] };
    }
    default:
      return {};
  }
}

function eventOf(digits: string, region: string, name: string, execution: string, at: number) {
  const executionArn = sfn(digits, region, 'execution', `${name}:${execution}`);
  return JSON.stringify({
    ...{ version: '0', id: executionArn, source: 'aws.states', account: digits, region },
    'detail-type': 'Step Functions Execution Status Change',
    time: new Date(at).toISOString(),
    detail: { executionArn, status: 'SUCCEEDED', startDate: at - 60_000, stopDate: at },
  });
}

/** Tells an end without its details: a look is asked for at once. */
function jobEventOf(digits: string, region: string, name: string, at: number) {
  return JSON.stringify({
    ...{ version: '0', id: `${digits}-${region}-${name}`, source: 'aws.glue', account: digits },
    ...{ region, 'detail-type': 'Glue Job State Change', time: new Date(at).toISOString() },
    detail: { jobName: name, jobRunId: `jr_${name}`, state: 'SUCCEEDED', message: '' },
  });
}

class StubAws implements Aws {
  readonly #accounts: readonly AwsAccount[];
  readonly #byName: ReadonlyMap<string, AwsAccount>;
  readonly #latency: number;
  readonly #at: number = Date.now();
  messages: string[] = [];
  calls = 0;
  flying = 0;
  most = 0;

  constructor(accounts: readonly AwsAccount[], latency: number) {
    this.#accounts = accounts;
    this.#byName = new Map(accounts.map((one) => [one.name, one]));
    this.#latency = latency;
  }

  accounts(): readonly AwsAccount[] {
    return this.#accounts;
  }

  counts() {
    return [];
  }

  close(): void {}

  async call(call: AwsCall): Promise<AwsAnswer> {
    const metadata = { requestId: '', statusCode: 200, headers: {} };
    if (call.service === 'sqs') {
      const Bodies = call.action === 'receiveMessage' ? this.messages.splice(0, 10) : [];
      const wait =
        call.action === 'receiveMessage' && Bodies.length === 0 ? 200 : this.#latency / 10;
      await pause(wait, call.signal);
      const Messages = Bodies.map((Body) => ({ Body, ReceiptHandle: 'x' }));
      return { type: 'answered', output: { Messages }, metadata };
    }
    this.calls += 1;
    this.flying += 1;
    this.most = Math.max(this.most, this.flying);
    await pause(this.#latency, call.signal);
    this.flying -= 1;
    const digits = this.#byName.get(call.place.account)?.account ?? '';
    return { type: 'answered', output: answerOf(call, digits, this.#at), metadata };
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (ms < 1) setImmediate(resolve);
    else {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end);
    }
  });
}

function engineOn(aws: Aws): { engine: Engine; close(): Promise<void> } {
  const data = newDataFolder();
  const store = openSqliteStore({ file: join(data, 'bench.db') });
  const engine = createEngine({
    ...{ store, aws, workFolder: join(data, 'work'), seal: passingEncryption() },
    evaluator: { evaluate: async () => [], close: async () => {} },
    runner: createConnectorRunner(new Map()),
    itemSource: createLocalItems(),
  });
  return {
    engine,
    async close() {
      await engine.close();
      await store.close();
    },
  };
}

const WATCH = (accounts: readonly AwsAccount[]) =>
  accounts.map(({ name }) => ({ account: name, glueJobs: ['*'], stateMachines: ['*'] }));

function declared(accounts: readonly AwsAccount[]) {
  return [{ team: 'parcels', file: 'team.yaml', sections: { watch: WATCH(accounts) } }];
}

async function until(isSo: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!isSo() && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function aRound(): Promise<void> {
  const accounts = accountsOf(100);
  const aws = new StubAws(accounts, LATENCY);
  const { engine, close } = engineOn(aws);
  await engine.open();
  const begin = performance.now();
  await engine.observers.declare(declared(accounts), []);
  for (const { account } of accounts) {
    for (const region of REGIONS) {
      for (const name of namesOf('machine', region)) {
        aws.messages.push(eventOf(account, region, name, 'e2', Date.now()));
      }
      for (const name of namesOf('job', region)) {
        aws.messages.push(jobEventOf(account, region, name, Date.now()));
      }
    }
  }
  const things = 700;
  const events = aws.messages.length;
  const told = (): number => engine.checks.series(EVERYTHING).length;
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 100);
  await until(() => told() >= things && aws.messages.length === 0 && aws.flying === 0, 60_000);
  const took = performance.now() - begin;
  clearInterval(sampler);
  report({
    bench: 'watching: a round of 700 things in 100 accounts x 2 regions',
    ...{ things: told(), events, calls: aws.calls, latency_ms: LATENCY, most_in_flight: aws.most },
    seconds: round(took / 1000),
    rss_mb: Math.round(peak / 1e6),
  });
  await close();
}

/** Calls for each thing and hour: quiet things, with and without events of their region. */
async function callsAnHour(hours: number): Promise<void> {
  for (const hasEvents of [false, true]) {
    const accounts = accountsOf(10);
    const aws = new FakeAws(accounts);
    const byName = new Map(accounts.map((one) => [one.name, one.account]));
    const test = new TimedEngine({ aws, start: '2026-11-20T00:00:00Z' });
    const at = test.clock.now();
    for (const action of [
      'glue.listJobs',
      'glue.getJobRuns',
      'sfn.listStateMachines',
      'sfn.listExecutions',
    ]) {
      aws.on(action, (_, call) => answerOf(call, byName.get(call.place.account) ?? '', at));
    }
    test.clock.awaits(aws);
    await test.open();
    await test.engine.observers.declare(declared(accounts), []);
    await test.pass(HOUR);
    const before = aws.calls.filter(({ service }) => service !== 'sqs').length;
    for (let hour = 0; hour < hours * 4; hour += 1) {
      for (const { account } of hasEvents ? accounts : []) {
        for (const region of REGIONS) {
          const [name = ''] = namesOf('machine', region);
          aws.send(QUEUE, eventOf(account, region, name, `h${hour}`, test.clock.now()));
        }
      }
      await test.pass(HOUR / 4);
    }
    const calls = aws.calls.filter(({ service }) => service !== 'sqs').length - before;
    report({
      bench: `watching: calls, ${hasEvents ? 'with' : 'without'} events`,
      things: 70,
      hours,
      calls_per_thing_hour: round(calls / 70 / hours),
      // One list of its kind and one get of each thing every five minutes.
      salmon_per_thing_hour: 24,
    });
    await test.close();
  }
}

/** @param count runs that events tell */
async function facts(count: number): Promise<void> {
  const accounts = accountsOf(10);
  const aws = new StubAws(accounts, 0);
  const { engine, close } = engineOn(aws);
  await engine.open();
  await engine.observers.declare(declared(accounts), []);
  const names = REGIONS.flatMap((region) =>
    namesOf('machine', region).map((name) => [region, name]),
  );
  await until(() => engine.observers.standing(EVERYTHING).things >= 70 && aws.flying === 0, 20_000);
  const ends = Date.now();
  const made = Array.from({ length: count }, (_, index) => {
    const { account = '' } = accounts[index % 10] ?? {};
    const [region = '', name = ''] = names[index % names.length] ?? [];
    return eventOf(account, region, name, `f${index}`, ends + index);
  });
  const begin = performance.now();
  aws.messages = made;
  await until(() => aws.messages.length === 0, 60_000);
  const { items } = await engine.checks.list(EVERYTHING, { limit: 1 });
  const took = (performance.now() - begin) / 1000;
  report({
    bench: 'watching: observed runs, from a queue to a durable result',
    ...{ runs: count, results: items[0]?.number ?? 0, seconds: round(took) },
    runs_per_s: Math.round(count / took),
    rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
  });
  await close();
}

/** @param isQuick fewer runs, and an hour instead of six */
export async function watching(isQuick: boolean): Promise<void> {
  await aRound();
  await facts(isQuick ? 5_000 : 30_000);
  await callsAnHour(isQuick ? 1 : 6);
}
