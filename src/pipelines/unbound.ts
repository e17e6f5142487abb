/**
 * Finds tasks of AWS resources that the pipeline's `bindings` say nothing about: they would fail on this machine.
 * @module
 */
import type { Json, JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { OWN_SERVICES, parseResource } from '../asl/task-resource.js';
import { tasksOf } from './tasks.js';

export interface UnboundTask {
  /** JSON pointer of the Resource, or of the function's name. */
  pointer: string;
  /** What to put into `bindings`. */
  resource: string;
}

/** Every task whose resource nothing is bound to, in document order. */
export function unboundTasks(
  definition: JsonObject,
  bindings: { [resource: string]: JsonObject },
): UnboundTask[] {
  const isBound = (name: string): boolean => Object.hasOwn(bindings, name);
  return tasksOf(definition).flatMap(({ state, pointer }) => unboundTask(state, pointer, isBound));
}

const PATTERN = /\.(sync|sync:2|waitForTaskToken)$/;

function unboundTask(
  state: JsonObject,
  pointer: string,
  isBound: (name: string) => boolean,
): UnboundTask[] {
  const { Resource: resource } = state;
  if (typeof resource !== 'string' || !resource.startsWith('arn:')) return [];
  const bare = resource.replace(PATTERN, '');
  if (bare.endsWith(':states:startExecution') || bare.includes(':activity:')) return [];
  const { service, action, pattern } = parseResource(resource);
  // The server answers these itself; a job to wait for is none of them.
  if (OWN_SERVICES.has(service) && !pattern.startsWith('sync') && action !== '') return [];
  // With a connection of the team.
  if (service === 'http' && action === 'invoke') return [];
  if (bare === 'arn:aws:states:::lambda:invoke') {
    const name = functionName(state);
    if (name === undefined || isBound(bare) || functionNames(name).some(isBound)) return [];
    const field = state.Arguments === undefined ? 'Parameters' : 'Arguments';
    return [{ pointer: `${pointer}/${field}/FunctionName`, resource: name }];
  }
  if ([resource, bare, ...functionNames(bare)].some(isBound)) return [];
  return [{ pointer: `${pointer}/Resource`, resource: bare }];
}

/** The function's name when it is written down; one that is computed is known only later. */
function functionName(state: JsonObject): string | undefined {
  const given: Json | undefined = state.Arguments ?? state.Parameters;
  const name = isObject(given) ? given.FunctionName : undefined;
  return typeof name === 'string' && !name.startsWith('{%') ? name : undefined;
}

/** A function's ARN, the ARN without its version, and its bare name. */
function functionNames(name: string): string[] {
  const parts = name.split(':');
  if (parts[0] !== 'arn') return [name, parts[0] ?? name];
  return parts[2] === 'lambda' ? [name, parts.slice(0, 7).join(':'), parts[6] ?? name] : [name];
}
