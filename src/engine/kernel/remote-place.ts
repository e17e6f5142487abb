/**
 * Where a task goes that AWS performs: which account of the accounts file, in which region. A server that was started with
 * `--aws real` sends tasks of AWS resources there, unless something is bound to them that says `everywhere: true`.
 *
 *     the state's own ──▶ an ARN in the task ──▶ Credentials.RoleArn ──▶ the pipeline's ──▶ the role of a machine that was
 *     (`account:` of a step)  (function, machine)                          (`account:`)        made over an API
 *                                                                    ──▶ the only one that the team may use
 *
 * The first that says anything counts. An account that the team may not use does not exist for it.
 * @module
 */

import { isObject, type Json } from '../../asl/json.js';
import { OWN_SERVICES, parseResource } from '../../asl/task-resource.js';
import type { AwsAccount } from '../../aws/aws.js';
import type { RemoteForm, RemoteResource, RemoteTasks } from '../../connectors/remote-tasks.js';
import type { WantedPlace } from '../../pipelines/sections/account-section.js';
import type { Identity } from './arn.js';
import type { Resolution, ScheduleTask } from './resolve-task.js';

/** How tasks of AWS resources leave this server. */
export interface RemoteRules {
  readonly tasks: Pick<RemoteTasks, 'knows'>;
  /** All accounts of this server. */
  readonly accounts: readonly AwsAccount[];
  /** Whom this server stands for: its ARNs are its own. */
  readonly identity: Identity;
}

/** Whose task it is, as far as its place depends on it. */
export interface PlaceAsker {
  readonly machine: string;
  readonly team: string;
  /** What the pipeline says of all its tasks. */
  readonly place?: WantedPlace;
  /** What it says of single states, by their names. */
  readonly places?: ReadonlyMap<string, WantedPlace>;
  /** Of a machine that was made over an API. */
  readonly roleArn?: string;
}

type Task = Pick<ScheduleTask, 'resource' | 'arguments'> &
  Partial<Pick<ScheduleTask, 'state' | 'credentials'>>;

type Failure = Extract<Resolution, { type: 'failure' }>;

/** A region of an account. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/** The error of a task that is not granted to the team of its machine. Retry and Catch see it as `States.TaskFailed` too. */
export const NOT_GRANTED = 'Millrace.NotGranted';

const FORMS: { readonly [pattern: string]: RemoteForm } = {
  sync: 'sync',
  sync2: 'sync2',
  waitForTaskToken: 'waitForTaskToken',
};

/**
 * Whether a task is one that AWS performs: only such may go there. Activities are this server's: their workers ask it for tasks.
 * What AWS has no integration for is performed by its binding everywhere.
 */
export function isOfAws(task: Task, { tasks }: Pick<RemoteRules, 'tasks'>): boolean {
  const { resource } = task;
  const { events, service } = parseResource(resource);
  const isAmazon = resource.startsWith('arn:') && !service.startsWith('millrace');
  if (events === 'Activity' || !isAmazon) return false;
  return tasks.knows(requestOf(task).resource) !== undefined;
}

/**
 * What AWS would do with a task that nothing is bound to.
 * @param here what this server would do with it; what it does by itself it keeps, unless the task names somebody else's
 * @example goesToAws(task, unbound('arn:aws:states:::batch:submitJob'), asker, rules) // { type: 'remote', place: { account: 'lake', … }, … }
 */
export function goesToAws(
  task: Task,
  here: Resolution,
  asker: PlaceAsker,
  rules: RemoteRules,
): Resolution {
  if (here.type === 'execution' && !isElsewhere(task, asker, rules)) return here;
  if (here.type === 'service' && !isElsewhere(task, asker, rules)) return here;
  const request = requestOf(task);
  const { problem } = rules.tasks.knows(request.resource) ?? {};
  if (problem !== undefined) {
    return { type: 'failure', error: 'Millrace.UnboundResource', cause: problem };
  }
  const place = placeOf(task, asker, rules);
  if ('cause' in place) return place;
  const roleArn = roleOf(task);
  return {
    type: 'remote',
    ...request,
    place,
    ...(roleArn === undefined ? {} : { roleArn }),
  };
}

function requestOf({ resource, arguments: given }: Task): {
  resource: RemoteResource;
  parameters: Json;
  takes: 'output' | 'payload';
} {
  const { events, service, action, pattern, text } = parseResource(resource);
  if (events === 'LambdaFunction') {
    // The same request, whose answer's payload is all that the state gets.
    return {
      resource: { service: 'lambda', action: 'invoke', form: 'requestResponse' },
      parameters: { FunctionName: text, Payload: given },
      takes: 'payload',
    };
  }
  return {
    resource: {
      service,
      action: action.replace(/\.(sync|sync:2|waitForTaskToken)$/, ''),
      form: FORMS[pattern] ?? 'requestResponse',
    },
    parameters: given,
    takes: 'output',
  };
}

/**
 * Whether a task of a service that this server is itself means somebody else's: its step names an account, or it names an
 * ARN of an account of the file that is not this server's own.
 */
function isElsewhere(task: Task, asker: PlaceAsker, { accounts, identity }: RemoteRules): boolean {
  const { service } = parseResource(task.resource);
  if (OWN_SERVICES.has(service) && stepPlace(task, asker)?.account !== undefined) return true;
  return arnsOf(task).some(
    ({ account }) =>
      account !== identity.accountId && accounts.some((one) => one.account === account),
  );
}

function stepPlace({ state }: Task, { places }: PlaceAsker): WantedPlace | undefined {
  return state === undefined ? undefined : places?.get(state);
}

interface NamedPlace {
  readonly account: string;
  readonly region: string;
}

/** Members that name whom a request is for. */
const TARGETS = [
  'FunctionName',
  'StateMachineArn',
  'ExecutionArn',
  'ActivityArn',
  'EventBusName',
] as const;

/** Regions and accounts of the ARNs that a task names as its target. */
function arnsOf({ resource, arguments: given }: Task): NamedPlace[] {
  const named: Json[] = [resource];
  if (isObject(given)) {
    for (const target of TARGETS) named.push(given[target] ?? null);
    const entries = Array.isArray(given.Entries) ? given.Entries : [];
    for (const entry of entries) if (isObject(entry)) named.push(entry.EventBusName ?? null);
  }
  return named.flatMap((text) => {
    const [scheme, , , region = '', account = ''] = typeof text === 'string' ? text.split(':') : [];
    return scheme === 'arn' && /^\d{12}$/.test(account) ? [{ region, account }] : [];
  });
}

function roleOf({ credentials }: Task): string | undefined {
  const role = credentials !== undefined && isObject(credentials) ? credentials.RoleArn : undefined;
  return typeof role === 'string' ? role : undefined;
}

/** The account of `arn:aws:iam::111122223333:role/name`. */
function accountOfRole(role: string | undefined): string | undefined {
  const account = role?.split(':')[4];
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}

/** Which account and region; a failure when the team may use none, or nobody says which. */
function placeOf(task: Task, asker: PlaceAsker, rules: RemoteRules): Place | Failure {
  const usable = rules.accounts.filter(({ teams }) => teams === '*' || teams.includes(asker.team));
  const own = stepPlace(task, asker);
  const [arn] = arnsOf(task);
  const wanted = asker.place;
  const region = own?.region ?? arn?.region;
  const byNumber = (account: string | undefined): AwsAccount | undefined => {
    const all = usable.filter((one) => one.account === account);
    return all.find(({ regions }) => region !== undefined && regions.includes(region)) ?? all[0];
  };
  const named = own?.account;
  if (named !== undefined) return at(named, usable, region ?? wanted?.region, asker);
  const ofArn = byNumber(arn?.account);
  if (ofArn !== undefined) return inRegion(ofArn, region);
  const role = roleOf(task);
  if (role !== undefined) {
    const ofRole = byNumber(accountOfRole(role));
    return ofRole === undefined
      ? refused(
          `${words(asker)} gives its task the role ${role}, which is of no account that the team '${asker.team}' may use here.`,
        )
      : inRegion(ofRole, region ?? wanted?.region);
  }
  if (wanted?.account !== undefined) {
    return at(wanted.account, usable, region ?? wanted.region, asker);
  }
  const ofMachine = byNumber(accountOfRole(asker.roleArn));
  const [only, second] = usable;
  if (ofMachine !== undefined) return inRegion(ofMachine, region ?? wanted?.region);
  if (only === undefined) {
    return refused(
      `The team '${asker.team}' may use no account of AWS on this server. Who runs it may write the team into the accounts file, at the account: teams: [${asker.team}]`,
    );
  }
  if (second !== undefined) {
    const names = usable.map(({ name }) => name).join(', ');
    return refused(
      `The team '${asker.team}' may use several accounts (${names}), and ${words(asker)} does not say which. Write account: ${only.name} into its file, or at the step.`,
    );
  }
  return inRegion(only, region ?? wanted?.region);
}

function at(
  name: string,
  usable: readonly AwsAccount[],
  region: string | undefined,
  asker: PlaceAsker,
): Place | Failure {
  const found = usable.find((one) => one.name === name);
  if (found !== undefined) return inRegion(found, region);
  return refused(
    `${words(asker)} wants the account '${name}', which is none that the team '${asker.team}' may use here.`,
  );
}

function inRegion({ name, regions }: AwsAccount, region: string | undefined): Place | Failure {
  const chosen = region === undefined || region === '' ? regions[0] : region;
  if (chosen !== undefined && regions.includes(chosen)) return { account: name, region: chosen };
  return refused(
    `The account '${name}' is used in ${regions.join(', ')} here, not in ${chosen ?? 'any region'}.`,
  );
}

function words({ machine, team }: PlaceAsker): string {
  return `'${machine}' of the team '${team}'`;
}

function refused(cause: string): Failure {
  return { type: 'failure', error: NOT_GRANTED, cause };
}
