/**
 * The pipelines of the simulation that triggers start, and what must have come of them (I11): one execution for each
 * reason, and none missing.
 *
 *     ticking    every minute, catching up on all that was missed
 *     spread     the same, each start somewhere in the minute after
 *     beaten     every minute, by a schedule that a client made, within a flexible window
 *     listening  on each event of the clients
 *     gathering  on three events of the clients, or half a minute after the first
 *     following  when ticking has succeeded, for the same interval
 *     limited    on each event, one at a time; those that are too many wait
 *
 * @module
 */

import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { Engine } from '../../src/engine/engine.js';
import { EVENTS } from '../../src/engine/features/bus/event-table.js';
import { EngineError } from '../../src/engine/kernel/errors.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import type { ExecutionRecord, SynchronousStore } from '../../src/store/store.js';

const onEvents = [{ pattern: { source: ['client'] }, inputPath: '$.detail' }];

/** Sections by pipeline. */
export const TRIGGERED: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  // Ten seconds past each minute: twice while there are faults.
  [
    'ticking',
    {
      trigger: {
        schedule: { rate: '1 minute', start: '2020-01-01T00:00:10Z', catchUp: { all: 1000 } },
      },
    },
  ],
  [
    'spread',
    {
      trigger: {
        schedule: {
          rate: '1 minute',
          start: '2020-01-01T00:00:10Z',
          catchUp: { all: 1000 },
          flexibleWindow: '40s',
          jitter: '20s',
        },
      },
    },
  ],
  ['beaten', {}],
  ['listening', { trigger: { events: onEvents } }],
  [
    'gathering',
    {
      trigger: {
        events: [{ pattern: { source: ['client'] }, batch: { size: 3, window: 30 } }],
      },
    },
  ],
  ['following', { trigger: { executions: { anyOf: [{ name: 'ticking' }] } } }],
  ['limited', { trigger: { events: onEvents }, concurrency: { limit: 1 } }],
]);

/** Most state machines do nothing: what is tested is that they begin. A limit needs time to be reached. */
export function machineOf(pipeline: string): MachineDefinition {
  const states =
    pipeline === 'limited'
      ? { Done: { Type: 'Wait', Seconds: 30, End: true } }
      : { Done: { Type: 'Succeed' } };
  return { StartAt: 'Done', States: states } as unknown as MachineDefinition;
}

/** Makes the client's schedule, unless it is there. Refusals are for the next process to make good. */
export async function makeSchedule({ scheduler, arns }: Engine): Promise<void> {
  await scheduler
    .create(ofTeam('team'), {
      group: 'default',
      name: 'beat',
      settings: {
        expression: 'rate(1 minute)',
        timezone: 'UTC',
        state: 'ENABLED',
        window: 1,
        afterCompletion: 'NONE',
        target: { Arn: arns.stateMachine('beaten'), RoleArn: arns.role },
      },
    })
    .catch((error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
    });
}

const MINUTE = 60_000;
const most = 10_000;
const NEWEST = {
  where: { bus: 'default' },
  order: { by: ['number'], down: true },
  limit: most,
} as const;

/** What is wrong at the end, in words. @param acknowledged ids of events that clients got an answer for */
export function triggerViolations(
  store: SynchronousStore,
  acknowledged: ReadonlySet<string>,
  end: number,
): string[] {
  const of = (name: string): ExecutionRecord[] =>
    store.listExecutions({ pipeline: { team: 'team', name }, limit: most }).toReversed();
  const ticking = of('ticking');
  return [
    ...ticksMissing(ticking),
    ...ticksMissing(of('spread')),
    ...ticksMissing(of('beaten')),
    ...eventsMissing(store, of('listening'), acknowledged),
    ...eventsMissing(store, of('limited'), acknowledged),
    ...batchesWrong(store, of('gathering'), ticking),
    ...followersMissing(ticking, of('following'), end),
  ];
}

function ticksMissing(ticking: readonly ExecutionRecord[]): string[] {
  const times = ticking.map(({ triggeredBy }) => Date.parse(String(triggeredBy?.at)));
  const sorted = [...times].sort((a, b) => a - b);
  return sorted.flatMap((at, index) => {
    const before = sorted[index - 1];
    if (before === undefined || at - before === MINUTE) return [];
    const what = at === before ? 'twice' : `after a gap of ${(at - before) / MINUTE} minutes`;
    return [
      `I11 the schedule of ${ticking[0]?.pipeline} fired ${what} at ${new Date(at).toISOString()}`,
    ];
  });
}

function eventsMissing(
  store: SynchronousStore,
  listening: readonly ExecutionRecord[],
  acknowledged: ReadonlySet<string>,
): string[] {
  const started = new Set(listening.map(({ name }) => name));
  const stored = store.listRows(EVENTS, NEWEST);
  const ids = new Set(stored.map(({ id }) => id));
  const lost = [...acknowledged].filter((id) => !ids.has(id));
  const idle = stored.filter(
    ({ id, source }) => source === 'client' && !started.has(`event-${id}`),
  );
  const odd = listening.filter(({ name }) => !ids.has(name.slice('event-'.length)));
  return [
    ...lost.map((id) => `I11 event ${id} was acknowledged and is gone`),
    ...idle.map(({ id }) => `I11 event ${id} has started nothing`),
    ...odd.map(({ name }) => `I11 ${name} was started by an event that is not there`),
  ];
}

/** Each event is in one batch, in the order in which they came, and none waits for longer than its window. */
function batchesWrong(
  store: SynchronousStore,
  gathering: readonly ExecutionRecord[],
  ticking: readonly ExecutionRecord[],
): string[] {
  const batches = gathering.map(({ triggeredBy }) => triggeredBy?.events as string[]);
  const taken = batches.flat();
  const stored = store
    .listRows(EVENTS, NEWEST)
    .filter(({ source }) => source === 'client')
    .toReversed();
  const ids = stored.map(({ id }) => id);
  const now = Math.max(0, ...ticking.map(({ startedAt }) => startedAt));
  const waiting = stored.slice(taken.length);
  return [
    ...(taken.join() === ids.slice(0, taken.length).join()
      ? []
      : [`I11 the events of batches are ${taken} and those that came are ${ids}`]),
    ...batches
      .filter(({ length }) => length > 3)
      .map((batch) => `I11 a batch has ${batch.length} events`),
    ...waiting
      .filter(({ storedAt }) => storedAt + MINUTE < now)
      .map(({ id }) => `I11 event ${id} waits in a batch and is overdue`),
  ];
}

function followersMissing(
  ticking: readonly ExecutionRecord[],
  following: readonly ExecutionRecord[],
  end: number,
): string[] {
  // Of what has ended just now the follower is on its way.
  const wanted = ticking.filter(
    ({ header, stoppedAt = end }) => header.status === 'SUCCEEDED' && stoppedAt + 5_000 < end,
  );
  const count = new Map<string, number>();
  for (const { interval = '' } of following) count.set(interval, (count.get(interval) ?? 0) + 1);
  return wanted.flatMap(({ interval = '' }) => {
    const found = count.get(interval) ?? 0;
    return found === 1 ? [] : [`I11 ${found} executions follow the one for ${interval}`];
  });
}
