/**
 * What executions use, counted in the commits in which they use it: it lies in the header, which is written anyway, so
 * counting reads nothing and a restart finds it.
 *
 *     transition ──▶ states entered, retries ─┐
 *     attempt closes ──▶ milliseconds, MiB×ms ─┼──▶ header.used ──redrive──▶ header.spent
 *     a feature knows more: units, map runs ──┘
 *
 * Workers that were lost with their server count nothing: nobody knows how long they had worked.
 * @module
 */
import type { ExecutionHeader, Usage } from '../../asl/execution-state.js';
import { isObject, type Json } from '../../asl/json.js';
import type { Transition } from '../../asl/transition.js';
import type { AttemptRecord } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import type { Turn } from './turn.js';
import { lineOf } from './worker-line.js';

const ENTERED = 'StateEntered';

/**
 * The sum of two; neither is changed.
 * @example addUsage({ transitions: 2 }, { transitions: 1, work: { shell: 40 } }) // { transitions: 3, work: { shell: 40 } }
 */
export function addUsage(one: Usage | undefined, more: Usage): Usage {
  if (one === undefined) return more;
  const sum: Usage = { ...one };
  for (const count of ['transitions', 'retries'] as const) {
    const added = more[count];
    if (added !== undefined) sum[count] = (sum[count] ?? 0) + added;
  }
  for (const counts of ['work', 'memory', 'units'] as const) {
    const added = more[counts];
    if (added === undefined) continue;
    const all: { [name: string]: number } = { ...sum[counts] };
    for (const [name, count] of Object.entries(added)) {
      all[name] = Math.min(Number.MAX_SAFE_INTEGER, (all[name] ?? 0) + count);
    }
    sum[counts] = all;
  }
  return sum;
}

/** What a transition uses by itself; undefined: nothing. */
export function usageIn({ history, commands }: Transition): Usage | undefined {
  let transitions = 0;
  for (const { type } of history) if (type.endsWith(ENTERED)) transitions += 1;
  let retries = 0;
  for (const command of commands) {
    if (command.type === 'ScheduleTask' && command.attempt > 0) retries += 1;
  }
  if (transitions === 0 && retries === 0) return undefined;
  return {
    ...(transitions === 0 ? {} : { transitions }),
    ...(retries === 0 ? {} : { retries }),
  };
}

/**
 * Counts what an execution has used besides its transitions.
 * @example use(turn, active, { units: { rows: 3_000_000 } })
 */
export function use(turn: Turn, active: ActiveExecution, more: Usage): void {
  const { state } = active;
  state.header = { ...state.header, used: addUsage(state.header.used, more) };
  turn.of(active).progressed = true;
}

/** The worker of an attempt that was started is done with it. */
export function useWorker(
  turn: Turn,
  active: ActiveExecution,
  { kind, status, startedAt, request }: AttemptRecord,
  now: number,
): void {
  if (status !== 'started' || startedAt === undefined) return;
  const ms = Math.max(0, now - startedAt);
  const { memory } = request;
  const performed = lineOf(kind)?.kind ?? kind;
  use(turn, active, {
    work: { [performed]: ms },
    ...(typeof memory === 'number' ? { memory: { [performed]: memory * ms } } : {}),
  });
}

/** An attempt that is being started, with the MiB that its worker is given when its arguments say so. */
export function withMemory(attempt: AttemptRecord, given: Json): AttemptRecord {
  const memory = isObject(given) ? given.memory : undefined;
  if (typeof memory !== 'number' || !Number.isSafeInteger(memory)) return attempt;
  return { ...attempt, request: { ...attempt.request, memory } };
}

/** What was used and priced so far becomes the past: the execution goes on. */
export function closeStretch(header: ExecutionHeader): void {
  const { used, cost, spent } = header;
  delete header.used;
  delete header.cost;
  if (used === undefined) return;
  const all = (spent?.cost ?? 0) + (cost ?? 0);
  const isPriced = cost !== undefined || spent?.cost !== undefined;
  header.spent = {
    used: addUsage(spent?.used, used),
    ...(isPriced ? { cost: all } : {}),
  };
}
