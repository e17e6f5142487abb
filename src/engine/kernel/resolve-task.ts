/**
 * Finds who performs a task: reads its Resource, looks into the pipeline's `bindings`, and says what to call with what.
 *
 * | Resource | performed by |
 * | --- | --- |
 * | `millrace:shell`, `millrace:sql`, … | the connector of that kind, with the task's arguments |
 * | `millrace:executions:start[.sync…]`, `arn:aws:states:::states:startExecution[.sync…]` | the engine: another execution |
 * | `arn:aws:states:::lambda:invoke` | the binding of its FunctionName; the answer is wrapped as AWS does |
 * | `arn:aws:lambda:…:function:NAME` | its binding; payload in, payload out |
 * | `aws-sdk:sfn:…`, `aws-sdk:eventbridge:…`, `events:putEvents` | this server itself, unless something is bound to it (`own-service-tasks.ts`) |
 * | an activity's ARN | the worker that takes it (`features/activities`) and sends the outcome with the task token |
 * | any of AWS's, on a server with `--aws real` | AWS, unless its binding says `everywhere: true` (`remote-place.ts`) |
 * | `millrace:clusters:take` | a pool of clusters, where AWS makes clusters (`features/cluster-pools`); else what is bound to `elasticmapreduce:createCluster` |
 * | `arn:aws:states:::http:invoke` | its binding; without one, this server with a connection of the team (`http-task.ts`) |
 * | anything else | its binding, or a failure that names the binding to add |
 *
 * A binding is found by the whole resource or ARN, without its pattern suffix, or by the bare function name. Whose bindings
 * count, and who may use them, is told in code-grants.ts.
 * @module
 */
import type { Json, JsonObject } from '../../asl/json.js';
import { isObject } from '../../asl/json.js';
import { OWN_SERVICES, parseResource } from '../../asl/task-resource.js';
import type { Command } from '../../asl/transition.js';
import type { RemoteResource } from '../../connectors/remote-tasks.js';
import type { WorkerNeed } from '../../pipelines/sections/worker-section.js';
import { parseStatesArn } from './arn.js';
import { HTTP_INVOKE } from './http-task.js';
import { lineKind } from './worker-line.js';

export type ScheduleTask = Extract<Command, { type: 'ScheduleTask' }>;

/** How a connector's output becomes the task's result. */
export type Wrapping = 'plain' | 'lambda:invoke';

export type Resolution =
  | {
      type: 'connector';
      kind: string;
      arguments: Json;
      wrapping: Wrapping;
      /** Absolute; the machine's when absent. */
      folder?: string;
      /** The binding that names it, by its resource. */
      binding?: string;
      /** What that binding writes into the arguments. */
      written?: JsonObject;
      /** A worker on another machine performs it (`worker-place.ts`); absent: this server. */
      worker?: WorkerNeed;
    }
  | {
      type: 'execution';
      pipeline: string;
      /** Whose pipeline it is; default: the starting pipeline's team. */
      team?: string;
      qualifier?: string;
      input: Json;
      name?: string;
    }
  /** Waits for a worker that takes tasks of this activity. */
  | { type: 'activity'; name: string }
  /** A request to a service that this server is itself. */
  | { type: 'service'; service: string; action: string; parameters: Json; resource: string }
  /** Another system performs it: `features/remote-tasks`. */
  | {
      type: 'remote';
      resource: RemoteResource;
      parameters: Json;
      /** A name of the accounts file, and one of its regions. */
      place: { account: string; region: string };
      /** The role that the task's Credentials name. */
      roleArn?: string;
      /** What of the answer becomes the result: all of it, or its `Payload`. */
      takes: 'output' | 'payload';
    }
  /** A cluster of a pool: `features/cluster-pools`. */
  | {
      type: 'pool';
      parameters: Json;
      /** Where the pipeline's tasks go: a name of the accounts file, and one of its regions. */
      place: { account: string; region: string };
    }
  /** The binding says what the result is. */
  | { type: 'result'; output: Json; wrapping: Wrapping }
  /** `resource` is what nothing is bound to. */
  | { type: 'failure'; error: string; cause: string; resource?: string };

/** The error of a task that nobody is bound to. Retry and Catch see it as `States.TaskFailed` too. */
export const UNBOUND = 'Millrace.UnboundResource';

/**
 * Decides who performs a task.
 *
 * @example
 * resolveTask({ resource: 'millrace:echo', arguments: { a: 1 }, … }, {})
 * // { type: 'connector', kind: 'echo', arguments: { a: 1 }, wrapping: 'plain' }
 */
export function resolveTask(
  task: Pick<ScheduleTask, 'resource' | 'arguments'>,
  bindings: { [resource: string]: JsonObject },
): Resolution {
  const resource = parseResource(task.resource);
  const action = resource.action.replace(/\.(sync|sync:2|waitForTaskToken)$/, '');
  if (resource.events === 'Activity') {
    const name = resource.text.slice(resource.text.lastIndexOf(':') + 1);
    return bound(bindings, [resource.text], task.arguments, 'plain') ?? { type: 'activity', name };
  }
  if (resource.events === 'LambdaFunction') {
    const names = functionNames(resource.text);
    return bound(bindings, names, task.arguments, 'plain') ?? unbound(resource.text);
  }
  if (resource.service === 'lambda' && action === 'invoke') return invoke(task, bindings);
  const isStart =
    (resource.service === 'states' && action === 'startExecution') ||
    (resource.service === 'millrace:executions' && action === 'start');
  if (isStart) return start(task.arguments, bindings, resource.service !== 'states');
  if (resource.service === 'millrace:checks' && action === 'report') {
    const { service, text } = resource;
    return { type: 'service', service, action, parameters: task.arguments, resource: text };
  }
  if (resource.service === 'millrace') {
    return { type: 'connector', kind: action, arguments: task.arguments, wrapping: 'plain' };
  }
  const bare = task.resource.replace(/\.(sync|sync:2|waitForTaskToken)$/, '');
  const found = bound(bindings, [task.resource, bare], task.arguments, 'plain');
  if (found !== undefined) return found;
  const { service, pattern } = resource;
  if (service === 'http' && action === 'invoke' && pattern === 'requestResponse') {
    return { type: 'connector', kind: HTTP_INVOKE, arguments: task.arguments, wrapping: 'plain' };
  }
  const isRequest = pattern === 'requestResponse' || pattern === 'waitForTaskToken';
  if (!OWN_SERVICES.has(service) || !isRequest) return unbound(bare);
  return { type: 'service', service, action, parameters: task.arguments, resource: bare };
}

/** An activity that was never made, or was deleted, also while a task waits for it: no worker can ever take the task. */
export function missingActivity(arn: string): Resolution {
  return { type: 'failure', error: 'States.Runtime', cause: `Activity Does Not Exist: '${arn}'` };
}

/** The answer to one request to a service. */
export interface Answered {
  requestId: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Gives a connector's output the shape that the state machine expects: for `lambda:invoke` with the headers of its answer. */
export function wrapOutput(output: Json, wrapping: Wrapping, { requestId, at }: Answered): Json {
  if (wrapping === 'plain') return output;
  const headers = {
    Connection: 'keep-alive',
    'Content-Length': String(Buffer.byteLength(JSON.stringify(output))),
    'Content-Type': 'application/json',
    Date: new Date(at).toUTCString(),
    'X-Amz-Executed-Version': '$LATEST',
    'X-Amzn-Trace-Id': traceOf(requestId, at),
    'x-amzn-Remapped-Content-Length': '0',
    'x-amzn-RequestId': requestId,
  };
  return {
    ExecutedVersion: '$LATEST',
    Payload: output,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, [value]]),
      ),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: 200,
  };
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader: version, seconds, 96 bits */
function traceOf(requestId: string, at: number): string {
  const seconds = Math.floor(at / 1000)
    .toString(16)
    .padStart(8, '0');
  const bits = requestId.replaceAll('-', '').slice(-24).padStart(24, '0');
  return `root=1-${seconds}-${bits};sampled=0`;
}

function invoke(
  task: Pick<ScheduleTask, 'resource' | 'arguments'>,
  bindings: { [resource: string]: JsonObject },
): Resolution {
  const parameters = isObject(task.arguments) ? task.arguments : {};
  const name = parameters.FunctionName;
  if (typeof name !== 'string' || name === '') {
    return {
      type: 'failure',
      error: 'Lambda.ValidationException',
      cause: `The task ${task.resource} needs the parameter FunctionName.`,
    };
  }
  const wrapping = 'lambda:invoke';
  const names = [...functionNames(name), 'arn:aws:states:::lambda:invoke'];
  return bound(bindings, names, parameters.Payload ?? {}, wrapping) ?? unbound(name);
}

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:VERSION]` is also known as `NAME`. */
function functionNames(arnOrName: string): string[] {
  const parts = arnOrName.split(':');
  if (parts[0] !== 'arn') return [arnOrName, parts[0] ?? arnOrName];
  return [arnOrName, parts.slice(0, 7).join(':'), parts[6] ?? arnOrName];
}

/** @param isOwn the call is Millrace's, which may name another team; Amazon's knows no teams, only a binding says one */
function start(
  parameters: Json,
  bindings: { [resource: string]: JsonObject },
  isOwn: boolean,
): Resolution {
  const given = isObject(parameters) ? parameters : {};
  const target = given.StateMachineArn ?? given.pipeline;
  if (typeof target !== 'string' || target === '') {
    return {
      type: 'failure',
      error: 'StepFunctions.ValidationException',
      cause: 'Starting an execution needs StateMachineArn (or pipeline): the name of a pipeline.',
    };
  }
  const binding = Object.hasOwn(bindings, target) ? bindings[target] : undefined;
  const known = binding?.pipeline;
  const team = isOwn ? (given.team ?? binding?.team) : binding?.team;
  const name = given.Name ?? given.name;
  return {
    type: 'execution',
    ...targetOf(typeof known === 'string' ? known : target),
    ...(typeof team === 'string' ? { team } : {}),
    input: inputOf(given.Input ?? given.input ?? {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
}

/** `arn:aws:states:REGION:ACCOUNT:stateMachine:NAME[:VERSION|:ALIAS]`, or the name of a pipeline. */
function targetOf(target: string): { pipeline: string; qualifier?: string } {
  const arn = parseStatesArn(target);
  const [pipeline = target, qualifier] = arn?.type === 'stateMachine' ? arn.parts : [target];
  return { pipeline, ...(qualifier === undefined ? {} : { qualifier }) };
}

/** AWS takes the input as an object or as its JSON text. */
function inputOf(given: Json): Json {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given) as Json;
  } catch {
    return given;
  }
}

function bound(
  bindings: { [resource: string]: JsonObject },
  names: readonly string[],
  input: Json,
  wrapping: Wrapping,
): Resolution | undefined {
  for (const name of names) {
    const binding = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    if (!binding) continue;
    const { everywhere: _everywhere, ...performer } = binding;
    const resolution = byBinding(name, performer, input, wrapping);
    return resolution.type === 'connector' ? { ...resolution, binding: name } : resolution;
  }
  return undefined;
}

function byBinding(name: string, binding: JsonObject, input: Json, wrapping: Wrapping): Resolution {
  if (Object.hasOwn(binding, 'mock')) {
    return { type: 'result', output: binding.mock ?? null, wrapping };
  }
  const { lambda, shell, pipeline, connector } = binding;
  if (lambda !== undefined) {
    const settings: JsonObject = isObject(lambda) ? { ...lambda } : { ...binding, folder: lambda };
    delete settings.lambda;
    return {
      type: 'connector',
      kind: 'lambda',
      arguments: { ...settings, payload: input },
      wrapping,
      written: settings,
    };
  }
  if (shell !== undefined) {
    const settings: JsonObject = isObject(shell) ? { ...shell } : { ...binding, ...command(shell) };
    delete settings.shell;
    const given = { input, ...settings };
    return { type: 'connector', kind: 'shell', arguments: given, wrapping, written: settings };
  }
  if (typeof pipeline === 'string') {
    const { team } = binding;
    return { type: 'execution', pipeline, ...(typeof team === 'string' ? { team } : {}), input };
  }
  if (typeof connector === 'string') {
    const given = isObject(binding.arguments) ? binding.arguments : {};
    const merged = isObject(input) ? { ...input, ...given } : given;
    return { type: 'connector', kind: connector, arguments: merged, wrapping, written: given };
  }
  return {
    type: 'failure',
    error: UNBOUND,
    cause: `The binding of '${name}' names neither lambda, shell, pipeline, connector nor mock.`,
  };
}

function command(shell: Json): JsonObject {
  return Array.isArray(shell) ? { command: shell } : { script: shell };
}

/** The failure of a task that nobody performs. */
export function unbound(resource: string): Resolution {
  return {
    type: 'failure',
    error: UNBOUND,
    resource,
    cause: `Nothing here performs '${resource}'. Add it to the pipeline's bindings, for example: bindings: { '${resource}': { lambda: functions/example } }. Or have AWS perform it: start the server with --accounts FILE.`,
  };
}

/** The kind of an activity's attempts: the store finds them by it. */
export function activityKind({ team, name }: { team: string; name: string }): string {
  return `activity:${team}/${name}`;
}

/** What the store knows an attempt's performer by. */
export function kindOf(resolution: Resolution, team: string): string {
  if (resolution.type === 'connector') {
    const { kind, worker } = resolution;
    return worker === undefined ? kind : lineKind({ kind, tags: worker.tags, team });
  }
  if (resolution.type === 'activity') return activityKind({ team, name: resolution.name });
  return resolution.type;
}
