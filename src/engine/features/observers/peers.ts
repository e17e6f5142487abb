/**
 * What observers need of others: handed to them by `compose.ts`.
 * @module
 */
import type { Aws } from '../../../aws/aws.js';
import type { CheckStatus, Counts } from '../../../monitoring/check-result.js';
import type { Expectation } from '../../../monitoring/expectations/expectation.js';
import type { Subject } from '../../../monitoring/subject.js';
import type { RunPrice, UsedByRun } from '../../kernel/observed-run.js';
import type { Turn } from '../../kernel/turn.js';

/** What came of a run, as a check result. Times in milliseconds since the epoch. */
export interface ReportedRun extends Counts {
  readonly team: string;
  readonly subject: Subject;
  readonly tags: { readonly [tag: string]: string };
  readonly status: CheckStatus;
  readonly cause: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly retries?: number;
  readonly units?: { readonly [unit: string]: number };
  readonly link?: string;
  /** Millionths of the rate card's currency. */
  readonly cost?: number;
}

/** What is expected of a thing that was found. */
export interface FoundExpected {
  readonly team: string;
  readonly subject: Subject;
  readonly tags: { readonly [tag: string]: string };
  readonly owner?: string;
  readonly expectations: readonly Expectation[];
}

export interface ObserverPeers {
  /** Undefined: this server knows no accounts. */
  readonly aws: Aws | undefined;
  report(turn: Turn, run: ReportedRun): void;
  /** Prices a run and counts it among what was spent; undefined: nothing is priced, or nobody knows what it used. */
  spend(turn: Turn, run: UsedByRun): RunPrice | undefined;
  /** All that a team expects of things that were found. */
  expect(team: string, found: readonly FoundExpected[]): void;
}
