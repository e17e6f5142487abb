/**
 * Counts of a window, for a digest: what came of each thing that was watched, result by result.
 *
 *     result, change of an expectation ──▶ the line of its group, team and subject ──▶ digest.ts puts them in order
 *
 * Things are told apart by their whole identity, so two accounts may each have a job `load`. A tally costs what happened, and the
 * memory of what it happened to.
 * @module
 */
import type { CheckResult } from '../check-result.js';
import type { ExpectationState, Reason } from '../expectations/expectation.js';
import { type Subject, shortName, subjectKey } from '../subject.js';
import { type Tags, tagOf } from '../tags.js';

/** Milliseconds since the epoch: `[from, to)`. */
export interface DigestWindow {
  readonly from: number;
  readonly to: number;
}

/** Something to be said of a thing; said once, however often it happened. */
export interface Comment {
  readonly level: 'error' | 'warning';
  /** At most 100 characters. */
  readonly text: string;
  readonly count: number;
  /** The last execution that it is about; of what ran elsewhere, where it is shown. */
  readonly execution?: string;
  readonly link?: string;
}

/** What came of one thing. */
export interface DigestLine {
  readonly group: string;
  /** What kind of thing it is: `pipeline`, `aws glue_job`. */
  readonly service: string;
  readonly team: string;
  readonly name: string;
  readonly pipeline?: string;
  readonly executions: number;
  readonly successes: number;
  /** Failures, and too few runs. */
  readonly failures: number;
  readonly warnings: number;
  /** Millionths of the currency; absent: nothing of it was priced. */
  readonly cost?: number;
  /** The worst first. */
  readonly comments: readonly Comment[];
  /** Comments that are left out. */
  readonly more: number;
}

/** A change of an expectation, as far as a digest asks. */
export interface TalliedChange {
  readonly team: string;
  readonly subject: Subject;
  readonly sentence: string;
  readonly state: ExpectationState;
  readonly reason?: Reason;
  readonly words: string;
  readonly tags: Tags;
  readonly pipeline?: string;
  readonly execution?: string;
}

type TalliedResult = Pick<CheckResult, 'team' | 'subject' | 'tags' | 'status' | 'cause'> &
  Pick<CheckResult, 'retries' | 'execution' | 'pipeline' | 'link' | 'cost'>;

interface Counted {
  group: string;
  service: string;
  team: string;
  name: string;
  pipeline: string | undefined;
  executions: number;
  successes: number;
  failures: number;
  warnings: number;
  cost: number | undefined;
  comments: Map<string, Comment>;
  more: number;
}

/** Texts of a thing that are told apart while counting. */
const MOST_TEXTS = 50;
const MOST_COMMENTS = 5;
const MOST_LETTERS = 100;
/** Sentences of which too few is too few runs, and not too little data. */
const COUNTS_RUNS = /^at least \d+ runs?\b/i;

export class Tally {
  readonly #lines: Map<string, Counted> = new Map();
  readonly #group: string | undefined;

  /** @param group the tag by whose values things are put together; undefined: by their team */
  constructor(group: string | undefined) {
    this.#group = group;
  }

  /** A result in the window. What succeeded only after another try is warned of. */
  result(result: TalliedResult): void {
    const { status, cause, cost, retries = 0 } = result;
    const line = this.#lineOf(result);
    line.executions += 1;
    if (cost !== undefined) line.cost = Math.min(Number.MAX_SAFE_INTEGER, (line.cost ?? 0) + cost);
    if (status === 'CRITICAL') {
      line.failures += 1;
      comment(line, 'error', cause, result);
      return;
    }
    if (status === 'UNKNOWN') {
      line.warnings += 1;
      comment(line, 'warning', `nobody can say: ${cause}`, result);
      return;
    }
    line.successes += 1;
    if (status === 'OK' && retries === 0) return;
    line.warnings += 1;
    if (status === 'WARNING') comment(line, 'warning', cause, result);
    if (retries > 0) comment(line, 'warning', 'succeeded after one or more retries', result);
  }

  /** A change in the window: what was late, missing, too long. A failure is a result already. */
  change(change: TalliedChange): void {
    const { state, reason, sentence, words } = change;
    if ((state !== 'LATE' && state !== 'MISSING') || reason === 'failed') return;
    const isTooFew =
      state === 'MISSING' &&
      (reason === 'too few' || reason === 'never started') &&
      COUNTS_RUNS.test(sentence);
    const line = this.#lineOf(change);
    if (isTooFew) line.failures += 1;
    else line.warnings += 1;
    comment(line, isTooFew ? 'error' : 'warning', `${sentence}: ${words}`, change);
  }

  /** The worst first, then by name. */
  lines(): DigestLine[] {
    return [...this.#lines.values()].map(shown).sort(worstFirst);
  }

  #lineOf(of: {
    team: string;
    subject: Subject;
    tags: Tags;
    pipeline?: string | undefined;
  }): Counted {
    const { team, subject, tags, pipeline } = of;
    const group =
      this.#group === undefined ? team : (tagOf(tags, this.#group) ?? `no ${this.#group}`);
    const key = JSON.stringify([group, team, subjectKey(subject)]);
    const known = this.#lines.get(key);
    if (known !== undefined) {
      known.pipeline ??= pipeline;
      return known;
    }
    const isOwn = subject.provider === 'millrace';
    const made: Counted = {
      ...{ group, team, pipeline, more: 0 },
      service: isOwn ? subject.kind : `${subject.provider} ${subject.kind}`,
      name: isOwn ? shortName(subject) : `${subject.name} (${subject.account}, ${subject.region})`,
      ...{ executions: 0, successes: 0, failures: 0, warnings: 0, cost: undefined },
      comments: new Map(),
    };
    this.#lines.set(key, made);
    return made;
  }
}

function comment(
  line: Counted,
  level: Comment['level'],
  words: string,
  of: Pick<Comment, 'execution' | 'link'>,
): void {
  const text = cut(words);
  const key = `${level} ${text}`;
  const known = line.comments.get(key);
  if (known === undefined && line.comments.size >= MOST_TEXTS) {
    line.more += 1;
    return;
  }
  // Results are read from the newest to the oldest: the first is the last.
  const { execution, link } = known ?? of;
  line.comments.set(key, {
    ...{ level, text, count: (known?.count ?? 0) + 1 },
    ...(execution === undefined ? {} : { execution }),
    ...(link === undefined ? {} : { link }),
  });
}

/**
 * A text of at most 100 characters, on one line.
 * @example cut('a'.repeat(200)).length // 100
 */
export function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= MOST_LETTERS) return line;
  return `${line.slice(0, MOST_LETTERS - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function shown({ comments, more, pipeline, cost, ...counts }: Counted): DigestLine {
  const all = [...comments.values()].sort(
    (a, b) => rank(a) - rank(b) || b.count - a.count || (a.text < b.text ? -1 : 1),
  );
  return {
    ...counts,
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(cost === undefined ? {} : { cost }),
    comments: all.slice(0, MOST_COMMENTS),
    more: more + Math.max(0, all.length - MOST_COMMENTS),
  };
}

function rank({ level }: Comment): number {
  return level === 'error' ? 0 : 1;
}

function worstFirst(a: DigestLine, b: DigestLine): number {
  const order = (line: DigestLine): number => (line.failures > 0 ? 0 : line.warnings > 0 ? 1 : 2);
  return (
    order(a) - order(b) ||
    b.failures - a.failures ||
    b.warnings - a.warnings ||
    compare(a.group, b.group) ||
    compare(a.team, b.team) ||
    compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
