/**
 * What a test file comes to once it has been read and checked: a pipeline and tests of it.
 * @module
 */
import type { Json } from '../asl/json.js';
import type { AttemptOutcome } from '../engine/kernel/ports.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import type { PlannedData } from './data/planned-data.js';
import type { MockedResponse } from './mock-configuration.js';
import type { Expectations } from './test-schema.js';

/** How some consecutive attempts end. */
export interface PlannedOutcome {
  /** Undefined: never. */
  readonly outcome: AttemptOutcome | undefined;
  /** Virtual milliseconds until the answer. */
  readonly afterMs: number;
  /** For how many attempts. */
  readonly times: number;
  /** Only for this item of the Map around the state. */
  readonly item?: number;
}

/** How the attempts of one state end. */
export type StateMock =
  /** One outcome after the other, counted over all attempts of the state in its iteration. */
  | { readonly type: 'outcomes'; readonly outcomes: readonly PlannedOutcome[] }
  /** By the number of retries of one visit, as Step Functions Local does. */
  | { readonly type: 'response'; readonly response: MockedResponse }
  /** The task really runs. */
  | { readonly type: 'run' };

export interface PlannedTest {
  readonly name: string;
  readonly file: string;
  /** Line of the test in its file, from 1. */
  readonly line: number;
  readonly pipeline: PipelinePlan;
  /** Virtual time of the start, milliseconds since the epoch. */
  readonly at: number;
  readonly input: Json;
  readonly mocks: ReadonlyMap<string, StateMock>;
  /** What stands for the data that the pipeline reads, and what must come of it. */
  readonly data?: PlannedData;
  readonly expect: Expectations;
}

/** Virtual time of the start where a test names none: 2026-01-01T00:00:00Z. */
export const DEFAULT_START = 1_767_225_600_000;
