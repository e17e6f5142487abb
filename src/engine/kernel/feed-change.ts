/**
 * A committed change, as the live feed tells it.
 * @module
 */
import type { ExecutionStatus } from '../../asl/execution-state.js';
import type { HistoryEvent } from '../../asl/transition.js';
import type { IncidentChangeType } from '../../monitoring/incidents/incident.js';
import type { LogLine } from '../../store/store.js';

/** Which execution a change belongs to. */
export interface FeedSubject {
  execution: string;
  number: number;
  pipeline: string;
  team: string;
}

export type FeedChange =
  | ({
      type: 'execution';
      status: ExecutionStatus;
      name: string;
      startedAt: number;
      stoppedAt?: number;
      error?: string;
      cause?: string;
    } & FeedSubject)
  | ({ type: 'history'; events: HistoryEvent[] } & FeedSubject)
  | ({ type: 'log'; lines: LogLine[] } & FeedSubject)
  | { type: 'pipeline'; pipeline: string; team: string; version: number }
  | IncidentNews;

/** Something has become of an incident; what it is like now is asked for, which masks it. */
export interface IncidentNews {
  type: 'incident';
  /** Its number. */
  incident: number;
  team: string;
  change: IncidentChangeType;
  at: number;
  pipeline?: string;
}
