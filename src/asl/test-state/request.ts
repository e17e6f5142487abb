/**
 * What TestState is asked and what it answers. Texts of the request are JSON texts, as on the wire; values of the answer
 * are values.
 *
 * Source: Step Functions API reference, TestState.
 * @module
 */
import type { Json, JsonObject } from '../json.js';

export type InspectionLevel = 'INFO' | 'DEBUG' | 'TRACE';

export type FieldValidationMode = 'STRICT' | 'PRESENT' | 'NONE';

export interface TestStateRequest {
  /** One state, or a whole definition together with `stateName`. */
  definition: string;
  stateName?: string;
  /** Defaults to `{}`. */
  input?: string;
  /** An object of variables as they are before the state. */
  variables?: string;
  /** Defaults to INFO. */
  inspectionLevel?: InspectionLevel;
  revealSecrets?: boolean;
  roleArn?: string;
  mock?: StateMock;
  /** A Context Object; what it leaves out is made up. */
  context?: string;
  stateConfiguration?: StateConfiguration;
}

/** Takes the place of the work that a Task, Map or Parallel state would do. */
export interface StateMock {
  result?: string;
  errorOutput?: { error?: string; cause?: string };
  /** How strictly `result` is checked against the API it pretends to come from. Defaults to STRICT. */
  fieldValidationMode?: FieldValidationMode;
}

export interface StateConfiguration {
  /** Retries already made by the retrier that names the mocked error. */
  retrierRetryCount?: number;
  /** State inside a Map or Parallel that the mocked error comes from. */
  errorCausedByState?: string;
  /** Iterations of a Map that failed. */
  mapIterationFailureCount?: number;
  /** What the ItemReader of a Map would read, in the format of its source. */
  mapItemReaderData?: string;
}

export interface TestStateAnswer {
  status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  output?: Json;
  error?: string;
  cause?: string;
  nextState?: string;
  /** With inspection levels DEBUG and TRACE. */
  inspectionData?: InspectionData;
}

/** Intermediate values; which of them there are depends on the state's type, its query language and how far it came. */
export interface InspectionData {
  input?: Json;
  afterInputPath?: Json;
  afterParameters?: Json;
  afterArguments?: Json;
  result?: Json;
  afterResultSelector?: Json;
  afterResultPath?: Json;
  variables?: JsonObject;
  afterItemsPath?: Json;
  afterItemsPointer?: Json;
  afterItemSelector?: Json;
  afterItemBatcher?: Json;
  maxConcurrency?: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
  errorDetails?: {
    catchIndex?: number;
    retryIndex?: number;
    retryBackoffIntervalSeconds?: number;
  };
  /** With TRACE, of an HTTP Task that was performed. */
  request?: HttpRequestShown;
  response?: HttpResponseShown;
}

/** All members are texts, also headers and bodies that are JSON. */
export interface HttpRequestShown {
  protocol?: string;
  method?: string;
  url?: string;
  headers?: string;
  body?: string;
}

export interface HttpResponseShown {
  protocol?: string;
  statusCode?: string;
  statusMessage?: string;
  headers?: string;
  body?: string;
}

/** The call is refused: nothing was tested. */
export class TestStateRefused extends Error {
  readonly code: 'ValidationException' | 'InvalidDefinition' | 'InvalidExecutionInput';

  constructor(code: TestStateRefused['code'], message: string) {
    super(message);
    this.name = 'TestStateRefused';
    this.code = code;
  }
}

/** A refusal for a request that contradicts itself or the state. */
export function invalid(message: string): TestStateRefused {
  return new TestStateRefused('ValidationException', message);
}
