/**
 * The services that `POST /` answers for: each has a prefix of its targets, a content type, operations and their shapes.
 * @module
 */

import type { Operation } from './call.js';
import { EVENT_OPERATIONS, READING_EVENTS } from './events/model.js';
import { EVENT_BRIDGE } from './events/operations.js';
import type { Structure } from './shape.js';
import { OPERATIONS, READING } from './step-functions/model.js';
import { STEP_FUNCTIONS } from './step-functions/operations.js';

export interface WireService {
  title: string;
  /** What actions are called in refusals, as in `states:StartExecution`. */
  actions: string;
  contentType: string;
  shapes: { readonly [operation: string]: Structure };
  operations: { readonly [operation: string]: Operation };
  /** Operations that a viewer's access key may call. */
  reading: ReadonlySet<string>;
}

/** By the part of `X-Amz-Target` before the dot. */
export const SERVICES: { readonly [prefix: string]: WireService } = {
  AWSStepFunctions: {
    title: 'Step Functions',
    actions: 'states',
    contentType: 'application/x-amz-json-1.0',
    shapes: OPERATIONS,
    operations: STEP_FUNCTIONS,
    reading: READING,
  },
  AWSEvents: {
    title: 'EventBridge',
    actions: 'events',
    contentType: 'application/x-amz-json-1.1',
    shapes: EVENT_OPERATIONS,
    operations: EVENT_BRIDGE,
    reading: READING_EVENTS,
  },
};
