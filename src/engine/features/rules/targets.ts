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
import type { StartTarget } from '../../kernel/creations.js';
import { hashOf } from '../../kernel/derived-id.js';
import { EngineError } from '../../kernel/errors.js';
import { ownResource, parseArn } from '../../kernel/event-arns.js';
import type { Kernel } from '../../kernel/kernel.js';
import { startInput } from '../../kernel/requests.js';
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
  }): unknown;
  hasBus(team: string, bus: string): boolean;
  /** What a start by a version's number or an alias's name runs. */
  target(pipeline: PipelineRef, qualifier: string, chance: number): Promise<StartTarget>;
  /** Stores a delivery over the network. */
  enqueue(team: string, delivery: Delivery): void;
  /** Writes a dead letter. */
  bury(team: string, delivery: Delivery, failure: Failure): void;
}

/** Delivers an event to all targets of a rule. What the store answers later, the turn waits for. */
export function deliverToTargets(
  kernel: Kernel,
  peers: TargetPeers,
  turn: Turn,
  rule: ReadyRule,
  arrival: Arrival,
): void {
  for (const target of rule.targets) {
    const delivered = deliverTo(kernel, peers, turn, rule, target, arrival);
    if (delivered) turn.waitFor(delivered);
  }
}

function deliverTo(
  kernel: Kernel,
  peers: TargetPeers,
  turn: Turn,
  rule: ReadyRule,
  ready: ReadyTarget,
  arrival: Arrival,
): Promise<unknown> | undefined {
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
  const bury = (failure: Failure): undefined => {
    peers.bury(rule.team, delivery, failure);
  };
  if (body === undefined) {
    return bury({
      code: 'INVALID_JSON',
      message: 'The input that the transformer makes is no JSON.',
    });
  }
  const states = parseStatesArn(target.Arn);
  if (states?.type === 'stateMachine') {
    const { region, accountId, parts: names } = states;
    if (region !== identity.region || accountId !== identity.accountId || names.length > 2) {
      return bury(noResource(target.Arn));
    }
    return start(kernel, peers, turn, rule, delivery, arrival, names, bury);
  }
  const bus = ownResource(identity, target.Arn, 'event-bus');
  if (bus !== undefined) {
    if (!peers.hasBus(rule.team, bus)) return bury(noResource(target.Arn));
    if (arrival.depth >= MAX_DEPTH) {
      return bury({ code: 'RECURSION', message: `The event came through ${MAX_DEPTH} rules.` });
    }
    const forwarded = peers.forward({
      team: rule.team,
      bus,
      id: arrival.id,
      envelope: arrival.envelope,
      depth: arrival.depth + 1,
    });
    return forwarded instanceof Promise ? forwarded : undefined;
  }
  if (ownResource(identity, target.Arn, 'api-destination') !== undefined) {
    peers.enqueue(rule.team, delivery);
    return undefined;
  }
  return bury(noService(target.Arn));
}

function start(
  kernel: Kernel,
  peers: TargetPeers,
  turn: Turn,
  rule: ReadyRule,
  delivery: Delivery,
  arrival: Arrival,
  [name = '', qualifier]: readonly string[],
  bury: (failure: Failure) => undefined,
): Promise<unknown> | undefined {
  const { target } = delivery;
  // Of another team is as good as none: a rule must not find out what others have.
  const pipeline = { team: rule.team, name };
  if (kernel.machines.current(pipeline) === undefined) return bury(noResource(target.Arn));
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
  const refused = (error: unknown): undefined => {
    if (!(error instanceof EngineError)) throw error;
    // One of that name with another input: it was started, and the target has changed since.
    if (error.kind === 'ExecutionConflict') return undefined;
    return bury({ code: 'NO_RESOURCE', message: error.message });
  };
  const go = (startTarget?: StartTarget): Promise<unknown> | undefined => {
    try {
      const settle = { resolve: () => {}, reject: () => {} };
      const performed = startInput(kernel, request, settle, undefined, startTarget).perform(turn);
      return performed instanceof Promise ? performed.catch(refused) : undefined;
    } catch (error) {
      return refused(error);
    }
  };
  if (qualifier === undefined) return go();
  const chance = Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32;
  return peers.target(pipeline, qualifier, chance).then(go, refused);
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
