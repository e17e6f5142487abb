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
