/**
 * Which tasks a test run does, and which it records instead: everything that could be noticed outside of it is recorded, unless
 * the pipeline says otherwise. What is not known here is recorded.
 *
 * | performed by | in a test run |
 * | --- | --- |
 * | `shell`, `sql`, `lambda`, `echo`, and bindings of functions to them | done: they are the transformation; their processes see MILLRACE_TEST_RUN |
 * | `dataset` | done, below `shadow/`: nobody reads it as current |
 * | `http`, HTTP Tasks | GET and HEAD are done |
 * | `spark`, `dbt`, any other connector | recorded |
 * | another execution | done: it belongs to the test run |
 * | actions of AWS, whoever performs them (AWS, this server, a binding) | done when they only read, or are a query of Athena that only reads |
 * | activities, tasks that wait for a token, clusters of pools, reports of checks | recorded |
 * | a result that a binding names, a failure | as always: nothing happens |
 *
 * `effect: true` and `effect: { output }` of a state record whatever performs it, `effect: false` does it.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../asl/json.js';
import { parseResource } from '../../asl/task-resource.js';
import type { WrittenEffect } from '../../pipelines/sections/effects-section.js';
import { HTTP_INVOKE } from './http-task.js';
import { type Resolution, type ScheduleTask, wrapOutput } from './resolve-task.js';

type Task = Pick<ScheduleTask, 'resource' | 'pattern' | 'arguments'>;

/** Connectors that transform data: what they write lies in the work folder of their execution, or is a shadow. */
const TRANSFORMING: ReadonlySet<string> = new Set(['shell', 'sql', 'lambda', 'echo', 'dataset']);

/** First words of names of actions that only read: `getObject`, `DescribeInstances`, `batchGetItem`. */
const READING =
  /^(?:get|list|describe|head|scan|query|search|select|lookup|batchGet|transactGet|simulate|validate|estimate)(?=[A-Z0-9]|$)/;

/** Actions that begin so and do more, with their service. */
const NOT_READING: ReadonlySet<string> = new Set([
  ...['cognitoidentity:getid', 'cognitoidentity:getopenidtoken', 'sts:getsessiontoken'],
  ...['cognitoidentity:getopenidtokenfordeveloperidentity', 'sts:getfederationtoken'],
  ...['cognitoidentity:getcredentialsforidentity', 'kms:getparametersforimport'],
]);

/**
 * Whether a test run records the task instead of doing it.
 * @param said what the pipeline says of the state
 * @example isRecorded({ type: 'activity', name: 'review' }, task, undefined) // true
 */
export function isRecorded(
  resolution: Resolution,
  task: Task,
  said: WrittenEffect | undefined,
): boolean {
  // Nothing happens, whoever says what of it.
  if (resolution.type === 'failure') return false;
  if (said !== undefined) return said !== false;
  // Whoever is to send the token back is asked for something.
  if (task.pattern === 'waitForTaskToken') return true;
  switch (resolution.type) {
    case 'execution':
    case 'result':
      return false;
    case 'activity':
    case 'pool':
      return true;
    case 'service':
    case 'remote':
      return !onlyReads(task);
    case 'connector':
      return isRecordedConnector(resolution, task);
  }
}

function isRecordedConnector(
  { kind, arguments: given, binding }: Extract<Resolution, { type: 'connector' }>,
  task: Task,
): boolean {
  const { service, events } = parseResource(task.resource);
  const isFunction = events === 'LambdaFunction' || service === 'lambda';
  // A binding stands for an action of AWS: what that does decides, and not what stands for it.
  if (binding !== undefined && !isFunction && !service.startsWith('millrace')) {
    return !onlyReads(task);
  }
  if (kind === 'http') return !isSafe(given, 'method');
  if (kind === HTTP_INVOKE) return !isSafe(given, 'Method');
  return !TRANSFORMING.has(kind);
}

/** Requests of these methods ask for no change. RFC 9110, 9.2.1. */
function isSafe(given: Json, member: string): boolean {
  const method = isObject(given) ? (given[member] ?? 'GET') : undefined;
  return typeof method === 'string' && /^(get|head)$/i.test(method);
}

function onlyReads({ resource, pattern, arguments: given }: Task): boolean {
  const { service, action } = parseResource(resource);
  const name = action.replace(/\.(sync|sync:2|waitForTaskToken)$/, '');
  const bare = service.replace(/^aws-sdk:/, '').toLowerCase();
  if (bare === 'athena' && name.toLowerCase() === 'startqueryexecution') return isQuery(given);
  if (pattern !== 'requestResponse') return false;
  return (
    READING.test(name.charAt(0).toLowerCase() + name.slice(1)) &&
    !NOT_READING.has(`${bare}:${name.toLowerCase()}`)
  );
}

/** A query of Athena that writes no table: `SELECT`, `WITH … SELECT`, `SHOW`, `DESCRIBE`. */
function isQuery(given: Json): boolean {
  const query = isObject(given) ? given.QueryString : undefined;
  if (typeof query !== 'string') return false;
  const words = query
    .replace(/\/\*[\s\S]{0,100000}?\*\//g, ' ')
    .replace(/--[^\n]{0,100000}/g, ' ')
    .trimStart();
  return /^(select|with|show|describe|values)\b/i.test(words);
}

/** What a recorded task answers: what the pipeline says, or an empty answer of its kind. */
export function standIn(
  resolution: Resolution,
  task: Task,
  said: WrittenEffect | undefined,
  answered: { requestId: string; at: number },
): Json {
  const output = typeof said === 'object' ? said.output : emptyAnswer(resolution, task);
  const wrapping = 'wrapping' in resolution ? resolution.wrapping : 'plain';
  return wrapOutput(output, wrapping, answered);
}

function emptyAnswer(resolution: Resolution, { resource }: Task): JsonObject {
  const { service, action } = parseResource(resource);
  if (resolution.type === 'connector' && resolution.kind === 'http') {
    return { status: 200, headers: {}, body: null };
  }
  if (service === 'http') {
    return { StatusCode: 200, StatusText: 'OK', Headers: {}, ResponseBody: null };
  }
  if (action.startsWith('putEvents')) return { FailedEntryCount: 0, Entries: [] };
  if (service === 'sqs' || service === 'sns') return { MessageId: 'test-run' };
  return {};
}
