/**
 * A task's output as JSON, within the limits that every state's data has.
 * @module
 */
import type { Json, JsonObject } from '../connector.js';
import { TaskFailure, taskErrors } from '../errors.js';

/** Bytes of UTF-8 JSON that a state may pass on: Step Functions' limit. */
export const DATA_LIMIT = 262_144;

/** Levels of nesting that every part of Millrace can read and write. */
const DEPTH_LIMIT = 512;

/**
 * Checks size and depth of an output. `what` names its source for the message.
 * Throws TaskFailure `States.DataLimitExceeded`.
 */
export function checkOutput(output: Json, what: string): Json {
  if (isDeeperThan(output, DEPTH_LIMIT)) {
    throw new TaskFailure(
      taskErrors.dataLimitExceeded,
      `${what} is nested more than ${DEPTH_LIMIT} levels deep.`,
    );
  }
  const bytes = Buffer.byteLength(JSON.stringify(output));
  if (bytes > DATA_LIMIT) throw tooLarge(what, `${bytes} bytes`);
  return output;
}

/** @param size in words, for the message */
export function tooLarge(what: string, size: string): TaskFailure {
  return new TaskFailure(
    taskErrors.dataLimitExceeded,
    `${what} is too large: ${size}, allowed are ${DATA_LIMIT}. Write the data to a file in the work folder and return its path.`,
  );
}

/** Counts arrays and objects that lie in each other, without recursion. */
function isDeeperThan(value: Json, limit: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((member) => Object.values(member).filter(isContainer));
  }
  return false;
}

function isContainer(value: Json): value is Json[] | JsonObject {
  return value !== null && typeof value === 'object';
}
