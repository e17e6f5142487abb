/**
 * Collects what a state under test shows of its data flow.
 *
 * Which stages TestState shows depends on the type of the state; found by observation of the service, as the reference
 * does not say.
 * @module
 */
import type { CompiledState } from '../compile.js';
import type { Stage } from '../draft.js';
import type { ErrorOutput } from '../execution-state.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { isUncatchable, matchesError, type RetryDecision } from '../retry.js';
import type { InspectionData } from './request.js';

/** Stages that each type of state shows. */
const SHOWN: { [type in CompiledState['type']]: readonly Stage[] } = {
  Pass: ['afterInputPath', 'afterParameters', 'afterResultSelector', 'afterResultPath'],
  Task: [
    'afterInputPath',
    'afterParameters',
    'afterArguments',
    'afterResultSelector',
    'afterResultPath',
  ],
  Map: [
    'afterInputPath',
    'afterItemsPath',
    'afterResultSelector',
    'afterResultPath',
    'maxConcurrency',
  ],
  Parallel: ['afterResultSelector', 'afterResultPath'],
  Choice: ['afterInputPath'],
  Wait: ['afterInputPath'],
  Succeed: ['afterInputPath'],
  Fail: ['afterInputPath'],
};

export class Inspection {
  readonly data: InspectionData;
  /** The failure that the state's Retry and Catch were asked about. */
  failure: ErrorOutput | undefined;
  readonly #state: CompiledState;

  constructor(state: CompiledState, input: Json) {
    this.#state = state;
    this.data = { input };
    // A fixed result stands in the definition; the service shows it where others show what they computed.
    const { Result } = state.definition;
    if (state.type === 'Pass' && !state.jsonata && Result !== undefined) {
      this.data.result = Result as Json;
    }
  }

  /** Takes what the reducer shows, `Draft.watch`. */
  see(stage: Stage, value: Json): void {
    if (stage === 'failure') {
      if (isObject(value)) this.failure = value as ErrorOutput;
    } else if (SHOWN[this.#state.type].includes(stage)) {
      const shown: JsonObject = { [stage]: value };
      Object.assign(this.data, shown);
    }
  }

  /** Tells which handlers the failure met. */
  explainFailure(retry: RetryDecision | undefined, caught: boolean): void {
    const error = this.failure?.Error;
    if (this.failure === undefined || isUncatchable(error)) return;
    const details: NonNullable<InspectionData['errorDetails']> = {};
    const { retriers, catchers } = this.#state;
    const retrier = retriers.findIndex(({ errors }) => matchesError(errors, error));
    if (retrier >= 0) details.retryIndex = retrier;
    if (retry !== undefined) {
      details.retryBackoffIntervalSeconds = Math.round(retry.delayMs / 1000);
    } else if (caught) {
      details.catchIndex = catchers.findIndex(({ errors }) => matchesError(errors, error));
    }
    if (Object.keys(details).length > 0) this.data.errorDetails = details;
  }
}
