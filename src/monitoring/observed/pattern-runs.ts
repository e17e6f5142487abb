/**
 * Runs of any service, by an event pattern and paths that say where in the event its name, id, status and times are.
 *
 *     events: [{ pattern: { source: [aws.dms] }, kind: dms-task, name: "$.detail.taskName", status: "$.detail.state" }]
 *
 * @module
 */
import { type InputPath, parseInputPath, readInputPath } from '../../events/input/input-path.js';
import type { JsonObject } from '../../events/json.js';
import { createMatcher, type PatternMatcher } from '../../events/pattern/matcher.js';
import { parsePattern } from '../../events/pattern/parse-pattern.js';
import type { ObservedStatus, SeenRun } from './observed-run.js';
import { instant, known, text } from './told.js';

/** As a team writes it. */
export interface WrittenPattern {
  pattern: { [field: string]: unknown };
  /** What such a thing is called; `event` when absent. */
  kind?: string | undefined;
  /** Paths into the event. */
  name: string;
  id?: string | undefined;
  status?: string | undefined;
  started?: string | undefined;
  ended?: string | undefined;
  cause?: string | undefined;
  /** Words of its status that mean so; besides those that services use. */
  succeeded?: string[] | undefined;
  failed?: string[] | undefined;
  running?: string[] | undefined;
}

/** One that can be asked. */
export interface PatternWatch {
  readonly matcher: PatternMatcher;
  readonly kind: string;
  readonly paths: { readonly [part in Part]?: InputPath };
  readonly words: ReadonlyMap<string, ObservedStatus>;
}

const PARTS = ['name', 'id', 'status', 'started', 'ended', 'cause'] as const;
type Part = (typeof PARTS)[number];

const WORDS: { readonly [status in ObservedStatus]?: readonly string[] } = {
  RUNNING: [
    'running',
    'started',
    'starting',
    'in_progress',
    'inprogress',
    'pending',
    'submitted',
    'queued',
  ],
  SUCCEEDED: [
    'succeeded',
    'success',
    'successful',
    'completed',
    'complete',
    'finished',
    'done',
    'ok',
  ],
  FAILED: ['failed', 'failure', 'error', 'errored', 'fault'],
  TIMED_OUT: ['timed_out', 'timedout', 'timeout'],
  ABORTED: ['aborted', 'stopped', 'cancelled', 'canceled', 'terminated', 'interrupted'],
};

/**
 * Reads one; what is wrong with it, and where, when it cannot be asked.
 * @example readPattern({ pattern: { source: ['x'] }, name: '$.detail.name' })
 */
export function readPattern(
  written: WrittenPattern,
): { watch: PatternWatch } | { problem: string; at: string } {
  const parsed = parsePattern(written.pattern);
  if ('error' in parsed) {
    const [problem = ''] = parsed.error.message.split('\n');
    return { problem, at: 'pattern' };
  }
  const paths: { [part in Part]?: InputPath } = {};
  for (const part of PARTS) {
    const path = written[part];
    if (path === undefined) continue;
    const read = parseInputPath(path);
    if (read === undefined) return { problem: `'${path.slice(0, 80)}' is no path`, at: part };
    paths[part] = read;
  }
  const words = new Map<string, ObservedStatus>();
  for (const [status, usual = []] of Object.entries(WORDS)) {
    for (const word of usual) words.set(word, status as ObservedStatus);
  }
  const own = { SUCCEEDED: written.succeeded, FAILED: written.failed, RUNNING: written.running };
  for (const [status, said = []] of Object.entries(own)) {
    for (const word of said) words.set(folded(word), status as ObservedStatus);
  }
  const matcher = createMatcher();
  matcher.add('pattern', parsed.pattern);
  return { watch: { matcher, kind: written.kind ?? 'event', paths, words } };
}

/**
 * The run that an event tells; undefined: the pattern does not match, or it does not say of what it is.
 * Without a path of a status it has succeeded: that it came is what is watched.
 */
export function patternRun(
  { matcher, kind, paths, words }: PatternWatch,
  envelope: JsonObject,
): SeenRun | undefined {
  if (matcher.match(envelope).length === 0) return undefined;
  const read = (part: Part): unknown => {
    const path = paths[part];
    return path === undefined ? undefined : readInputPath(path, envelope);
  };
  const name = worded(read('name'));
  const id = worded(paths.id === undefined ? envelope.id : read('id'));
  if (name === undefined || id === undefined) return undefined;
  const told = worded(read('status'));
  const status: ObservedStatus =
    paths.status === undefined
      ? 'SUCCEEDED'
      : ((told === undefined ? undefined : words.get(folded(told))) ?? 'UNKNOWN');
  const time = instant(envelope.time);
  const isOver = status !== 'RUNNING';
  return {
    ...{ kind, name, id, attempt: 0, status },
    ...known({
      startedAt: instant(read('started')) ?? (isOver ? undefined : time),
      endedAt: isOver ? (instant(read('ended')) ?? time) : undefined,
      cause:
        worded(read('cause')) ??
        (status === 'UNKNOWN' ? `its status is '${told ?? 'not said'}'` : undefined),
    }),
  };
}

function folded(word: string): string {
  return word.toLowerCase().replaceAll(/[\s-]+/g, '_');
}

function worded(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return text(value)?.slice(0, 512);
}
