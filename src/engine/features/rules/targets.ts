/**
 * What becomes of an event that a rule has matched, for each of the rule's targets.
 *
 *     state machine    an execution starts, in the commit of the event
 *     event bus        the event is on that bus, too, in the same commit
 *     API destination  a delivery is stored, and sent when the commit is done
 *     anything else    a dead letter that says so
 *
 * An execution is named after event, rule and target, and an event comes to a bus once, so nothing happens twice and a
 * circle of buses ends where it began.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import { renderInput } from '../../../events/input/target-input.js';
import type { PipelineRef } from '../../../store/store.js';
import { parseStatesArn } from '../../kernel/arn.js';
import { MAX_DEPTH } from '../../kernel/bus-event.js';
import type { FoundOrCreated, StartTarget } from '../../kernel/creations.js';
import { hashOf } from '../../kernel/derived-id.js';
import { EngineError } from '../../kernel/errors.js';
import { ownResource, parseArn } from '../../kernel/event-arns.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import { startInTurn } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Delivery, Failure } from './delivery.js';
import type { ReadyRule, ReadyTarget } from './resources.js';

/** An event as it comes to a rule. */
export interface Arrival {
  /** What makes it one event of its bus; a replayed event has another one than the first time. */
  readonly id: string;
  readonly envelope: JsonObject;
  /** Starts and buses that it follows from. */
  readonly depth: number;
}

/** What targets need of others, in the turn of the event. */
export interface TargetPeers {
  /** Puts the event on another bus, too. */
  forward(event: {
    team: string;
    bus: string;
    id: string;
    envelope: JsonObject;
    depth: number;
  }): void;
  hasBus(team: string, bus: string): boolean;
  /** What a start by a version's number or an alias's name runs. */
  target(pipeline: PipelineRef, qualifier: string, chance: number): Need<StartTarget>;
  /** Stores a delivery over the network. */
  enqueue(team: string, delivery: Delivery): void;
  /** Writes a dead letter. */
  bury(team: string, delivery: Delivery, failure: Failure): void;
}

/** Delivers an event to all targets of a rule, in the turn of the event. */
export function deliverToTargets(
  kernel: Kernel,
  peers: TargetPeers,
  turn: Turn,
  rule: ReadyRule,
  arrival: Arrival,
): void {
  for (const target of rule.targets) deliverTo(kernel, peers, turn, rule, target, arrival);
}

function deliverTo(
  kernel: Kernel,
  peers: TargetPeers,
  turn: Turn,
  rule: ReadyRule,
  ready: ReadyTarget,
  arrival: Arrival,
): void {
  const { target } = ready;
  const { identity } = kernel.arns;
  const body = renderInput(ready.input, arrival.envelope, {
    ruleArn: rule.arn,
    ruleName: rule.record.name,
    ingestionTime: `${new Date(kernel.time.now()).toISOString().slice(0, 19)}Z`,
  });
  const delivery: Delivery = {
    rule: rule.arn,
    target,
    eventId: arrival.id,
    body: body ?? JSON.stringify(arrival.envelope),
  };
  const bury = (failure: Failure): void => peers.bury(rule.team, delivery, failure);
  const states = parseStatesArn(target.Arn);
  const bus = ownResource(identity, target.Arn, 'event-bus');
  if (body === undefined) {
    const message = 'The input that the transformer makes is no JSON.';
    bury({ code: 'INVALID_JSON', message });
  } else if (states?.type === 'stateMachine') {
    const { region, accountId, parts: names } = states;
    const isOurs = region === identity.region && accountId === identity.accountId;
    if (isOurs && names.length <= 2) {
      start(kernel, peers, turn, rule, delivery, arrival, names, bury);
    } else bury(noResource(target.Arn));
  } else if (bus !== undefined) {
    forward(peers, rule, target, bus, arrival, bury);
  } else if (ownResource(identity, target.Arn, 'api-destination') !== undefined) {
    peers.enqueue(rule.team, delivery);
  } else bury(noService(target.Arn));
}

function forward(
  peers: TargetPeers,
  { team }: ReadyRule,
  target: { readonly Arn: string },
  bus: string,
  { id, envelope, depth }: Arrival,
  bury: (failure: Failure) => void,
): void {
  if (!peers.hasBus(team, bus)) {
    bury(noResource(target.Arn));
  } else if (depth >= MAX_DEPTH) {
    bury({ code: 'RECURSION', message: `The event came through ${MAX_DEPTH} rules.` });
  } else peers.forward({ team, bus, id, envelope, depth: depth + 1 });
}

function start(
  kernel: Kernel,
  peers: TargetPeers,
  turn: Turn,
  rule: ReadyRule,
  delivery: Delivery,
  arrival: Arrival,
  [name = '', qualifier]: readonly string[],
  bury: (failure: Failure) => void,
): void {
  const { target } = delivery;
  // Of another team is as good as none: a rule must not find out what others have.
  const pipeline = { team: rule.team, name };
  if (kernel.machines.current(pipeline) === undefined) {
    bury(noResource(target.Arn));
    return;
  }
  const hash = hashOf(`${arrival.id} ${rule.arn} ${target.Id}`);
  const request = {
    pipeline,
    name: `event-${hash.slice(0, 40)}`,
    input: parsed(delivery.body),
    triggeredBy: {
      type: 'event',
      event: arrival.id,
      bus: rule.record.bus,
      rule: rule.record.name,
      depth: arrival.depth,
    },
  };
  const chance = Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32;
  const making =
    qualifier === undefined ? {} : { target: peers.target(pipeline, qualifier, chance) };
  const came = (_: Turn, outcome: FoundOrCreated | EngineError): void => {
    // One of that name with another input: it was started, and the target has changed since.
    if (outcome instanceof EngineError && outcome.kind !== 'ExecutionConflict') {
      bury({ code: 'NO_RESOURCE', message: outcome.message });
    }
  };
  startInTurn(kernel, turn, request, came, making);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function noResource(arn: string): Failure {
  return { code: 'NO_RESOURCE', message: `There is no ${arn} that the rule's team may use.` };
}

function noService(arn: string): Failure {
  const { service = 'such', resource = '' } = parseArn(arn) ?? {};
  const what = service === 'events' ? `target ${resource}` : `service '${service}'`;
  return {
    code: 'NO_RESOURCE',
    message: `This server has no ${what}. Targets may be state machines, event buses and API destinations of its own.`,
  };
}
