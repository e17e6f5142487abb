/**
 * What a start finds left over from before, and what it does with it. Nothing here reads histories or waiting
 * executions: only the small tables and partial indexes of what is open.
 *
 * | found | done |
 * | --- | --- |
 * | attempt `started` under another owner | closed as failed `Millrace.WorkerLost`; Retry decides whether it happens again |
 * | the same, of a task that another system performs | asked for again, or waited for: `features/remote-tasks` |
 * | the same, of a task that waits for a cluster of a pool | waits on: `features/cluster-pools` |
 * | the same, of a worker on another machine | goes on, if the worker shows signs of life in time: `features/workers` |
 * | attempt `scheduled` | begun when a slot is free |
 * | attempt that a test answers | asked for its answer again: it has no effects |
 * | attempt that waits for an execution that has ended | told the result |
 * | running execution whose waiting parent task is gone | stopped |
 * | execution created and not begun | begun |
 * | execution interrupted by a commit | continued |
 * * @module
 */
import type { AttemptRecord, Store } from '../../store/store.js';
import { type Attempts, MOCKED, POOL, REMOTE, WORKER_LOST } from './attempts.js';
import type { ChildExecutions } from './child-executions.js';
import type { Executions } from './executions.js';
import type { Hooks } from './hooks.js';
import type { MockedTasks } from './mocked-tasks.js';
import type { TurnLoop } from './turn-loop.js';
import { isOfWorker } from './worker-line.js';

interface Parts {
  readonly store: Store;
  readonly loop: TurnLoop;
  readonly executions: Executions;
  readonly attempts: Attempts;
  readonly children: ChildExecutions;
  readonly mocked: MockedTasks;
  readonly hooks: Hooks;
  readonly owner: string;
}

const PAGE = 1000;

/** Queues the work that a crash or stop interrupted. */
export async function recover(parts: Parts): Promise<void> {
  const { store, loop, executions, attempts, children, mocked } = parts;
  for (const number of await store.listUnstarted()) loop.add(executions.beginInput(number));
  for (const number of await store.listInterrupted()) {
    loop.add(executions.eventInput(number, { type: 'Continue' }));
  }
  await eachAttempt(parts, 'started', (attempt) => {
    if (attempt.owner === parts.owner) return;
    if (attempt.kind === MOCKED) return mocked.resume(attempt);
    if (attempt.kind === REMOTE && parts.hooks.remote?.resumes(attempt)) return;
    if (attempt.kind === POOL && parts.hooks.pools?.resumes(attempt)) return;
    if (isOfWorker(attempt) && parts.hooks.workers?.resumes(attempt)) return;
    const cause = `The server ended while the attempt ${attempt.id} ran; whether it has done its work is not known.`;
    loop.add(
      attempts.outcomeInput(attempt, attempt.id, { type: 'failed', error: WORKER_LOST, cause }),
    );
  });
  await eachAttempt(parts, 'submitted', (attempt) => {
    if (attempt.kind === MOCKED) mocked.resume(attempt);
  });
  await eachAttempt(parts, 'scheduled', (attempt) => {
    if (!attempts.slots.has(attempt.kind)) loop.add(attempts.beginInput(attempt));
    else if (attempts.slots.take(attempt.kind)) loop.add(attempts.beginInput(attempt));
    else attempts.slots.wait(attempt.kind, attempt);
  });
  for (const attempt of await store.listAnsweredAttempts()) {
    const { execution, thread, sequence, child } = attempt;
    if (child === undefined) continue;
    loop.add(children.answerInput({ execution, thread, sequence, attached: true }, child));
  }
  for (const number of await store.listOrphans()) {
    const cause = 'The execution that waited for this one no longer does.';
    loop.add(executions.eventInput(number, { type: 'Stop', cause }));
  }
}

async function eachAttempt(
  { store }: Pick<Parts, 'store'>,
  status: AttemptRecord['status'],
  act: (attempt: AttemptRecord) => void,
): Promise<void> {
  for (let after = 0; ; ) {
    const page = await store.listAttempts({ status, after, limit: PAGE });
    for (const { attempt } of page) act(attempt);
    if (page.length < PAGE) return;
    after = page.at(-1)?.position ?? after;
  }
}
