/**
 * Kinds of tasks of workers, as flags give them: `shell,sql`, or `shell=4,sql=1` with how many of each at a time; tags, and
 * limits of tags.
 * @module
 */
import { WORKER_KINDS, WORKER_TAG } from '../pipelines/sections/worker-section.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/**
 * @throws CommandFailure when one of them no worker can perform
 * @example kindsIn('shell,sql') // ['shell', 'sql']
 */
export function kindsIn(text: string): string[] {
  return Object.keys(kindsWithSlots(text, 1));
}

/**
 * @param slots of a kind that says nothing
 * @throws CommandFailure when one of them no worker can perform, or a number is none
 * @example kindsWithSlots('shell,sql=1', 4) // { shell: 4, sql: 1 }
 */
export function kindsWithSlots(text: string, slots: number): { [kind: string]: number } {
  const kinds: { [kind: string]: number } = {};
  for (const part of partsOf(text)) {
    const [kind = '', count] = part.split('=');
    const most = count === undefined ? slots : /^\d{1,4}$/.test(count) ? Number(count) : 0;
    if (!WORKER_KINDS.includes(kind) || most < 1 || most > 1_000) {
      throw new CommandFailure(`'${part}' is no kind of task that a worker performs.`, {
        exitCode: EXIT.usage,
        code: 'MILL5790',
        fix: `Give some of ${WORKER_KINDS.join(', ')}; with a number at a time from 1 to 1000: shell=4.`,
      });
    }
    kinds[kind] = most;
  }
  return kinds;
}

/** @throws CommandFailure when one of them cannot be a tag @example workerTagsIn('gpu,large') // ['gpu', 'large'] */
export function workerTagsIn(text: string): string[] {
  const tags = [...new Set(partsOf(text))];
  const wrong = tags.find((tag) => !WORKER_TAG.test(tag));
  if (wrong === undefined) return tags;
  throw new CommandFailure(`'${wrong}' is no tag of a worker.`, {
    exitCode: EXIT.usage,
    code: 'MILL5791',
    fix: 'A tag consists of up to 40 letters, digits and . _ -, such as gpu.',
  });
}

/**
 * Tasks at a time, by the tag that they ask for.
 * @throws CommandFailure when one is no tag with a number from 1 to 100,000, or a tag is there twice
 * @example tagLimitsIn('gpu=2,warehouse=4') // { gpu: 2, warehouse: 4 }
 */
export function tagLimitsIn(text: string): { [tag: string]: number } {
  const limits = new Map<string, number>();
  for (const part of partsOf(text)) {
    const [, tag = '', count = ''] = /^([^=]*)=(\d{1,6})$/.exec(part) ?? [];
    const limit = Number(count);
    if (!WORKER_TAG.test(tag) || limit < 1 || limit > 100_000 || limits.has(tag)) {
      throw new CommandFailure(`'${part}' is no limit of a tag.`, {
        exitCode: EXIT.usage,
        code: 'MILL5795',
        fix: 'Give each tag once, with the number of tasks at a time from 1 to 100000: gpu=2,warehouse=4.',
      });
    }
    limits.set(tag, limit);
  }
  return Object.fromEntries(limits);
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
