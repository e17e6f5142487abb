/**
 * Compares what an execution did with what its test expects. Everything that differs is told, not only the first.
 * @module
 */
import type { ExecutionStatus } from '../asl/execution-state.js';
import type { Json } from '../asl/json.js';
import { parseDuration } from '../pipelines/duration.js';
import { atPointer, differenceLines, differencesOf, short } from './difference.js';
import { pathText, statesVisited, type Visit } from './path-taken.js';
import type { Expectations, PathEntry } from './test-schema.js';

/** One way in which an execution is not what was expected. */
export interface Failure {
  /** One line. */
  message: string;
  /** More lines: a difference, a path. */
  details: string[];
  fix?: string;
}

/** What an execution did, as far as tests look at it. */
export interface Observed {
  status: ExecutionStatus;
  output?: Json;
  error?: string;
  cause?: string;
  path: readonly Visit[];
  /** Types of the events of its history. */
  history: readonly string[];
  /** Virtual milliseconds from its start to its end. */
  durationMs: number;
  /** Attempts of each task. */
  tried: ReadonlyMap<string, number>;
}

/** Everything that differs; nothing when the execution is as expected. */
export function failuresOf(expect: Expectations, observed: Observed): Failure[] {
  return [
    ...statusFailures(expect, observed),
    ...outputFailures(expect, observed),
    ...textFailure('error', expect.error, observed.error),
    ...textFailure('cause', expect.cause, observed.cause),
    ...causeFailure(expect, observed),
    ...pathFailures(expect, observed),
    ...historyFailures(expect, observed),
    ...durationFailures(expect, observed),
    ...attemptFailures(expect, observed),
  ];
}

function statusFailures(expect: Expectations, observed: Observed): Failure[] {
  const { error, cause, causeContains } = expect;
  const isFailure = [error, cause, causeContains].some((text) => text !== undefined);
  const wanted = expect.status ?? (isFailure ? 'FAILED' : 'SUCCEEDED');
  if (observed.status === wanted) return [];
  const details = [`- expected ${wanted}`, `+ actual   ${observed.status}`];
  if (observed.error !== undefined) details.push(`error: ${observed.error}`);
  if (observed.cause !== undefined) details.push(`cause: ${observed.cause.slice(0, 1000)}`);
  if (observed.output !== undefined) details.push(`output: ${short(observed.output)}`);
  return [{ message: `the execution ended ${observed.status}`, details }];
}

function outputFailures(expect: Expectations, { output }: Observed): Failure[] {
  const failures: Failure[] = [];
  const compare = (
    message: string,
    wanted: Json | undefined,
    mode: 'equals' | 'contains',
  ): void => {
    if (wanted === undefined) return;
    const differences = differencesOf(wanted, output, mode);
    if (differences.length > 0) failures.push({ message, details: differenceLines(differences) });
  };
  compare('the output differs', expect.output, 'equals');
  compare('the output does not contain what was expected', expect.outputContains, 'contains');
  for (const [pointer, wanted] of Object.entries(expect.outputAt ?? {})) {
    const actual = atPointer(output, pointer);
    const differences = differencesOf(wanted, actual, 'equals').map((difference) => ({
      ...difference,
      pointer: `${pointer}${difference.pointer}`,
    }));
    if (differences.length > 0) {
      failures.push({
        message: `the output differs at ${pointer}`,
        details: differenceLines(differences),
      });
    }
  }
  return failures;
}

function textFailure(
  what: string,
  wanted: string | undefined,
  actual: string | undefined,
): Failure[] {
  if (wanted === undefined || wanted === actual) return [];
  const details = [`- expected ${short(wanted)}`, `+ actual   ${short(actual)}`];
  return [{ message: `the ${what} differs`, details }];
}

function causeFailure({ causeContains: wanted }: Expectations, { cause }: Observed): Failure[] {
  if (wanted === undefined || cause?.includes(wanted)) return [];
  const details = [`- expected ${short(wanted)} in it`, `+ actual   ${short(cause)}`];
  return [{ message: 'the cause differs', details }];
}

function pathFailures(expect: Expectations, { path }: Observed): Failure[] {
  const failures: Failure[] = [];
  const taken = `path taken: ${pathText(path) || 'no state'}`;
  if (expect.path !== undefined) {
    const difference = pathDifference(expect.path, path, '');
    if (difference !== undefined) {
      failures.push({ message: 'the path differs', details: [difference, taken] });
    }
  }
  const visited = new Set(statesVisited(path));
  for (const state of expect.visits ?? []) {
    if (visited.has(state)) continue;
    failures.push({ message: `"${state}" was never entered`, details: [taken] });
  }
  for (const state of expect.avoids ?? []) {
    if (!visited.has(state)) continue;
    failures.push({ message: `"${state}" was entered`, details: [taken] });
  }
  return failures;
}

/** The first place where a path is another one. */
function pathDifference(
  wanted: readonly PathEntry[],
  taken: readonly Visit[],
  where: string,
): string | undefined {
  for (let step = 0; step < Math.max(wanted.length, taken.length); step += 1) {
    const entry = wanted[step];
    const visit = taken[step];
    const [name, branches] =
      typeof entry === 'object' ? (Object.entries(entry)[0] ?? []) : [entry, undefined];
    const after = step === 0 ? 'at the beginning' : `after "${taken[step - 1]?.state}"`;
    if (name !== visit?.state) {
      const expected = name === undefined ? 'the end' : `"${name}"`;
      const came = visit === undefined ? 'the end' : `"${visit.state}"`;
      return `${where}${after}: expected ${expected}, came to ${came}`;
    }
    if (branches === undefined) continue;
    const inner = visit?.inner ?? [];
    if (branches.length !== inner.length) {
      return `${where}"${name}": expected ${branches.length} branches or items, there were ${inner.length}`;
    }
    for (const [index, branch] of branches.entries()) {
      const inside = `${where}"${name}" ${index}: `;
      const difference = pathDifference(branch, inner[index] ?? [], inside);
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

function historyFailures({ history: wanted }: Expectations, { history }: Observed): Failure[] {
  if (wanted === undefined) return [];
  if (Array.isArray(wanted)) {
    const step = history.findIndex((type, index) => type !== wanted[index]);
    const at = step < 0 && history.length === wanted.length ? -1 : step < 0 ? history.length : step;
    if (at < 0) return [];
    const details = [
      `event ${at + 1}`,
      `  - expected ${wanted[at] ?? 'no more events'}`,
      `  + actual   ${history[at] ?? 'no more events'}`,
      `history: ${history.join(', ')}`,
    ];
    return [{ message: 'the history differs', details }];
  }
  let at = 0;
  for (const type of wanted.contains) {
    const found = history.indexOf(type, at);
    if (found < 0) {
      const details = [`expected ${type} after event ${at}`, `history: ${history.join(', ')}`];
      return [{ message: 'the history does not contain what was expected', details }];
    }
    at = found + 1;
  }
  return [];
}

function durationFailures({ duration }: Expectations, { durationMs }: Observed): Failure[] {
  if (duration === undefined) return [];
  const { atLeast, atMost } =
    typeof duration === 'object' ? duration : { atLeast: duration, atMost: duration };
  const least = atLeast === undefined ? 0 : (parseDuration(atLeast) ?? 0) * 1000;
  const most =
    atMost === undefined ? Number.POSITIVE_INFINITY : (parseDuration(atMost) ?? 0) * 1000;
  if (least <= durationMs && durationMs <= most) return [];
  const wanted =
    atLeast === atMost
      ? String(atLeast)
      : [
          atLeast === undefined ? undefined : `at least ${atLeast}`,
          atMost === undefined ? undefined : `at most ${atMost}`,
        ]
          .filter((part) => part !== undefined)
          .join(' and ');
  const details = [`- expected ${wanted}`, `+ actual   ${durationMs / 1000} seconds`];
  return [{ message: 'the execution took another (virtual) time', details }];
}

function attemptFailures({ attempts = {} }: Expectations, { tried }: Observed): Failure[] {
  return Object.entries(attempts).flatMap(([state, wanted]) => {
    const actual = tried.get(state) ?? 0;
    if (actual === wanted) return [];
    const message = `"${state}" was tried ${actual} ${actual === 1 ? 'time' : 'times'}, not ${wanted}`;
    return [{ message, details: [] }];
  });
}
