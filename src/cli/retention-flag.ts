/**
 * `--retention 90d`, `--retention logs=30d,events=7d`: how long what is kept.
 * @module
 */
import { parseDuration } from '../pipelines/duration.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/** What may stand before `=`, and the member of the configuration that it means. */
const KINDS = {
  executions: 'executions',
  events: 'events',
  'dead-letters': 'deadLetters',
  backfills: 'backfills',
  logs: 'logs',
  checks: 'checks',
  audit: 'audit',
} as const;

type Kept = { [Kind in (typeof KINDS)[keyof typeof KINDS]]?: number | undefined };

/**
 * Milliseconds by kind; undefined: for good. A time without a kind is of executions.
 * @throws CommandFailure
 * @example retentionOf(['90d', 'logs=30d']) // { executions: 7_776_000_000, logs: 2_592_000_000 }
 */
export function retentionOf(texts: readonly string[]): Kept {
  const kept: Kept = {};
  for (const text of texts.flatMap((one) => one.split(','))) {
    const [, kind = 'executions', time = ''] = /^(?:([^=]*)=)?(.*)$/s.exec(text.trim()) ?? [];
    if (!Object.hasOwn(KINDS, kind)) {
      throw refusal(`Nothing is kept under the name '${kind}'.`, Object.keys(KINDS).join(', '));
    }
    kept[KINDS[kind as keyof typeof KINDS]] = timeOf(time, kind);
  }
  return kept;
}

function timeOf(text: string, kind: string): number | undefined {
  if (text === 'forever') return undefined;
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds > 0) return seconds * 1_000;
  throw refusal(
    `'${text}' is no time for which ${kind} are kept.`,
    'a number and a unit, such as 30d or 12 weeks, or forever',
  );
}

function refusal(message: string, give: string): CommandFailure {
  return new CommandFailure(message, {
    exitCode: EXIT.usage,
    code: 'MILL5033',
    fix: `Give ${give}.`,
  });
}
