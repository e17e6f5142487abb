/**
 * What must happen by when: an expectation, and where it stands.
 *
 *     EXPECTED ──soon due──▶ DUE ──due, but under way──▶ LATE ──it will not come in time──▶ MISSING
 *        ▲                    └────────due, no sign of it──────────────────────────────────▶   │
 *        │                                                                                     ▼
 *        └──the next time it comes in time── ARRIVED LATE ◀──it comes after all── (LATE, MISSING)
 *
 * An expectation stands on its own: it is due whether or not anything has ever run.
 * @module
 */
import type { CheckStatus } from '../check-result.js';
import type { Subject } from '../subject.js';
import type { DailyTime, Span } from './calendar.js';

export type ExpectationState = 'EXPECTED' | 'DUE' | 'LATE' | 'MISSING' | 'ARRIVED LATE';

/** What is counted or measured of a result; a cost in millionths of the currency. */
export type Metric = 'rows' | 'bytes' | 'files' | 'duration' | 'cost';

/** What must come: anything that runs, a success, or new data. */
export type Arrival = 'run' | 'success' | 'data';

/** The condition itself; times are in milliseconds. */
export type Demand =
  /** The last result is no failure. */
  | { readonly type: 'succeeded' }
  /** No more than `period` passes from one to the next. */
  | { readonly type: 'within'; readonly what: Arrival; readonly period: number }
  /** It runs in its own rhythm: as its schedule, or its past, says. */
  | { readonly type: 'regularly' }
  /** It is there at a time of day. */
  | { readonly type: 'by'; readonly what: Arrival; readonly time: DailyTime }
  /** So many results in each window of the calendar. */
  | {
      readonly type: 'count';
      readonly least: number;
      readonly span: Span;
      readonly zone: string;
    }
  /** So many results in the last `period`, at any moment. */
  | { readonly type: 'rolling'; readonly least: number; readonly period: number }
  /** An execution lasts no longer. */
  | { readonly type: 'duration'; readonly most: number }
  /** A successful result has at least, or at most, so many. */
  | {
      readonly type: 'value';
      readonly metric: Metric;
      readonly bound: number;
      readonly is: 'least' | 'most';
    }
  /** A successful result is no further from the median of those before than so many per cent. */
  | { readonly type: 'usual'; readonly metric: Metric; readonly percent: number };

export interface Expectation {
  /** As it is written, with single blanks: it names the expectation among those of its subject. */
  readonly sentence: string;
  readonly demand: Demand;
  /** Milliseconds after the due moment in which it is LATE before it is MISSING. */
  readonly grace: number;
  /** The zone in which its times are told. */
  readonly zone: string;
}

/** Why it is not as expected. */
export type Reason =
  | 'never started'
  | 'still running'
  | 'waits for its grace'
  | 'failed'
  | 'no new data'
  | 'too few'
  | 'too many'
  | 'unusual'
  | 'took too long'
  | 'withdrawn';

/** Where it stands; durable. */
export interface Standing {
  readonly state: ExpectationState;
  /** Since when, in milliseconds since the epoch. */
  readonly since: number;
  readonly reason?: Reason;
  /** The due moment that the state is about. */
  readonly due?: number;
  /** What has been due until then has been judged. */
  readonly judged: number;
  /** When it was declared: who never ran is missed from then on. */
  readonly declared: number;
}

/** A change of where it stands: what is written, told on the bus, and acted on by others. */
export interface Transition {
  readonly from: ExpectationState;
  readonly to: ExpectationState;
  /** The moment at which it was so, whenever anybody looked. */
  readonly at: number;
  readonly due?: number;
  readonly reason?: Reason;
  /** What was seen, with its numbers. */
  readonly words: string;
}

/** A result, as far as expectations ask. */
export interface Sample {
  /** When it ended or was told, in milliseconds since the epoch. */
  readonly at: number;
  readonly status: CheckStatus;
  readonly rows?: number;
  readonly bytes?: number;
  readonly files?: number;
  readonly duration?: number;
  /** Millionths of the rate card's currency. */
  readonly cost?: number;
}

/** What runs. It is looked into, not copied: many thousand may run. */
export interface Running {
  readonly size: number;
  values(): Iterable<number>;
}

/** What is known of a subject: everything that expectations are judged by. */
export interface Watched {
  /** Ends and reports, and the last begin. */
  readonly lastStart?: number;
  readonly lastEnd?: number;
  /** The last end that was no failure, and the last one with new data. */
  readonly lastSuccess?: number;
  readonly lastData?: number;
  /** The last result. */
  readonly last?: Sample & { readonly cause: string };
  /** When each of those that run was begun, the earliest first. */
  readonly running: Running;
  /** Its results, the oldest first: as many as any expectation asks for. */
  readonly recent: readonly Sample[];
  /** Of its schedule: the first time after an instant. */
  readonly nextFire?: (after: number) => number | undefined;
}

/** Nothing is known of it yet. */
export const NOTHING_WATCHED: Watched = { running: new Map(), recent: [] };

/** Samples by which what is usual is known; fewer say nothing. */
export const LEAST_SAMPLES = 5;
/** Samples that are kept for what is usual. */
export const MOST_SAMPLES = 60;

/** How many earlier results it must know. */
export function samplesFor({ demand }: Expectation): number {
  switch (demand.type) {
    case 'usual':
    case 'regularly':
      return MOST_SAMPLES;
    case 'count':
    case 'rolling':
      return demand.least;
    default:
      return 0;
  }
}

/** Where an expectation stands when it is declared. */
export function declare(at: number): Standing {
  return { state: 'EXPECTED', since: at, judged: at, declared: at };
}

/** A transition of an expectation, as it is kept and told. */
export interface ExpectationChange extends Transition {
  readonly number: number;
  readonly team: string;
  readonly subject: Subject;
  readonly tags: { readonly [tag: string]: string };
  readonly sentence: string;
  /** The pipeline that declares it. */
  readonly pipeline?: string;
  /** Whoever answers for it, as its file says. */
  readonly owner?: string;
  /** When it was judged, and by how much that was late through our own absence. */
  readonly judgedAt: number;
  readonly lateByUs: number;
  /** The execution that caused it. */
  readonly execution?: string;
}
