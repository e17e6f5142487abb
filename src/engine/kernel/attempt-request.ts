/**
 * What a runner is called with for an attempt, and how the secrets get in that its definition refers to.
 *
 *     definition: env { TOKEN: { secret: county-api } } ──commit──▶ attempt ──▶ request ─┐
 *     secrets of the machine's team ────────────────────────────────────────────────────┴──▶ runner
 *
 * A value is asked for when the attempt has begun and is given to nobody but the runner: it is in no record, history or input.
 * @module
 */
import type { Json, JsonObject } from '../../asl/json.js';
import { isSecretPlace, type SecretArguments } from '../../connectors/connector.js';
import {
  fillReferences,
  inFormat,
  referencesIn,
  type WrittenReference,
} from '../../pipelines/secret-reference.js';
import { tasksOf } from '../../pipelines/tasks.js';
import type { AttemptRecord } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import { isMadeOverApi } from './code-grants.js';
import type { PipelineDeployment } from './deployment.js';
import { DataRefusal, type Hooks, type SecretValuesHook } from './hooks.js';
import { HTTP_INVOKE, withConnection } from './http-task.js';
import type { AttemptOutcome, AttemptRequest, Runner } from './ports.js';
import { type Resolution, resolveTask, type ScheduleTask } from './resolve-task.js';
import { isTestRun } from './test-runs.js';
import type { WorkFolders } from './work-folders.js';

type ConnectorCall = Extract<Resolution, { type: 'connector' }>;

/** The team has no secret of that name. Retry and Catch see it as `States.TaskFailed` too. */
export const SECRET_MISSING = 'Secret.Missing';
/** Whoever keeps the secret did not answer, or not with a value. */
export const SECRET_UNAVAILABLE = 'Secret.Unavailable';
/** Where datasets are kept, nobody answered. */
export const DATA_UNAVAILABLE = 'Dataset.Unavailable';

/** What the definition of each task says, by the machine. */
const written = new WeakMap<PipelineDeployment, Map<string, Json>>();

/**
 * The request for an attempt, without secrets.
 * @param traceparent W3C Trace Context of the attempt, when somebody traces
 */
export function attemptRequest(
  active: ActiveExecution,
  attempt: AttemptRecord,
  connector: ConnectorCall,
  folders: WorkFolders,
  traceparent: string | undefined,
): AttemptRequest {
  const { creation, machine, number } = active;
  const command = attempt.request as unknown as ScheduleTask;
  const { id, name, pipeline, tags } = creation;
  const { team, folder } = machine.deployment;
  const owner = { team, folder, isOverApi: isMadeOverApi(machine.deployment) };
  return {
    kind: connector.kind,
    attemptId: attempt.id,
    taskToken: command.taskToken,
    execution: { id, name, pipeline, number },
    state: command.state,
    attempt: command.attempt,
    arguments: connector.arguments,
    ...folders.forAttempt(owner, id, connector.folder),
    tags,
    ...(isTestRun(creation) ? { isTestRun: true as const } : {}),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(command.timeoutSeconds === undefined ? {} : { timeoutSeconds: command.timeoutSeconds }),
  };
}

/**
 * The request with its data, its secrets and what it gets of a connection; undefined when it is complete as it is.
 * @returns the outcome of the attempt instead when something of it is not to be had. Never rejects
 */
export function handedOver(
  active: ActiveExecution,
  attempt: AttemptRecord,
  connector: ConnectorCall,
  request: AttemptRequest,
  parts: { readonly runner: Runner; readonly hooks: Hooks },
): Promise<Handed> | undefined {
  const given = parts.hooks.data?.given(active, attempt, request);
  if (given === undefined) return handedSecrets(active, attempt, connector, request, parts);
  return withData(given, (complete) => handedSecrets(active, attempt, connector, complete, parts));
}

/** What an attempt is called with, or why it is not called. */
type Handed = { readonly request: AttemptRequest } | { readonly outcome: AttemptOutcome };

async function withData(
  given: Promise<AttemptRequest>,
  rest: (request: AttemptRequest) => Promise<Handed> | undefined,
): Promise<Handed> {
  let request: AttemptRequest;
  try {
    request = await given;
  } catch (thrown) {
    const error = thrown instanceof DataRefusal ? thrown.error : DATA_UNAVAILABLE;
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    return { outcome: { type: 'failed', error, cause } };
  }
  return (await rest(request)) ?? { request };
}

function handedSecrets(
  active: ActiveExecution,
  attempt: AttemptRecord,
  connector: ConnectorCall,
  request: AttemptRequest,
  { runner, hooks }: { readonly runner: Runner; readonly hooks: Hooks },
): Promise<Handed> | undefined {
  const { team } = active.machine.deployment;
  if (connector.kind === HTTP_INVOKE) return withConnection(request, team, hooks.connections);
  const says = secretsWritten(active, attempt.request as unknown as ScheduleTask, connector);
  return says === undefined ? undefined : withSecrets(request, says, team, runner, hooks.secrets);
}

/** What the definition, or the binding that performs the task, writes into the arguments; undefined: no secret. */
function secretsWritten(
  active: ActiveExecution,
  { state }: ScheduleTask,
  connector: ConnectorCall,
): Json | undefined {
  const { deployment } = active.machine;
  let tasks = written.get(deployment);
  if (tasks === undefined) {
    const found = tasksOf(deployment.definition as unknown as JsonObject);
    tasks = new Map(found.map((task) => [task.name, argumentsOf(task.state)]));
    written.set(deployment, tasks);
  }
  const says = connector.binding === undefined ? tasks.get(state) : connector.written;
  return says !== undefined && referencesIn(says).length > 0 ? says : undefined;
}

function argumentsOf({ Arguments, Parameters }: JsonObject): Json {
  return Arguments ?? Parameters ?? null;
}

/**
 * Puts the secrets in. Answers the outcome of the attempt instead when one of them is not to be had. Never rejects.
 * @param says what the definition writes into the arguments
 */
export async function withSecrets(
  request: AttemptRequest,
  says: Json,
  team: string,
  runner: Pick<Runner, 'secretArguments'>,
  secrets: SecretValuesHook | undefined,
): Promise<{ request: AttemptRequest } | { outcome: AttemptOutcome }> {
  const places = runner.secretArguments?.get(request.kind) ?? {};
  const wanted = referencesIn(says).filter((one) => isPlaced(one, places));
  const values = new Map<string, string>();
  for (const { secret } of wanted.map(({ reference }) => reference)) {
    if (values.has(secret)) continue;
    let value: string | undefined;
    try {
      value = await secrets?.value(team, secret);
    } catch (error) {
      const cause = `The secret '${secret}' of the team '${team}' cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      return { outcome: { type: 'failed', error: SECRET_UNAVAILABLE, cause } };
    }
    if (value === undefined) {
      const cause = `The team '${team}' has no secret '${secret}'. Set it with: millrace secret set ${secret} --team ${team}`;
      return { outcome: { type: 'failed', error: SECRET_MISSING, cause } };
    }
    values.set(secret, value);
  }
  const files: { [variable: string]: string } = {};
  const fill = ({ reference, at }: WrittenReference): Json | undefined => {
    // Elsewhere it is what it says.
    if (!isPlaced({ reference, at }, places)) return { ...reference };
    const value = inFormat(reference, values.get(reference.secret) ?? '');
    if (reference.as === undefined) return value;
    files[at[1] ?? ''] = value;
    return undefined;
  };
  const filled = fillReferences(request.arguments, says, fill) ?? null;
  const hasFiles = Object.keys(files).length > 0;
  return {
    request: { ...request, arguments: filled, ...(hasFiles ? { secretFiles: files } : {}) },
  };
}

function isPlaced({ reference, at }: WrittenReference, places: SecretArguments): boolean {
  return isSecretPlace(places, at, reference.as ?? 'text');
}

/** Names of the secrets that the tasks of a machine refer to. */
export function secretNamesOf(
  { definition, bindings }: PipelineDeployment,
  { secretArguments }: Pick<Runner, 'secretArguments'>,
): string[] {
  const named = (kind: string, says: Json): string[] =>
    referencesIn(says)
      .filter((one) => isPlaced(one, secretArguments?.get(kind) ?? {}))
      .map(({ reference }) => reference.secret);
  const ofTasks = tasksOf(definition as unknown as JsonObject).flatMap(({ state }) => {
    const kind = /^millrace:(\w+)(\.waitForTaskToken)?$/.exec(String(state.Resource))?.[1];
    return kind === undefined ? [] : named(kind, argumentsOf(state));
  });
  const ofBindings = Object.keys(bindings).flatMap((resource) => {
    const bound = resolveTask({ resource, arguments: {} }, bindings);
    return bound.type === 'connector' ? named(bound.kind, bound.written ?? null) : [];
  });
  return [...ofTasks, ...ofBindings];
}
