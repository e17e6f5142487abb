/**
 * The port through which traces leave: `adapters/traces/` fills it with a process beside the server.
 * @module
 */

/** An execution that has ended, as it is traced. */
export interface TracedExecution {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly pipeline: string;
  readonly team: string;
  readonly status: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly stoppedAt: number;
  readonly tags: { readonly [key: string]: string };
  readonly error?: string;
  readonly interval?: string;
  /** Kind of trigger: `schedule`, `event`, … */
  readonly trigger?: string;
  /** Number of the execution whose task started it. */
  readonly parent?: number;
}

export interface TraceExporter {
  /** Takes an execution, or counts it as dropped when too many wait. */
  add(execution: TracedExecution): void;
  readonly counts: TraceCounts;
  /** End of the oldest execution that has not been done with; undefined: there is none. */
  oldest(): number | undefined;
  /** Sends what waits for at most so many milliseconds, and ends the process. Answers how many were left. */
  close(ms: number): Promise<number>;
}

export interface TraceCounts {
  /** Spans that the receiver has taken. */
  taken: number;
  /** Executions whose trace was lost, or not all of it taken. */
  dropped: number;
  /** Executions that wait. */
  waiting: number;
}
