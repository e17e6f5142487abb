/**
 * What a redrive does to a map run: the run goes on under its old ARN. Children that succeeded stay as they are, children
 * that did not are redriven themselves (express ones run from their beginning), and items without a child get one.
 * Source: Step Functions developer guide, "Redriving Map Runs".
 * @module
 */
import { prepareRedrive, restartExecution } from '../../../asl/redrive.js';
import type { ExecutionRecord } from '../../../store/store.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { timerKey } from '../../kernel/active-execution.js';
import { mapRunId } from '../../kernel/arn.js';
import { EXPRESS_LIMIT } from '../../kernel/creations.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { redriveFrom } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import { MAP_RUNS, type MapRunRecord } from './map-run-table.js';

/** A map run that has ended, and how many of its children succeeded. */
export interface RedrivableRun {
  record: MapRunRecord;
  succeeded: number;
}

/** Milliseconds between two looks at children that are being stopped, and looks at most. */
const LOOK = 20;
const LOOKS = 250;

/**
 * The ended map runs that an execution stands at, once their children have been stopped.
 * Throws ExecutionNotRedrivable when that takes too long.
 */
export async function redrivableRuns(
  { store, reads, clock }: Pick<Kernel, 'store' | 'reads' | 'clock'>,
  execution: ExecutionRecord,
): Promise<RedrivableRun[]> {
  const others = await store.listThreads(execution.number);
  const runs: RedrivableRun[] = [];
  for (const { memory } of execution.root ? [execution.root, ...others] : others) {
    if (typeof memory?.mapRunArn !== 'string') continue;
    const id = mapRunId(memory.mapRunArn);
    const [record] = await store.listRows(MAP_RUNS, { where: { id }, limit: 1 });
    if (!record || record.status === 'RUNNING') continue;
    const query = { mapRun: record.number, which: 'running', after: 0, limit: 1 } as const;
    for (let looks = 0; (await store.listOpenMapChildren(query)).length > 0; looks += 1) {
      if (looks === LOOKS) {
        const reason = 'children of its map run are still being stopped; ask again in a moment';
        throw new EngineError('ExecutionNotRedrivable', { execution: execution.id, reason });
      }
      await new Promise<void>((look) => clock.setTimer(look, LOOK));
    }
    const counts = await reads.countMapChildren(record.number);
    runs.push({ record, succeeded: counts.SUCCEEDED ?? 0 });
  }
  return runs;
}

/** Begins a child again that has ended without success. */
export function redriveChild(
  kernel: Kernel,
  turn: Turn,
  active: ActiveExecution,
  machine: LoadedMachine,
): void {
  const at = kernel.time.now();
  const { pointer } = active.creation;
  const compiled = machine.compiled(pointer);
  const before = active.machine.compiled(pointer);
  const plan =
    active.keepsHistory && active.state.threads[0]
      ? prepareRedrive(before, compiled, active.state, { history: [], at })
      : { state: restartExecution(compiled, active.state, at) };
  if ('problems' in plan) throw new Error(plan.problems[0]?.message ?? 'not redrivable');
  // A transition that waits for expressions comes later; the page of children that this one belongs to is durable before.
  // The mark lets a restart in between go on with it.
  const again = kernel.executions.eventInput(active.number, { type: 'Continue' });
  const write = turn.of(active);
  for (const id of Object.keys(active.state.threads)) if (id !== '0') write.removed.add(Number(id));
  const result = redriveFrom(kernel, turn, active, machine, plan.state, again, () => undefined);
  write.progressed = true;
  write.contextChanged = true;
  for (const thread of Object.values(active.state.threads)) {
    write.removed.delete(thread.id);
    if (thread.id !== 0) write.threads.set(thread.id, thread);
  }
  if (result === 'deferred') {
    const key = timerKey(0, 'continue');
    active.timers.set(key, {
      execution: active.number,
      thread: 0,
      kind: 'continue',
      sequence: 0,
      at,
    });
    write.timers.add(key);
  }
  if (!active.keepsHistory && active.state.header.status === 'RUNNING') {
    const limit = { thread: 0, kind: 'execution', sequence: 0, at: at + EXPRESS_LIMIT } as const;
    kernel.timers.set(turn, active, limit);
  }
}
