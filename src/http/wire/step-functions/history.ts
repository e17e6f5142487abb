/**
 * GetExecutionHistory: events with their details under the name of their type, and data as JSON text.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import type { HistoryEvent } from '../../../asl/transition.js';
import type { Call } from '../call.js';
import { timestamp } from '../call.js';
import { findExecution } from './executions.js';
import { readToken, resultsOf, toToken } from './pages.js';

/** Types that carry no details. */
const BARE =
  /^(LambdaFunctionStarted|MapRunAborted|MapRunSucceeded|(Map|Parallel|Task|Wait)State(Aborted|Failed|Succeeded)|ParallelStateStarted)$/;
/** Details that are JSON values here and JSON text on the wire. */
const TEXTS: ReadonlySet<string> = new Set(['input', 'output', 'parameters']);

export async function getExecutionHistory(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const found = await findExecution(call, request.executionArn);
  const list = `history ${found.id} ${request.reverseOrder === true}`;
  const cursor = readToken(list, request.nextToken);
  const { items, next } = await engine.executions.history(caller.scope, found.id, {
    limit: resultsOf(request.maxResults),
    order: request.reverseOrder ? 'newest-first' : 'oldest-first',
    ...(cursor === undefined ? {} : { cursor }),
  });
  const withData = request.includeExecutionData !== false;
  return {
    events: items.map((event) => toWireEvent(event, withData)),
    ...(next === undefined ? {} : { nextToken: toToken(list, next) }),
  };
}

/** @example toWireEvent({ id: 2, prev: 0, at: 0, type: 'PassStateEntered', details: { name: 'A', input: {} } }, true).stateEnteredEventDetails */
export function toWireEvent(event: HistoryEvent, withData: boolean): JsonObject {
  const { id, prev, at, type, details } = event;
  const head: JsonObject = { timestamp: timestamp(at), type, id, previousEventId: prev };
  if (BARE.test(type)) return head;
  return { ...head, [detailsName(type)]: toDetails(details, withData) };
}

function detailsName(type: string): string {
  if (/State(Entered|Exited)$/.test(type)) {
    return type.endsWith('Entered') ? 'stateEnteredEventDetails' : 'stateExitedEventDetails';
  }
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

function toDetails(details: JsonObject, withData: boolean): JsonObject {
  const wire: JsonObject = {};
  for (const [name, value] of Object.entries(details)) {
    if (TEXTS.has(name)) {
      if (!withData) continue;
      wire[name] = JSON.stringify(value);
      if (name !== 'parameters') wire[`${name}Details`] = { truncated: false };
    } else if (name === 'assignedVariables') {
      if (!withData) continue;
      wire[name] = textValues(value as JsonObject);
      wire.assignedVariablesDetails = { truncated: false };
    } else wire[name] = value;
  }
  return wire;
}

function textValues(variables: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]): [string, Json] => [name, JSON.stringify(value)]),
  );
}
