/**
 * What an invocation of a schedule does: starts an execution, or puts an event on a bus, in the turn that notes it.
 *
 * Targets are a state machine, an event bus, and the universal targets `sfn:startExecution` and `eventbridge:putEvents`. As
 * in AWS a schedule may name any other target; its invocations then fail, each with the reason.
 *
 * Executions and events are named after the schedule and the fire time, so a fire time starts once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
 * @module
 */
import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import { intervalOf } from '../../../events/intervals/interval.js';
import type { Schedule } from '../../../events/schedules/schedule.js';
import type { PipelineRef } from '../../../store/store.js';
import { parseStatesArn } from '../../kernel/arn.js';
import { checkEvent, type NewEvent, type PutResult } from '../../kernel/bus-event.js';
import type { FoundOrCreated, StartTarget } from '../../kernel/creations.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import { type Settle, startInTurn } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { type ApiSchedule, scheduleArn } from './api-schedule.js';

/** The reason why nothing can come of an invocation, when there is one. */
type Refusal = string | undefined;

/** What invocations need of others. */
export interface InvocationPeers {
  /** Puts an event of a team on a bus. */
  putInput(event: NewEvent, team: string, settle: Settle<PutResult>): Input;
  /** What a start by a version's number or an alias's name runs. */
  target(pipeline: PipelineRef, qualifier: string, chance: number): Need<StartTarget>;
}

/** One fire time of a schedule. */
export interface Invocation {
  kernel: Kernel;
  peers: InvocationPeers;
  turn: Turn;
  schedule: ApiSchedule;
  timing: Schedule;
  fireTime: number;
  /** Told what came of it; without a reason it was done. */
  came: (reason: string | undefined) => void;
  arn: string;
  /** Of schedule and fire time: also of a schedule that was deleted and made again. */
  hash: string;
}

const BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]*:\d{12}:event-bus\/(.{1,256})$/;
const UNIVERSAL = /^arn:aws[a-z-]*:scheduler:::aws-sdk:([A-Za-z0-9-]+):([A-Za-z0-9]+)$/;
/** Characters of a schedule's name in the name of an execution. */
const SHOWN_NAME = 40;
/** Characters of a reason that are kept. */
const MAX_REASON = 500;

/**
 * Does what a schedule says for one of its fire times, in the turn that notes it; `came` is told before the turn ends. Never
 * throws for what is wrong with the target.
 */
export function invoke(wanted: Omit<Invocation, 'arn' | 'hash'>): void {
  const { team, group, name, createdAt } = wanted.schedule;
  const arn = scheduleArn(wanted.kernel.arns.identity, group, name);
  const hash = createHash('sha256')
    .update(JSON.stringify([team, arn, createdAt, wanted.fireTime]))
    .digest('hex');
  const refusal = perform({ ...wanted, arn, hash });
  if (refusal !== undefined) wanted.came(refusal);
}

/** Answers why nothing can come of it; else `came` is told. */
function perform(invocation: Invocation): Refusal {
  const { target } = invocation.schedule.settings;
  const input = inputOf(invocation);
  if (input === 'unreadable') return 'The input for the target is not JSON.';
  if (parseStatesArn(target.Arn)?.type === 'stateMachine') {
    return startMachine(invocation, target.Arn, input);
  }
  const bus = BUS_ARN.exec(target.Arn)?.[1];
  if (bus !== undefined) {
    const { DetailType, Source } = (target.EventBridgeParameters ?? {}) as JsonObject;
    const entry = { EventBusName: bus, DetailType, Source, Detail: input?.value ?? {} };
    return putEvents(invocation, [entry as JsonObject]);
  }
  const [, service = '', operation = ''] = UNIVERSAL.exec(target.Arn) ?? [];
  const request = input?.value;
  if (isObject(request)) {
    if (service === 'sfn' && operation === 'startExecution')
      return startByRequest(invocation, request);
    if (service === 'eventbridge' && operation === 'putEvents') {
      const { Entries } = request;
      const entries = (Array.isArray(Entries) ? Entries : []).filter(isObject);
      if (entries.length === 0) return 'The input names no Entries.';
      return putEvents(invocation, entries);
    }
  }
  return `Nothing here performs ${target.Arn.slice(0, 200)}: schedules start state machines and put events.`;
}

/** With the context attributes in their places. */
function inputOf({
  schedule,
  fireTime,
  arn,
  hash,
}: Invocation): { value: Json } | 'unreadable' | undefined {
  const { Input } = schedule.settings.target;
  if (typeof Input !== 'string') return undefined;
  const attributes: { [name: string]: string } = {
    'schedule-arn': arn,
    'scheduled-time': `${new Date(fireTime).toISOString().slice(0, 19)}Z`,
    'execution-id': hash.slice(0, 16),
    // What is done here either happens or can never happen, so there is no second attempt.
    'attempt-number': '1',
  };
  const text = Input.replaceAll(
    /<aws\.scheduler\.([a-z-]{1,20})>/g,
    (keyword, name: string) =>
      (Object.hasOwn(attributes, name) ? attributes[name] : undefined) ?? keyword,
  );
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return 'unreadable';
  }
}

/** The universal target: the request of StartExecution. */
function startByRequest(invocation: Invocation, request: JsonObject): Refusal {
  const member = (name: string): Json | undefined =>
    request[name] ?? request[name.charAt(0).toLowerCase() + name.slice(1)];
  const arn = member('StateMachineArn');
  if (typeof arn !== 'string') return 'The input names no StateMachineArn.';
  const [given, name] = [member('Input'), member('Name')];
  if (typeof given !== 'string') return startMachine(invocation, arn, undefined, name);
  try {
    return startMachine(invocation, arn, { value: JSON.parse(given) as Json }, name);
  } catch (error) {
    if (error instanceof SyntaxError) return 'The Input of the execution is not JSON.';
    throw error;
  }
}

function startMachine(
  invocation: Invocation,
  arn: string,
  input: { value: Json } | undefined,
  chosenName?: Json,
): Refusal {
  const { kernel, peers, turn, schedule, timing, fireTime, hash } = invocation;
  const { type, accountId, parts: path } = parseStatesArn(arn) ?? { parts: [] };
  const [name = '', qualifier, ...rest] = path;
  // Of another team is as good as none: a schedule must not find out what others have.
  const pipeline = { team: schedule.team, name };
  const machine = kernel.machines.current(pipeline);
  const isOurs =
    type === 'stateMachine' &&
    accountId === kernel.arns.identity.accountId &&
    rest.length === 0 &&
    machine !== undefined;
  if (!isOurs) return `State Machine Does Not Exist: '${arn.slice(0, 200)}'`;
  const stamp = new Date(fireTime).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const own = `${schedule.name.slice(0, SHOWN_NAME)}-${stamp}-${hash.slice(0, 8)}`;
  const request = {
    pipeline,
    name: typeof chosenName === 'string' ? chosenName : own,
    ...(input === undefined ? {} : { input: input.value }),
    interval: intervalOf(timing, fireTime).id,
    triggeredBy: {
      type: 'schedule',
      at: new Date(fireTime).toISOString(),
      schedule: invocation.arn,
      depth: 0,
    },
  };
  const came = (_: Turn, outcome: FoundOrCreated | EngineError): void => {
    if (outcome instanceof EngineError) invocation.came(reasonOf(outcome));
    // A name that the request itself chose can be taken.
    else
      invocation.came(outcome.created ? undefined : `Execution Already Exists: '${request.name}'`);
  };
  const chance = Number.parseInt(hash.slice(8, 16), 16) / 2 ** 32;
  const making =
    qualifier === undefined ? {} : { target: peers.target(pipeline, qualifier, chance) };
  startInTurn(kernel, turn, request, came, making);
  return undefined;
}

function putEvents(
  { peers, turn, schedule, fireTime, arn, hash, came }: Invocation,
  entries: readonly JsonObject[],
): Refusal {
  const events = entries.map((entry, index): NewEvent | string => {
    const { EventBusName, Source, DetailType, Detail, Resources } = entry;
    const detail = typeof Detail === 'string' ? readDetail(Detail) : Detail;
    if (typeof Source !== 'string' || typeof DetailType !== 'string') {
      return 'An event needs a source and a detail type.';
    }
    if (!isObject(detail)) return 'The detail of an event is a JSON object.';
    const bus = typeof EventBusName === 'string' ? EventBusName : 'default';
    return {
      bus: BUS_ARN.exec(bus)?.[1] ?? bus,
      id: idOf(`${hash} ${index}`),
      source: Source,
      detailType: DetailType,
      detail,
      time: `${new Date(fireTime).toISOString().slice(0, 19)}Z`,
      resources: Array.isArray(Resources) ? Resources.map(String) : [arn],
    };
  });
  // All of them are looked at before the first is put.
  for (const event of events) {
    if (typeof event === 'string') return event;
    try {
      checkEvent(event);
    } catch (error) {
      if (error instanceof EngineError) return reasonOf(error);
      throw error;
    }
  }
  for (const event of events as NewEvent[]) {
    turn.also(peers.putInput(event, schedule.team, { resolve() {}, reject() {} }));
  }
  came(undefined);
  return undefined;
}

function reasonOf({ message }: EngineError): string {
  return message.slice(0, MAX_REASON);
}

function readDetail(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** In the form of a UUID. */
function idOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => hash.slice(from, to))
    .join('-');
}
