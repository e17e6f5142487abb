/**
 * A run of something elsewhere, as a team's observers have seen it: what features hear of with the fact `RunObserved`.
 * @module
 */
import type { SeenRun } from '../../monitoring/observed/observed-run.js';
import type { Subject } from '../../monitoring/subject.js';

export interface ObservedRun {
  /** Unique among observed runs. */
  readonly number: number;
  readonly team: string;
  readonly subject: Subject;
  readonly seen: SeenRun;
}

/** A run elsewhere that is over. */
export interface UsedByRun {
  readonly team: string;
  /** `subjectKey` of what ran. */
  readonly subject: string;
  /** What it used, as its service counts it; absent or empty: nobody knows. */
  readonly units?: { readonly [unit: string]: number } | undefined;
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
  readonly retries?: number | undefined;
}

/** What a run elsewhere cost, by the rate card of the server. */
export interface RunPrice {
  /** Millionths of the currency. */
  readonly cost: number;
  readonly currency: string;
  /** What was used and has no price. */
  readonly unpriced: readonly string[];
}
