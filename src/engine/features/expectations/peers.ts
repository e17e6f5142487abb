/**
 * What expectations need of others, and what is shown of one of them.
 * @module
 */
import type { ExpectationChange, Watched } from '../../../monitoring/expectations/expectation.js';
import type { Turn } from '../../kernel/turn.js';
import type { PastResults } from './known.js';
import type { Kept, Stood } from './watched-subject.js';

/** One expectation with all that is known. */
export interface Shown extends Stood {
  readonly kept: Kept;
  readonly watched: Watched;
}

/** @property since when it was begun, in milliseconds since the epoch */
export interface RunningElsewhere {
  readonly number: number;
  readonly since: number;
}

export interface ExpectationPeers {
  readonly results: PastResults;
  /** When a pipeline's schedule fires next after an instant; undefined: it has none. */
  nextFire(pipeline: { team: string; name: string }, after: number): number | undefined;
  /** What runs elsewhere of a subject, by numbers below zero, the earliest first. */
  runningElsewhere(team: string, subject: string): readonly RunningElsewhere[];
  /** Others are watched than before. */
  declared(): void;
  /** Puts an event on a team's bus in this turn. */
  tell(turn: Turn, change: ExpectationChange): void;
}
