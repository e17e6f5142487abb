/**
 * Which executions a list may be of. The types leave out combinations for which there is no index.
 * @module
 */
import type { ExecutionStatus } from '../asl/execution-state.js';
import type { PipelineRef } from './pipeline-ref.js';

/**
 * What becomes of test runs in a list: left out (the default: what is decided from executions never counts them), listed
 * among the others, or listed alone.
 */
export type TestRunsListed = 'without' | 'with' | 'only';

/** Which executions are listed: of a pipeline, of a map run, or of teams. Each combination has an index that answers it. */
export type ExecutionQuery = {
  /** Only numbers below this one: the page after it. */
  below?: number;
  limit: number;
} & (
  | (ExecutionScope & {
      /** One, or several. */
      status?: ExecutionStatus | readonly ExecutionStatus[];
      /** Only those that were redriven, or were not. */
      redriven?: boolean;
      interval?: never;
    })
  | ExecutionsOfInterval
);

export type ExecutionScope = ExecutionsOfPipeline | ExecutionsOfMapRun | ExecutionsOfTeams;

interface ExecutionsOfPipeline {
  pipeline: PipelineRef;
  /** Only those started by this published version, or by this alias: one of them. Test runs are none of them. */
  publishedVersion?: number;
  alias?: string;
  testRuns?: TestRunsListed;
  mapRun?: never;
  teams?: never;
}

/** Children of a distributed Map; the other lists leave them out. */
interface ExecutionsOfMapRun {
  mapRun: number;
  /** Children are listed by their map run, whatever it belongs to. */
  testRuns?: TestRunsListed;
  pipeline?: never;
  publishedVersion?: never;
  alias?: never;
  teams?: never;
}

interface ExecutionsOfTeams {
  /** Absent: of all teams. */
  teams?: readonly string[];
  testRuns?: TestRunsListed;
  pipeline?: never;
  publishedVersion?: never;
  alias?: never;
  mapRun?: never;
}

/** Those of a pipeline for one slice of time, without test runs. */
interface ExecutionsOfInterval {
  pipeline: PipelineRef;
  interval: string;
  testRuns?: never;
  publishedVersion?: never;
  alias?: never;
  status?: never;
  redriven?: never;
  mapRun?: never;
  teams?: never;
}
