/**
 * Requests of this server's own tasks to itself: `aws-sdk:sfn:sendTaskSuccess`, `aws-sdk:eventbridge:…`, `events:putEvents`.
 *
 * They are answered by the very operations that clients of the API call, as a caller of the execution's team that has
 * signed nothing. This file only translates, as Step Functions does between a state and an API:
 *
 * | | in a state | in the API |
 * | --- | --- | --- |
 * | names | `StateMachineArn` | `stateMachineArn` (Step Functions; EventBridge's begin large) |
 * | JSON in a text | a value, or its text | its text |
 * | times | ISO 8601 | seconds since the epoch |
 * | refusals | `Sfn.ExecutionDoesNotExistException` | `ExecutionDoesNotExist` |
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
 * @module
 */
import { randomUUID } from 'node:crypto';
import { reportSchema } from '../../api/checks.js';
import { isObject, type Json, type JsonObject } from '../../asl/json.js';
import type { Engine } from '../../engine/engine.js';
import { EngineError } from '../../engine/kernel/errors.js';
import type { AttemptOutcome, OwnServices, ServiceRequest } from '../../engine/kernel/ports.js';
import { ofTeam } from '../../engine/kernel/scope.js';
import { checkOf } from '../reported-check.js';
import type { Operation } from './call.js';
import { callerOf } from './caller.js';
import { toWireError } from './protocol.js';
import { SERVICES, type WireService } from './services.js';
import { checkShape, type Shape, type Structure } from './shape.js';
import type { WireError } from './wire-error.js';

/** A service as states name it. */
interface InnerService {
  /** What its errors begin with. */
  prefix: 'Sfn' | 'EventBridge';
  api: WireService;
  /** Members of the API begin with a small letter. */
  isSmall: boolean;
}

const STEP_FUNCTIONS = SERVICES.AWSStepFunctions as WireService;
const EVENTS = SERVICES.AWSEvents as WireService;

const INNER: { readonly [service: string]: InnerService } = {
  'aws-sdk:sfn': { prefix: 'Sfn', api: STEP_FUNCTIONS, isSmall: true },
  'aws-sdk:eventbridge': { prefix: 'EventBridge', api: EVENTS, isSmall: false },
  // The optimized integration, which knows one operation and has a mind of its own about it.
  events: { prefix: 'EventBridge', api: EVENTS, isSmall: false },
};

/** Members of the API whose own members are names that somebody gave. */
const NAMED_BY_OTHERS = 'variableReferences';
/** Members that are moments. */
const MOMENT = /(^t|T)imestamp$|(^d|D)ate$|(^t|T)ime$/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT/;

/**
 * The services of a server for its own tasks.
 * @param engineOf asked at each request: the engine is made with these services
 * @example createEngine({ …, services: createOwnServices(() => engine) })
 */
export function createOwnServices(engineOf: () => Engine): OwnServices {
  return {
    has: (service, action) =>
      isCheckReport({ service, action }) || find(service, action) !== undefined,
    async call(request) {
      if (isCheckReport(request)) return await reportCheck(engineOf(), request);
      const found = find(request.service, request.action);
      if (found === undefined) {
        const cause = `There is no operation ${request.service}:${request.action}.`;
        return { type: 'failed', error: 'States.Runtime', cause };
      }
      return request.service === 'events'
        ? await putEvents(engineOf(), found, request)
        : await perform(engineOf(), found, request);
    },
  };
}

/** A step `check:` of a pipeline. */
function isCheckReport({ service, action }: Pick<ServiceRequest, 'service' | 'action'>): boolean {
  return service === 'millrace:checks' && action === 'report';
}

/** The same as `POST /checks`: what it does not take fails the task. */
async function reportCheck(
  engine: Engine,
  { parameters, team, executionArn }: ServiceRequest,
): Promise<AttemptOutcome> {
  const parsed = reportSchema.safeParse(parameters);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const cause = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is no check'}`;
    return { type: 'failed', error: 'Millrace.InvalidCheck', cause };
  }
  const told = { execution: executionArn.slice(-256), ...parsed.data };
  try {
    const { number, status } = await engine.checks.report(
      ofTeam(team),
      checkOf(engine, team, told),
    );
    return { type: 'succeeded', output: { number, status } };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { type: 'failed', error: 'Millrace.InvalidCheck', cause: error.message };
  }
}

interface Found {
  inner: InnerService;
  shape: Structure;
  operation: Operation;
}

function find(service: string, action: string): Found | undefined {
  const inner = Object.hasOwn(INNER, service) ? INNER[service] : undefined;
  if (inner === undefined || !/^[a-z]/.test(action)) return undefined;
  if (service === 'events' && action !== 'putEvents') return undefined;
  const name = large(action);
  const { shapes, operations } = inner.api;
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  return shape && operation && { inner, shape, operation };
}

async function perform(
  engine: Engine,
  { inner, shape, operation }: Found,
  { parameters, team, signal }: ServiceRequest,
): Promise<AttemptOutcome> {
  const strange: string[] = [];
  const given = toRequest(shape, parameters, inner, strange);
  if (strange.length > 0) {
    const told = strange.map((field) => `The field '${field}' is not supported by Step Functions`);
    const cause = `The Parameters '${JSON.stringify(parameters)}' could not be used to start the Task: [${told.join(', ')}]`;
    return { type: 'failed', error: 'States.Runtime', cause };
  }
  try {
    checkShape(shape, given);
    const caller = callerOf({ accessKeyId: '', team, role: 'editor' });
    const answer = await operation({ engine, caller, request: given, whenGone: () => signal });
    return { type: 'succeeded', output: toResult(answer as Json, inner) };
  } catch (error) {
    return refusal(inner, toWireError(error));
  }
}

/**
 * The optimized integration: every entry names the execution, and the task fails when an entry does.
 */
async function putEvents(
  engine: Engine,
  found: Found,
  request: ServiceRequest,
): Promise<AttemptOutcome> {
  const { executionArn, stateMachineArn } = request;
  const given = isObject(request.parameters) ? request.parameters : {};
  const entries = Array.isArray(given.Entries) ? given.Entries : [];
  const origin = [executionArn, stateMachineArn];
  const Entries = entries.map((entry) => {
    if (!isObject(entry)) return entry;
    const resources = Array.isArray(entry.Resources) ? entry.Resources : [];
    return { ...entry, Resources: [...resources, ...origin] };
  });
  const parameters = Array.isArray(given.Entries) ? { ...given, Entries } : given;
  const outcome = await perform(engine, found, { ...request, parameters });
  if (outcome.type === 'failed' || !isObject(outcome.output)) return outcome;
  const { Entries: results, FailedEntryCount } = outcome.output;
  if (FailedEntryCount === 0) return outcome;
  const cause = JSON.stringify({ Entries: results, FailedEntryCount });
  return { type: 'failed', error: 'EventBridge.FailedEntry', cause };
}

/** A refusal in the words of the SDK that Step Functions calls services with. */
function refusal({ prefix }: InnerService, { code, message, status }: WireError): AttemptOutcome {
  const name = code.endsWith('Exception') ? code : `${code}Exception`;
  const service = `Service: ${prefix}, Status Code: ${status}, Request ID: ${randomUUID()}`;
  const cause = `${message} (${service}) (SDK Attempt Count: 1)`;
  return { type: 'failed', error: `${prefix}.${name}`, cause };
}

function toRequest(shape: Shape, value: Json, inner: InnerService, strange: string[]): Json {
  if (value === null) return null;
  switch (shape.type) {
    case 'structure': {
      if (!isObject(value)) return value;
      const members: [string, Json][] = [];
      for (const [name, member] of Object.entries(value)) {
        const own = inner.isSmall ? small(name) : name;
        const known = Object.hasOwn(shape.members, own) ? shape.members[own] : undefined;
        if (known === undefined || name !== large(name)) strange.push(name);
        else members.push([own, toRequest(known, member, inner, strange)]);
      }
      return Object.fromEntries(members);
    }
    case 'list':
      if (!Array.isArray(value)) return value;
      return value.map((item) => toRequest(shape.member, item, inner, strange));
    case 'map': {
      if (!isObject(value)) return value;
      const entries = Object.entries(value);
      return Object.fromEntries(
        entries.map(([key, item]) => [key, toRequest(shape.value, item, inner, strange)]),
      );
    }
    case 'string':
      // A text of the API that is data may be given as the value that it is the text of.
      if (typeof value === 'object' || (shape.sensitive && typeof value !== 'string')) {
        return JSON.stringify(value);
      }
      return value;
    case 'integer':
    case 'number':
      return typeof value === 'string' && ISO_TIME.test(value) ? secondsOf(value) : value;
    case 'boolean':
      return value;
  }
}

/** What is no time is passed on: the operation's own shape refuses it. */
function secondsOf(text: string): Json {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : at / 1000;
}

function toResult(value: Json, inner: InnerService): Json {
  if (Array.isArray(value)) return value.map((item) => toResult(item, inner));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === null || member === undefined) continue;
    const shown = inner.isSmall ? large(name) : name;
    if (name === NAMED_BY_OTHERS) result[shown] = member;
    else if (typeof member === 'number' && MOMENT.test(name)) {
      result[shown] = new Date(Math.round(member * 1000)).toISOString();
    } else result[shown] = toResult(member, inner);
  }
  return result;
}

function large(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function small(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
