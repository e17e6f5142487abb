/**
 * What an execution that has ended tells of itself besides its result: its error, the state in which it was, who answers for it,
 * and of one that went well after trouble what may have helped.
 * @module
 */
import type { Thread } from '../../../asl/execution-state.js';
import type { Ended } from '../../../monitoring/incidents/signal.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';

export function endedExecution(active: ActiveExecution): Ended {
  const { state, redriveCount, machine } = active;
  const { error, status } = state.header;
  const owner = machine.deployment.sections?.owner;
  const failed = status === 'SUCCEEDED' ? undefined : failedState(Object.values(state.threads));
  const version = `version ${machine.record.version}`;
  const solved =
    redriveCount > 0
      ? `a redrive succeeded, with ${version}`
      : `it succeeded again, with ${version}`;
  return {
    ...(error === undefined || status === 'SUCCEEDED' ? {} : { error }),
    ...(failed === undefined ? {} : { state: failed }),
    ...(typeof owner === 'string' ? { owner } : {}),
    ...(status === 'SUCCEEDED' ? { solved } : {}),
  };
}

/** The innermost state that failed: of a thread that forked nothing which failed itself. */
function failedState(threads: readonly Thread[]): string | undefined {
  const failed = threads.filter(({ phase }) => phase === 'failed');
  const parents = new Set(failed.map(({ parent }) => parent));
  const innermost = failed.find(({ id }) => !parents.has(id)) ?? failed[0];
  return (innermost ?? threads.find(({ parent }) => parent === null))?.state;
}
