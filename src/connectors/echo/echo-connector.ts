/**
 * `millrace:echo`: answers with its arguments, in this process. For trying pipelines out, for tests and for measuring.
 *
 * Arguments that are an object with `delayMs` (milliseconds to wait) or `fail` (`{ error, cause }`) do that first;
 * `output`, if it is there too, is the answer instead of the arguments.
 * @module
 */
import { z } from 'zod';
import { argumentProblems, parseArguments } from '../arguments.js';
import type { Connector, Json, TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown } from '../errors.js';

const options = z.looseObject({
  delayMs: z.number().int().min(0).max(86_400_000).optional(),
  fail: z.strictObject({ error: z.string().min(1), cause: z.string().default('') }).optional(),
});

export function createEchoConnector(): Connector {
  return {
    kind: 'echo',
    runsCode: false,
    validate: (args) => (hasOptions(args) ? argumentProblems(options, args) : []),
    run: (task, context) =>
      hasOptions(task.arguments)
        ? echoLater(task, context).catch(outcomeOfThrown)
        : Promise.resolve({ type: 'succeeded', output: task.arguments }),
  };
}

function hasOptions(args: Json): args is { [key: string]: Json } {
  return (
    args !== null &&
    typeof args === 'object' &&
    !Array.isArray(args) &&
    (args.delayMs !== undefined || args.fail !== undefined)
  );
}

async function echoLater(task: TaskRequest, context: TaskContext): Promise<TaskOutcome> {
  const { delayMs, fail } = parseArguments(options, task.arguments, 'echo');
  if (delayMs !== undefined && !(await waited(delayMs, context.signal))) return abortedOutcome();
  if (fail) return failed(fail.error, fail.cause);
  const args = task.arguments as { [key: string]: Json };
  return { type: 'succeeded', output: args.output === undefined ? args : args.output };
}

/** False when the signal came first. */
function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
