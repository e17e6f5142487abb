/**
 * Facts: what features hear of, in the turn in which it becomes durable.
 *
 * A feature that writes because of a fact does so in the same commit, so either both are on disk or neither. What must
 * happen in the world because of it happens after the commit (`turn.afterCommit`). What a feature learns is a fact again.
 * @module
 */

import type { Json } from '../../asl/json.js';
import type { HistoryEvent } from '../../asl/transition.js';
import type { CheckResult } from '../../monitoring/check-result.js';
import type { ExpectationChange } from '../../monitoring/expectations/expectation.js';
import type { IncidentChange } from '../../monitoring/incidents/incident.js';
import type { AlertChange } from '../../monitoring/monitors/alert.js';
import type { ActiveExecution } from './active-execution.js';
import type { EventRecord } from './bus-event.js';
import type { ObservedRun } from './observed-run.js';
import type { Turn } from './turn.js';

export type Fact =
  /** It exists; it goes on at once, or when there is room for it. */
  | { readonly type: 'ExecutionBegun'; readonly execution: ActiveExecution }
  /** Its header says how. One that was not let begin (`SKIPPED`) has ended without having run. */
  | { readonly type: 'ExecutionEnded'; readonly execution: ActiveExecution }
  /** It had ended and goes on. */
  | { readonly type: 'ExecutionRedriven'; readonly execution: ActiveExecution }
  /** An event is on its bus. */
  | { readonly type: 'EventStored'; readonly event: EventRecord }
  /** A task of it has succeeded, and this is what its performer answered. */
  | { readonly type: 'TaskSucceeded'; readonly execution: ActiveExecution; readonly output: Json }
  /** What came of something that is watched. */
  | {
      readonly type: 'CheckReported';
      readonly result: CheckResult;
      /** Number of the series that it belongs to. */
      readonly series: number;
      /** Of whom it is: who else may hear of it is said there. Undefined: of nothing that is deployed. */
      readonly execution?: ActiveExecution;
      /** It is heard of late: a result that ended after it is known already. */
      readonly isLate?: boolean;
    }
  /** Something that runs elsewhere was seen to run, or to have ended. */
  | { readonly type: 'RunObserved'; readonly run: ObservedRun }
  /** An expectation stands elsewhere than before. */
  | { readonly type: 'ExpectationChanged'; readonly change: ExpectationChange }
  /** An alert of a monitor was opened, is worse, told again, or over. */
  | { readonly type: 'AlertChanged'; readonly change: AlertChange }
  /** Something has become of an incident. */
  | { readonly type: 'IncidentChanged'; readonly change: IncidentChange }
  /** A channel of a team reaches nobody any more, or again. */
  | { readonly type: 'ChannelChanged'; readonly change: ChannelChange }
  /** Something has become of a dataset. */
  | { readonly type: 'DatasetChanged'; readonly change: DatasetChange }
  /** Something that is to see to others does not do its work, or does again. */
  | { readonly type: 'WatcherChanged'; readonly change: WatcherChange }
  /** Events were added to the history of an execution that somebody follows (`hooks.follow`). */
  | {
      readonly type: 'HistoryGrew';
      readonly execution: ActiveExecution;
      readonly events: readonly HistoryEvent[];
    };

export interface ChannelChange {
  readonly team: string;
  readonly channel: string;
  readonly state: 'failing' | 'working';
  /** Why it fails. */
  readonly error?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface DatasetChange {
  readonly team: string;
  readonly name: string;
  readonly type: 'published' | 'kept' | 'contract failed' | 'quarantined' | 'rolled back';
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of the execution that wrote the version. */
  readonly execution: string;
  readonly pipeline: string;
  readonly interval?: string;
  readonly rows?: number;
  readonly bytes?: number;
  readonly files?: number;
  /** Why: which rules were not met, who rolled back. */
  readonly cause?: string;
  /** What was current before. */
  readonly previous?: string;
}

export interface WatcherChange {
  readonly team: string;
  /** `schedule nightly`. */
  readonly part: string;
  readonly state: 'broken' | 'working';
  /** What is wrong with it. */
  readonly words: string;
}

/** Hears of a fact. What must be written with it goes into the turn. */
export type FactListener = (turn: Turn, fact: Fact) => void;

/** Error of an execution that was not begun because there was no room for it. */
export const SKIPPED = 'Millrace.Skipped';

/** Whether an execution has ended without ever having run: nobody who waits for outcomes hears of it. */
export function wasSkipped({ state: { header } }: ActiveExecution): boolean {
  return header.status === 'ABORTED' && header.error === SKIPPED;
}
