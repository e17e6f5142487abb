/**
 * Whose tasks may run code: asked anew each time an attempt is about to be performed, whatever started the execution.
 *
 * | machine | asks for | performed when |
 * | --- | --- | --- |
 * | deployed from a file | a connector, or its own binding | always: who writes pipeline files may run code |
 * | deployed from a file | a binding of the server | the binding lists the machine's team, or no teams |
 * | made over an API | `millrace:KIND` that runs code | the bindings file grants that kind to the machine's team |
 * | made over an API | a binding of the server | the binding lists the machine's team, or no teams and is harmless |
 *
 * A binding names the code; what a task hands to it may only be data. So of a binding to a connector that runs code, a task
 * cannot choose another script, interpreter or file than the binding does.
 *
 * Harmless is what neither runs code nor reaches out with what the file gives it: `mock`, `pipeline` (its owner is asked
 * when it is started) and the connector `echo`.
 *
 * A binding that lists other teams does not exist for this one, so whether there is one is not told.
 * @module
 */
import { isObject, type JsonObject } from '../../asl/json.js';
import { ACCOUNT, ACCOUNTS, REGION } from '../../pipelines/sections/account-section.js';
import { CREATE_CLUSTER, TAKE_CLUSTER } from '../../pipelines/sections/cluster-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import type { PipelineDeployment } from './deployment.js';
import { HTTP_INVOKE } from './http-task.js';
import {
  goesToAws,
  isOfAws,
  NOT_GRANTED,
  type PlaceAsker,
  type RemoteRules,
} from './remote-place.js';
import { type Resolution, resolveTask, type ScheduleTask, UNBOUND } from './resolve-task.js';
import { placed, type WorkerPlan, workerPlanOf } from './worker-place.js';

const NONE: ReadonlySet<string> = new Set();

/** Teams by name, or all. */
export type Teams = readonly string[] | '*';

/** Who performs tasks of every machine on this server, and for whom; see `pipelines/bindings-file.ts`. */
export interface SharedBindings {
  bindings: { [resource: string]: JsonObject };
  /** For whom each binding is. One that is not listed is for pipelines from files, whatever their team, and if harmless for all. */
  teams: { [resource: string]: Teams };
  /** Kinds of connectors that machines made over an API may use, by team; `*` is every team. */
  grants: { [team: string]: readonly string[] };
  /** Absolute: what the bindings name lies under it. */
  folder: string;
  /** The file, for messages. */
  file: string;
}

/** The machine whose task is to be performed: its name is for messages. */
export interface Asker extends PlaceAsker {
  /** A client of an API made it: no file of this machine says what it may do. */
  isOverApi: boolean;
  /** Its own; a machine that was made over an API has none, whatever its deployment says. */
  bindings: { [resource: string]: JsonObject };
  /** What it says of workers. */
  workers?: WorkerPlan;
}

export interface CodeRules {
  shared: SharedBindings | undefined;
  /** The kinds that run code, each with its arguments that are nothing but data. */
  code: ReadonlyMap<string, readonly string[]>;
  /** Machines made over an API may run everything: for development. */
  allowAll: boolean;
  /** Kinds that this server performs no tasks of: workers do. Default: none. */
  away?: ReadonlySet<string>;
  /** Present on a server that has AWS perform what is AWS's. */
  remote?: RemoteRules | undefined;
}

/**
 * Whether a client of an API made the machine: nobody who may write files here has seen it. Its code, folders and buckets
 * follow from this.
 */
export function isMadeOverApi({ stateMachine }: Pick<PipelineDeployment, 'stateMachine'>): boolean {
  return stateMachine !== undefined;
}

/** A deployed machine as one that asks. */
export function askerOf(deployment: PipelineDeployment): Asker {
  const { name, team, bindings, stateMachine } = deployment;
  const account = sectionOf(ACCOUNT, deployment);
  const region = sectionOf(REGION, deployment);
  const places = sectionOf(ACCOUNTS, deployment);
  const workers = workerPlanOf(deployment);
  return {
    ...{ machine: name, team, bindings, isOverApi: isMadeOverApi(deployment) },
    ...(account === undefined && region === undefined
      ? {}
      : { place: { ...(account && { account }), ...(region && { region }) } }),
    ...(places === undefined ? {} : { places }),
    ...(workers === undefined ? {} : { workers }),
    ...(stateMachine === undefined ? {} : { roleArn: stateMachine.roleArn }),
  };
}

type Task = Pick<ScheduleTask, 'resource' | 'arguments'> &
  Partial<Pick<ScheduleTask, 'state' | 'credentials'>>;

/**
 * Decides who performs a task of a machine: its own bindings first, then those of the server. Where AWS performs what is AWS's,
 * only bindings that say `everywhere: true` come before it.
 * @returns `folder` when the connector's files lie under the server's folder instead of the machine's
 * @example resolveFor({ resource: 'millrace:shell', arguments: {} }, overApi, rules) // { type: 'failure', error: 'Millrace.NotGranted', … }
 */
export function resolveFor(task: Task, asker: Asker, rules: CodeRules): Resolution {
  return placed(performerOf(task, asker, rules), task.state, asker.workers, rules.away ?? NONE);
}

/** The same without saying on which machine a connector performs it. */
function performerOf(task: Task, asker: Asker, rules: CodeRules): Resolution {
  if (task.resource === TAKE_CLUSTER) return takenFrom(task, asker, rules);
  const { remote, shared } = rules;
  if (remote === undefined || !isOfAws(task, remote)) return resolveHere(task, asker, rules);
  const bindings = everywhere(asker.bindings);
  const here = resolveHere(
    task,
    { ...asker, bindings },
    { ...rules, shared: shared && { ...shared, bindings: everywhere(shared.bindings) } },
  );
  // An execution is started here whether something is bound to its machine or not.
  const isStart = here.type === 'execution' && resolveTask(task, {}).type === 'execution';
  return isOpen(here) || isStart ? goesToAws(task, here, asker, remote) : here;
}

/** A cluster of a pool is where clusters are made; what stands for their making stands for a cluster of a pool, too. */
function takenFrom(task: Task, asker: Asker, rules: CodeRules): Resolution {
  const making = { ...task, resource: `arn:aws:states:::${CREATE_CLUSTER}.sync` };
  const made = resolveFor(making, asker, rules);
  if (made.type !== 'remote') return made;
  return { type: 'pool', parameters: made.parameters, place: made.place };
}

/** Those that hold on every server, whoever performs AWS's tasks on it. */
function everywhere(bindings: Asker['bindings']): Asker['bindings'] {
  const holding = Object.entries(bindings).filter(([, binding]) => binding.everywhere === true);
  return Object.fromEntries(holding);
}

/** The same without AWS. */
function resolveHere(task: Task, asker: Asker, rules: CodeRules): Resolution {
  const own = resolveTask(task, asker.isOverApi ? {} : asker.bindings);
  if (!isOpen(own)) return mayRun(own, asker, rules) ? own : notGrantedKind(own, asker, rules);
  const { shared } = rules;
  const held = shared && resolveTask(task, heldBindings(shared, asker, rules));
  if (shared !== undefined && held !== undefined && !isOpen(held)) {
    return bySharedBinding(held, shared, rules);
  }
  // A worker may come for an activity, whoever else is bound to an activity of this name.
  if (own.type !== 'failure') return own;
  return ungranted(task, own, asker, shared);
}

/** Nothing is bound to it. A worker may still come for an activity, and this server's own services and
 * HTTP Tasks go by themselves.
 */
function isOpen(resolution: Resolution): boolean {
  if (resolution.type === 'activity' || resolution.type === 'service') return true;
  if (resolution.type === 'connector') {
    return resolution.kind === HTTP_INVOKE && resolution.binding === undefined;
  }
  return resolution.type === 'failure' && resolution.error === UNBOUND;
}

function mayRun(own: Resolution, asker: Asker, rules: CodeRules): boolean {
  if (own.type !== 'connector' || !asker.isOverApi || rules.allowAll) return true;
  if (!rules.code.has(own.kind)) return true;
  return grantedKinds(rules.shared, asker.team).includes(own.kind);
}

function grantedKinds(shared: SharedBindings | undefined, team: string): readonly string[] {
  const of = (name: string): readonly string[] =>
    shared !== undefined && Object.hasOwn(shared.grants, name) ? (shared.grants[name] ?? []) : [];
  return [...of(team), ...of('*')];
}

/** The server's bindings that hold for the asker's team. */
function heldBindings(
  { bindings, teams }: SharedBindings,
  asker: Asker,
  { allowAll }: CodeRules,
): { [resource: string]: JsonObject } {
  const holds = ([resource, binding]: [string, JsonObject]): boolean => {
    if (asker.isOverApi && allowAll) return true;
    const listed = Object.hasOwn(teams, resource) ? teams[resource] : undefined;
    if (listed === undefined) return !asker.isOverApi || isHarmless(binding);
    return listed === '*' || listed.includes(asker.team);
  };
  return Object.fromEntries(Object.entries(bindings).filter(holds));
}

function isHarmless(binding: JsonObject): boolean {
  // The file of bindings lets each of them name one performer, so none of these names code besides.
  return (
    Object.hasOwn(binding, 'mock') || binding.pipeline !== undefined || binding.connector === 'echo'
  );
}

function bySharedBinding(
  resolution: Resolution,
  { bindings, folder, file }: SharedBindings,
  { code }: CodeRules,
): Resolution {
  if (resolution.type !== 'connector') return resolution;
  const { kind, binding = '' } = resolution;
  const data = code.get(kind);
  const { connector, arguments: fixed } = bindings[binding] ?? {};
  if (data !== undefined && connector !== undefined) {
    const named = isObject(fixed) ? fixed : {};
    const given = isObject(resolution.arguments) ? Object.keys(resolution.arguments) : [];
    const foreign = given.filter((name) => !Object.hasOwn(named, name) && !data.includes(name));
    if (foreign.length > 0) {
      const allowed = data.join(', ') || 'nothing';
      return notGranted(
        `The task gives ${foreign.join(', ')} to '${binding}', whose binding in ${file} does not name it. Of a binding that runs code a task may give ${allowed}. Leave the rest out, or write it into the binding's arguments.`,
      );
    }
  }
  return { ...resolution, folder };
}

function notGranted(cause: string): Resolution {
  return { type: 'failure', error: NOT_GRANTED, cause };
}

function notGrantedKind(own: Resolution, asker: Asker, { shared }: CodeRules): Resolution {
  const kind = own.type === 'connector' ? own.kind : '';
  const { team } = asker;
  const known = shared && Object.hasOwn(shared.grants, team) ? (shared.grants[team] ?? []) : [];
  return notGranted(
    `${nameOf(asker)} asks for millrace:${kind}, which runs code on this machine as it likes, and nothing grants that to the team '${team}'. ${whereTo(shared)}
grants:
  ${team}: [${[...known, kind].join(', ')}]
Rather than everything, bind one command or function to a name (NAME: { shell: [./program], teams: [${team}] }) and have the task ask for that.`,
  );
}

function ungranted(
  task: Task,
  own: Extract<Resolution, { type: 'failure' }>,
  asker: Asker,
  shared: SharedBindings | undefined,
): Resolution {
  if (!asker.isOverApi) return own;
  const { team } = asker;
  const forFiles = Object.entries(shared?.bindings ?? {}).find(
    ([resource, binding]) =>
      !Object.hasOwn(shared?.teams ?? {}, resource) &&
      !isOpen(resolveTask(task, { [resource]: binding })),
  );
  if (shared === undefined || forFiles === undefined) return unboundFor(own, asker, shared);
  return notGranted(
    `${nameOf(asker)} asks for '${forFiles[0]}', whose binding is for pipelines from files alone: it lists no teams. To grant it to the team '${team}', write into its binding in ${shared.file} and start the server again:
${forFiles[0]}:
  teams: [${team}]`,
  );
}

/** The same failure, with the place where a machine without a file can get a binding. */
function unboundFor(
  own: Extract<Resolution, { type: 'failure' }>,
  asker: Asker,
  shared: SharedBindings | undefined,
): Resolution {
  const resource = own.resource ?? 'it';
  return {
    ...own,
    cause: `Nothing here performs '${resource}' for the team '${asker.team}'. ${whereTo(shared)}
${resource}: { lambda: functions/example, teams: [${asker.team}] }`,
  };
}

function nameOf({ machine, team }: Asker): string {
  return `'${machine}' of the team '${team}' was made over an API. It`;
}

function whereTo(shared: SharedBindings | undefined): string {
  return shared === undefined
    ? 'Who runs this server may write these lines into a file, bindings.yaml, and start it again with --bindings bindings.yaml:'
    : `Who runs this server may write these lines into ${shared.file} and start it again:`;
}
