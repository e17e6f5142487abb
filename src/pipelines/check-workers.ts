/**
 * What a file says of workers must be heard by a task: a name that no state has, or a task that no worker can perform, would
 * be passed over in silence.
 *
 * | a task of | by a worker |
 * | --- | --- |
 * | `millrace:KIND` | when the kind is one of `WORKER_KINDS` |
 * | an ARN that is bound | when the binding is of one of them |
 * | an execution, an activity, an HTTP Task, an unbound ARN in an account | no |
 * | any other ARN | perhaps: the server's own bindings are not known here |
 *
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { didYouMean, suggest } from '../asl/validate.js';
import type { FoundDefinition } from './find-definition.js';
import type { Loading } from './loading.js';
import type { ProblemCode } from './problem.js';
import type { PipelineFile } from './schema.js';
import { WORKER_KINDS } from './sections/worker-section.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';
import { type StateAt, statesOf } from './tasks.js';
import { unboundTasks } from './unbound.js';

type Written = Pick<Partial<PipelineFile>, 'worker' | 'workers'>;

/** What tells who performs the tasks of a definition. */
interface Performing {
  readonly bindings: { readonly [resource: string]: JsonObject };
  /** The account of all its tasks. */
  readonly account: PipelineFile['account'];
}

/** @param source the file that the sections are in */
export function checkWorkers(
  { worker, workers = {} }: Written,
  found: FoundDefinition,
  performing: Performing,
  source: SourceFile,
  loading: Loading,
): void {
  const states = new Map(statesOf(found.definition).map((one) => [one.name, one]));
  const performs = performableBy(found, performing);
  const tell = (path: ValuePath, code: ProblemCode, message: string, fix: string): void => {
    loading.problems.push(problemAt(source, path, code, message, { mark: 'key', fix }));
  };
  for (const [name, written] of Object.entries(workers)) {
    const path = ['workers', name];
    const state = states.get(name);
    if (state === undefined) {
      const message = `there is no state '${name}'${didYouMean(suggest(name, states.keys()))}`;
      tell(path, 'MILL1202', message, 'name a state, or remove it');
    } else if (saysOtherwise(found.workers, name, written)) {
      const message = `the step "${name}" itself says something else of workers`;
      tell(path, 'MILL1104', message, 'remove one of the two');
    } else if (written !== false && !performs(state)) {
      tell(path, 'MILL1104', `no worker can perform "${name}"`, FIX);
    }
  }
  if (worker !== undefined && worker !== false && ![...states.values()].some(performs)) {
    tell(['worker'], 'MILL1104', 'no worker can perform any of its tasks', FIX);
  }
}

/** What steps say: the kind of a step may be right, and AWS performs it all the same. */
export function checkWorkersOfSteps(
  found: FoundDefinition,
  performing: Performing,
  loading: Loading,
): void {
  const said = found.workers ?? {};
  const performs = performableBy(found, performing);
  for (const state of statesOf(found.definition)) {
    const { name, pointer } = state;
    if (!Object.hasOwn(said, name) || said[name] === false || performs(state)) continue;
    const { source, path } = found.origin(pointer);
    const message = `no worker can perform "${name}"`;
    loading.problems.push(
      problemAt(source, [...path, 'worker'], 'MILL1104', message, { mark: 'key', fix: FIX }),
    );
  }
}

const FIX = `remove it: workers perform ${WORKER_KINDS.join(', ')}`;

function saysOtherwise(
  said: FoundDefinition['workers'] = {},
  name: string,
  written: unknown,
): boolean {
  return Object.hasOwn(said, name) && JSON.stringify(said[name]) !== JSON.stringify(written);
}

/** Whether a worker can perform a state, or might. */
function performableBy(
  { definition }: FoundDefinition,
  { bindings, account }: Performing,
): (state: StateAt) => boolean {
  const unbound = unboundTasks(definition, bindings).map(({ pointer }) => pointer);
  return ({ state, pointer }) => {
    const { Type, Resource: resource } = state;
    if (Type !== 'Task' || typeof resource !== 'string') return false;
    const own = /^millrace:(\w+)/.exec(resource)?.[1];
    if (own !== undefined) return WORKER_KINDS.includes(own);
    if (/:states:startExecution|:activity:|:http:invoke$/.test(resource)) return false;
    if (account !== undefined && unbound.some((one) => one.startsWith(`${pointer}/`))) return false;
    const binding = Object.hasOwn(bindings, resource) ? bindings[resource] : undefined;
    return binding === undefined || WORKER_KINDS.some((kind) => Object.hasOwn(binding, kind));
  };
}
