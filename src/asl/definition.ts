/**
 * The shape of an Amazon States Language document, as its author writes it.
 *
 * These types describe a *valid* document; `validate.ts` decides whether a JSON value is one and `compile.ts` turns it
 * into what `advance` runs. Source: the Amazon States Language specification, https://states-language.net/spec.html,
 * and the Step Functions developer guide.
 * @module
 */
import type { Json, JsonObject } from './json.js';

/** How expressions in a state are written. */
export type QueryLanguage = 'JSONPath' | 'JSONata';

/** `States` and where to begin: a whole machine, a Parallel branch or a Map's item processor. */
export interface StatesDefinition {
  StartAt: string;
  States: { [name: string]: StateDefinition };
}

/** A complete state machine document. */
export interface MachineDefinition extends StatesDefinition {
  Comment?: string;
  Version?: string;
  QueryLanguage?: QueryLanguage;
  /** Seconds after which the whole execution ends TIMED_OUT. */
  TimeoutSeconds?: number;
}

export type StateType =
  | 'Task'
  | 'Pass'
  | 'Choice'
  | 'Wait'
  | 'Succeed'
  | 'Fail'
  | 'Parallel'
  | 'Map';

/** One state: fields beyond `Type` depend on the type and are checked by `validate.ts`. */
export interface StateDefinition {
  Type: StateType;
  Comment?: string;
  QueryLanguage?: QueryLanguage;
  Next?: string;
  End?: boolean;
  InputPath?: string | null;
  OutputPath?: string | null;
  ResultPath?: string | null;
  Parameters?: Json;
  ResultSelector?: JsonObject;
  Arguments?: Json;
  Output?: Json;
  Assign?: JsonObject;
  Retry?: RetrierDefinition[];
  Catch?: CatcherDefinition[];
  [field: string]: unknown;
}

export interface RetrierDefinition {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

export interface CatcherDefinition {
  ErrorEquals: string[];
  Next: string;
  ResultPath?: string | null;
  Output?: Json;
  Assign?: JsonObject;
}
