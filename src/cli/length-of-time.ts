/**
 * Lengths of time as flags take them.
 * @module
 */
import { parseDuration } from '../pipelines/duration.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/**
 * The moment so long from now, in milliseconds since the epoch.
 * @throws CommandFailure when it is no length of time
 * @example inThe('2h') - Date.now() // 7200000
 */
export function inThe(text: string): number {
  return Date.now() + millisecondsIn(text);
}

/**
 * The same as so many milliseconds.
 * @throws CommandFailure when it is no length of time
 * @example millisecondsIn('2h') // 7200000
 */
export function millisecondsIn(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds === 0) {
    throw new CommandFailure(`'${text.slice(0, 80)}' is no length of time`, {
      code: 'MILL5004',
      fix: 'Write 30m, 2h or 1 day.',
      exitCode: EXIT.usage,
    });
  }
  return seconds * 1_000;
}

/**
 * A length of time, or none.
 * @param most seconds
 * @throws CommandFailure when it is no length of time, or more
 * @example secondsIn('10m', 86_400) // 600
 */
export function secondsIn(text: string, most: number): number {
  const seconds = text === '0s' || text === '0' ? 0 : parseDuration(text);
  if (seconds !== undefined && seconds <= most) return seconds;
  throw new CommandFailure(
    `'${text.slice(0, 80)}' is no length of time up to ${most / 3600} hours`,
    {
      code: 'MILL5776',
      fix: 'Write 90s, 10m or 2h.',
      exitCode: EXIT.usage,
    },
  );
}
