/**
 * Runs recorded executions on Temporal: the same cases as `npm run conformance`, with tasks answered from what was recorded.
 *
 * Every task is performed by an activity of the kind `recorded`, which knows the case by its workflow and the place of the task by
 * asking the workflow. What an answer of a task cannot say (submitted, failed before it began, never answered) it tells as news.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { CancelledFailure, Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ExecutionContext, ExecutionState } from '../../../src/asl/execution-state.js';
import type { Json, JsonObject } from '../../../src/asl/json.js';
import { tasksOf } from '../../../src/pipelines/tasks.js';
import { compare, type Verdict } from '../../../test/conformance/compare.js';
import type { ExecutionCase, Mock } from '../../../test/conformance/corpus.js';
import { dataConverterOf, openClient, type Place } from '../../src/connect.js';
import {
  type AttemptAnswer,
  type AttemptInput,
  DEFAULT_OPTIONS,
  type ExecutionOutcome,
  INPUT_FORMAT,
  QUERIES,
  SIGNALS,
  type StateView,
  type UndatedEvent,
} from '../../src/execution-input.js';
import { createExecutions } from '../../src/executions.js';

const KIND = 'recorded';

/** Why a case is not run here; undefined: it is. */
export function reasonToLeaveOut(row: ExecutionCase): string | undefined {
  const text = JSON.stringify(row.definition);
  if (row.machineType === 'EXPRESS') return "express executions are a server's";
  if (text.includes('"ItemReader"') || text.includes('"ResultWriter"'))
    return 'reads or writes items elsewhere';
  if (text.includes('states:startExecution'))
    return 'starts executions that were recorded as tasks';
  return undefined;
}

export interface RecordedCases {
  run(row: ExecutionCase): Promise<Verdict>;
  close(): Promise<void>;
}

/** @param code a bundle with the fast clock */
export async function openRecordedCases(address: string, code: string): Promise<RecordedCases> {
  const place: Place = { address, namespace: 'default', taskQueue: `cases-${randomUUID()}` };
  const cases = new Map<string, Case>();
  const client = await openClient(place);
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: place.taskQueue,
    workflowBundle: { code },
    dataConverter: dataConverterOf(place),
    activities: { [KIND]: (input: AttemptInput) => answer(input, cases) },
    maxConcurrentActivityTaskExecutions: 200,
  });
  const running = worker.run();
  const executions = createExecutions(client, place.taskQueue);

  return {
    async run(row) {
      const workflowId = `millrace/cases/${randomUUID()}`;
      const known: Case = { row, used: new Map(), complaints: [] };
      cases.set(workflowId, known);
      const bindings = Object.fromEntries(
        tasksOf(row.definition as unknown as JsonObject).flatMap(({ state }) => {
          const resource = String(state.Resource);
          const bare = resource.replace(/\.(sync|sync:2|waitForTaskToken)$/, '');
          return [resource, bare].map((name) => [name, { connector: KIND }]);
        }),
      );
      await client.workflow.start('execution', {
        workflowId,
        taskQueue: place.taskQueue,
        workflowRunTimeout: '60 seconds',
        args: [
          {
            format: INPUT_FORMAT,
            id: workflowId,
            deployment: {
              ...{ name: 'machine', team: 'cases', tags: {}, folder: '' },
              definition: row.definition,
              bindings: {
                ...bindings,
                'arn:aws:states:::lambda:invoke': { connector: KIND },
              },
            },
            pointer: '',
            context: contextOf(row),
            startedAt: Date.now(),
            options: DEFAULT_OPTIONS,
          },
        ],
      });
      let outcome: ExecutionOutcome;
      try {
        outcome = await executions.ended(workflowId);
      } catch (error) {
        outcome = { status: 'RUNNING', startedAt: 0, stoppedAt: 0 };
        known.complaints.push(`the execution did not end: ${String(error)}`);
      }
      const history = outcome.status === 'RUNNING' ? [] : await executions.history(workflowId);
      const { startedAt: _started, stoppedAt: _stopped, ...shown } = outcome;
      cases.delete(workflowId);
      const told = { ...shown, history, complaints: known.complaints };
      return compare(row, withPlainTokens(told));
    },
    async close() {
      worker.shutdown();
      await running;
      await connection.close();
      await client.connection.close();
    },
  };
}

interface Case {
  readonly row: ExecutionCase;
  /** Outcomes used so far, by state and iterations. */
  readonly used: Map<string, number>;
  readonly complaints: string[];
}

function contextOf({ input }: ExecutionCase): ExecutionContext {
  const name = 'execution';
  return {
    Execution: {
      Id: `arn:aws:states:us-east-1:111111111111:execution:machine:${name}`,
      Input: input,
      Name: name,
      RoleArn: 'snf_role_arn',
      StartTime: new Date(1_700_000_000_000).toISOString(),
      RedriveCount: 0,
    },
    StateMachine: {
      Id: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
      Name: 'machine',
    },
  };
}

/** Task tokens as the comparison knows them. */
function withPlainTokens<Value>(value: Value): Value {
  const text = JSON.stringify(value).replaceAll(
    /millrace\/cases\/[^"~]*~[0-9a-f-]{36}-(\d+)-(\d+)/g,
    'seed-1-$1-$2',
  );
  return JSON.parse(text) as Value;
}

async function answer(
  input: AttemptInput,
  cases: ReadonlyMap<string, Case>,
): Promise<AttemptAnswer> {
  const startedAt = Date.now();
  const [root = '', ...children] = input.workflowId.split(/(?=\/\d+-\d+\/)/);
  const known = cases.get(root);
  if (known === undefined) throw new Error(`No case is ${root}`);
  const { client } = Context.current();
  const handle = client.workflow.getHandle(input.workflowId);
  const { state } = (await handle.query(QUERIES.state)) as StateView;
  const iterations = [...outerOf(known, children), ...iterationsOf(state, input.thread)];
  const key = JSON.stringify([input.state, iterations]);
  const attempt = known.used.get(key) ?? 0;
  known.used.set(key, attempt + 1);
  const mock = known.row.mocks.find(
    (one) =>
      one.state === input.state &&
      one.attempt === attempt &&
      JSON.stringify((one.iterations ?? []).map(({ state, index }) => [state, index])) ===
        JSON.stringify(iterations.map(({ state, index }) => [state, index])),
  );
  if (mock === undefined) {
    known.complaints.push(`no mock for ${input.state}, attempt ${attempt}`);
    return await forever();
  }
  const worker = known.row.expected.history?.find(
    (one) => one.workerName !== undefined,
  )?.workerName;
  const started = {
    type: 'TaskStarted' as const,
    ...(worker === undefined ? {} : { workerName: String(worker) }),
  };
  const plain = plainAnswer(mock, startedAt);
  const tell = async (news: object): Promise<void> => {
    const { thread, sequence } = input;
    await handle.signal(SIGNALS.news, { ...news, thread, sequence } as UndatedEvent);
  };
  if (worker !== undefined) await tell(started);
  if (plain !== undefined) return plain;
  for (const news of newsOf(mock, started)) await tell(news);
  return await forever();
}

/** Until nobody waits for it any more. */
async function forever(): Promise<never> {
  const context = Context.current();
  const beating = setInterval(() => context.heartbeat(), 200);
  try {
    return await context.cancelled;
  } catch (error) {
    if (error instanceof CancelledFailure) throw error;
    throw new CancelledFailure('not needed');
  } finally {
    clearInterval(beating);
  }
}

/** What the task itself would answer; undefined when it takes more than an answer. */
function plainAnswer(mock: Mock, startedAt: number): AttemptAnswer | undefined {
  if (mock.submitted !== undefined) return undefined;
  if (mock.outcome === 'succeeded')
    return { startedAt, type: 'succeeded', output: mock.output ?? null };
  if (mock.outcome !== 'failed' || mock.error === undefined || mock.cause === undefined)
    return undefined;
  return { startedAt, type: 'failed', error: mock.error, cause: mock.cause };
}

function newsOf(mock: Mock, started: object): object[] {
  const submitted =
    mock.submitted === undefined ? [] : [{ type: 'TaskSubmitted', output: mock.submitted }];
  const failure = {
    type: 'TaskFailed',
    ...(mock.error === undefined ? {} : { error: mock.error }),
    ...(mock.cause === undefined ? {} : { cause: mock.cause }),
  };
  switch (mock.outcome) {
    case 'succeeded':
      return [started, ...submitted, { type: 'TaskSucceeded', output: mock.output ?? null }];
    case 'failed':
      return [started, ...submitted, failure];
    case 'scheduleFailed':
      return [{ ...failure, stage: 'schedule' }];
    case 'startFailed':
      return [{ ...failure, stage: 'start' }];
    case 'submitFailed':
      return [started, { ...failure, stage: 'submit' }];
    case 'timedOut':
    case 'aborted':
      return [started, ...submitted];
  }
}

/** The items of distributed Maps that a child is for: `/THREAD-SEQUENCE/INDEX` for each. */
function outerOf({ row }: Case, children: readonly string[]): { state: string; index: number }[] {
  const maps = distributedMaps(row.definition as unknown as JsonObject);
  return children.map((one, depth) => ({
    state: maps[depth] ?? '',
    index: Number(one.split('/')[2]),
  }));
}

function distributedMaps(holder: Json): string[] {
  const found: string[] = [];
  const walk = (value: Json, name: string): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const processor = value.ItemProcessor as JsonObject | undefined;
    const config = processor?.ProcessorConfig as JsonObject | undefined;
    if (config?.Mode === 'DISTRIBUTED') found.push(name);
    for (const [key, inner] of Object.entries(value)) walk(inner, key);
    if (Array.isArray(value.Branches)) for (const branch of value.Branches) walk(branch, '');
  };
  walk(holder, '');
  return found;
}

function iterationsOf(state: ExecutionState, from: number): { state: string; index: number }[] {
  const iterations: { state: string; index: number }[] = [];
  for (let at = state.threads[from]; at !== undefined && at.parent !== null; ) {
    const parent = state.threads[at.parent];
    if (parent === undefined) break;
    if (at.item !== undefined) iterations.unshift({ state: parent.state, index: at.index });
    at = parent;
  }
  return iterations;
}
