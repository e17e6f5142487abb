/**
 * The last lines that a state of an execution has written: what people look at first when it failed.
 * @module
 */

import { EngineError } from '../kernel/errors.js';
import type { OneTeam } from '../kernel/scope.js';
import type { ExecutionCalls } from './execution-calls.js';

const LINES = 20;
/** A line as it is shown beside others. */
const MOST_TEXT = 500;

/**
 * Of an execution of the team alone: whoever reports a check names an execution as they like.
 * @example await lastLines(executions)(ofTeam('parcels'), id, 'Load') // [{ at, text: 'disk full' }]
 */
export function lastLines(executions: Pick<ExecutionCalls, 'logs'>) {
  return async (
    team: OneTeam,
    execution: string,
    state: string | undefined,
  ): Promise<{ at: number; text: string }[]> => {
    try {
      const page = {
        from: 'tail',
        limit: LINES,
        ...(state === undefined ? {} : { state }),
      } as const;
      const { items } = await executions.logs(team, execution, page);
      return items.map(({ at, message }) => ({ at, text: message.slice(0, MOST_TEXT) }));
    } catch (error) {
      // It is gone by its age, or it never was here.
      if (error instanceof EngineError) return [];
      throw error;
    }
  };
}
