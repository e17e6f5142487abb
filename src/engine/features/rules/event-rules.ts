/**
 * Rules that clients make over the API of EventBridge, and all that belongs to them.
 *
 *     event on a bus ──▶ rules of its team and bus ──▶ targets, all in the commit of the event
 *
 * The rules of a pipeline's own file are the bus's affair; both are matched by the same automaton. Nothing of
 * one team is ever matched with anything of another.
 * @module
 */

import type { JsonObject } from '../../../asl/json.js';
import { createMatcher, type PatternMatcher } from '../../../events/pattern/matcher.js';
import { parsePattern } from '../../../events/pattern/parse-pattern.js';
import type { PipelineRef } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { EventRecord } from '../../kernel/bus-event.js';
import type { StartTarget } from '../../kernel/creations.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Settle } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { Connections } from './connections.js';
import { Deliveries } from './deliveries.js';
import type { Delivery, Failure } from './delivery.js';
import { DELIVERIES } from './delivery-table.js';
import type { ArchiveRecord, RuleRecord } from './records.js';
import { Replays } from './replays.js';
import { DeclaredResources, RESOURCE_TABLES, type ReadyRule } from './resources.js';
import { RuleSchedules, type ScheduleBook } from './rule-schedules.js';
import { type Arrival, deliverToTargets, type TargetPeers } from './targets.js';

/** What rules need of others. */
export interface RulePeers {
  readonly bus: {
    /** Puts an event on a bus because of another one, unless it has come there before. */
    forward(turn: Turn, event: RoutedEvent): void;
    /** From now on events also come here. */
    join(router: EventRules): void;
    /** Stored events after a number, in their order. */
    page(query: {
      bus: string;
      teams: readonly string[];
      after: number;
      limit: number;
    }): Need<EventRecord[]>;
    /** The same for people, beside the main loop. */
    show(query: {
      bus: string;
      teams: readonly string[];
      after: number;
      limit: number;
    }): Promise<EventRecord[]>;
  };
  readonly schedules: ScheduleBook;
  /** What a start by a version's number or an alias's name runs. */
  target(pipeline: PipelineRef, qualifier: string, chance: number): Need<StartTarget>;
}

/** An event as it comes from a bus. */
export interface RoutedEvent {
  team: string;
  bus: string;
  id: string;
  envelope: JsonObject;
  depth: number;
  /** ARNs of the only rules that get it. */
  only?: ReadonlySet<string>;
}

export class EventRules implements Feature {
  readonly name = 'rules';
  readonly tables: readonly AnyTable[] = [...Object.values(RESOURCE_TABLES), DELIVERIES];
  readonly resources: DeclaredResources;
  readonly #kernel: Kernel;
  readonly #peers: RulePeers;
  readonly #connections: Connections;
  readonly #deliveries: Deliveries;
  readonly #replays: Replays;
  readonly #schedules: RuleSchedules;
  /** By team and bus. */
  readonly #matchers: Map<string, PatternMatcher> = new Map();
  /** Rules and archives that listen, by team and bus. */
  readonly #listening: Map<string, Set<string>> = new Map();
  /** By the id that the matchers know: team and key. */
  readonly #ready: Map<string, ReadyRule> = new Map();

  constructor(kernel: Kernel, peers: RulePeers) {
    this.#kernel = kernel;
    this.#peers = peers;
    const dueChanged = (): void => kernel.dueChanged(this);
    this.resources = new DeclaredResources(kernel.arns.identity, {
      ruleChanged: (team, key, record) => this.#ruleChanged(team, key, record),
      archiveChanged: (team, name, record) => this.#archiveChanged(team, name, record),
    });
    this.#connections = new Connections(kernel, this.resources);
    kernel.hooks.connections = this.#connections;
    kernel.hooks.observeAttempts(this.#connections);
    this.#deliveries = new Deliveries(kernel, this.resources, this.#connections, dueChanged);
    this.#replays = new Replays(kernel, this.resources, {
      dueChanged,
      events: (query) => peers.bus.page(query),
      shown: (query) => peers.bus.show(query),
      forward: (turn, event) => peers.bus.forward(turn, event),
    });
    this.#schedules = new RuleSchedules(kernel, this.resources, {
      schedules: peers.schedules,
      ready: (team, key) => this.ready(team, key),
      deliver: (turn, rule, arrival) => this.#deliver(turn, rule, arrival),
    });
    peers.bus.join(this);
  }

  async open(): Promise<void> {
    await this.resources.open(this.#kernel.store);
    await this.#deliveries.open();
  }

  async begin(): Promise<void> {
    await this.#deliveries.begin();
    this.#replays.begin();
  }

  close(): void {
    this.#replays.close();
    this.#deliveries.close();
    this.#connections.close();
  }

  nextDue(): number | undefined {
    const due = [this.#deliveries.nextDue(), this.#replays.nextDue()];
    const known = due.filter((at) => at !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  due(): void {
    const now = this.#kernel.time.now();
    if ((this.#deliveries.nextDue() ?? Number.POSITIVE_INFINITY) <= now) this.#deliveries.due();
    this.#replays.due();
  }

  /** Does what the rules say that match an event, in the turn that stores it. */
  route(turn: Turn, event: RoutedEvent): void {
    const { team, bus, id, envelope, depth, only } = event;
    for (const rule of this.matching(team, bus, envelope)) {
      if (only && !only.has(rule.arn)) continue;
      this.#deliver(turn, rule, { id, envelope, depth });
    }
  }

  #deliver(turn: Turn, rule: ReadyRule, arrival: Arrival): void {
    const peers: TargetPeers = {
      forward: (event) => this.#peers.bus.forward(turn, event),
      hasBus: (team, bus) => this.resources.hasBus(team, bus),
      target: this.#peers.target,
      enqueue: (team, delivery) => this.#deliveries.enqueue(turn, team, delivery),
      bury: (team, delivery, failure) => this.bury(turn, team, delivery, failure),
    };
    deliverToTargets(this.#kernel, peers, turn, rule, arrival);
  }

  /** Writes a dead letter in this turn, for what is not tried at all. */
  bury(turn: Turn, team: string, delivery: Delivery, failure: Failure): void {
    this.#deliveries.bury(turn, team, delivery, failure);
  }

  /** How much is on its way, and how much could not be delivered. */
  get deliveryCounts(): Pick<Deliveries, 'pending' | 'dead'> {
    return this.#deliveries;
  }

  /** What could not be delivered. */
  get deadLetters(): Pick<Deliveries, 'listDead'> {
    return this.#deliveries;
  }

  /** Whether an archive holds an event. */
  holds(event: EventRecord): boolean {
    return this.#replays.holds(event);
  }

  /** Dead letters that grow old. */
  readonly aging = {
    kind: 'deadLetters' as const,
    needs: (limit: number): Need<unknown>[] => [this.#deliveries.oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean =>
      this.#deliveries.removeOld(turn, before, limit),
  };

  /** How much an archive holds. */
  measureArchive(team: string, archive: string): Promise<{ count: number; bytes: number }> {
    return this.#replays.measure(team, archive);
  }

  /** Replays may have been declared. */
  replaysChanged(): void {
    this.#kernel.dueChanged(this);
  }

  /**
   * Performs a change as one input of the turn loop, so that what it checks holds until it is written.
   * @param act must not change anything before it throws
   */
  changeInput<Value>(act: (turn: Turn) => Value, settle: Settle<Value>): Input {
    return {
      refuse: settle.reject,
      perform(turn) {
        try {
          const value = act(turn);
          turn.afterCommit(() => settle.resolve(value));
        } catch (error) {
          settle.reject(error as Error);
        }
        return 'done';
      },
    };
  }

  /** Whether the team has anything that hears of events on its bus. */
  hasListeners(team: string, bus: string): boolean {
    return (this.#listening.get(placeOf(team, bus))?.size ?? 0) > 0;
  }

  /** Whether anything of the team could care for what comes on its bus. */
  listens(team: string, bus: string, envelope: JsonObject): boolean {
    const matcher = this.#matchers.get(placeOf(team, bus));
    return matcher !== undefined && matcher.match(envelope).length > 0;
  }

  /** The rules of a team that match an event on its bus. Archives, which keep it, are not among them. */
  matching(team: string, bus: string, envelope: JsonObject): ReadyRule[] {
    const matcher = this.#matchers.get(placeOf(team, bus));
    if (matcher === undefined) return [];
    return matcher.match(envelope).flatMap((id) => this.#ready.get(id) ?? []);
  }

  /** A rule by its place, whether it matches or not. */
  ready(team: string, key: string): ReadyRule | undefined {
    return this.#ready.get(idOf('rule', team, key));
  }

  #ruleChanged(team: string, key: string, record: RuleRecord | undefined): void {
    const id = idOf('rule', team, key);
    const before = this.#ready.get(id);
    if (before) this.#unlisten(placeOf(team, before.record.bus), id);
    this.#ready.delete(id);
    this.#schedules.ruleChanged(team, key, record);
    if (record === undefined) return;
    this.#ready.set(id, this.resources.readied(team, record));
    if (record.state !== 'DISABLED') this.#listen(team, record.bus, id, record.eventPattern);
  }

  #archiveChanged(team: string, name: string, record: ArchiveRecord | undefined): void {
    const id = idOf('archive', team, name);
    for (const [place, ids] of this.#listening) if (ids.has(id)) this.#unlisten(place, id);
    if (record) this.#listen(team, record.bus, id, record.eventPattern ?? ANYTHING);
  }

  #listen(team: string, bus: string, id: string, pattern: string | undefined): void {
    const parsed = pattern === undefined ? undefined : parsePattern(pattern);
    if (parsed === undefined || 'error' in parsed) return;
    const place = placeOf(team, bus);
    const matcher = this.#matchers.get(place) ?? createMatcher();
    this.#matchers.set(place, matcher);
    matcher.add(id, parsed.pattern);
    this.#listening.set(place, (this.#listening.get(place) ?? new Set()).add(id));
  }

  #unlisten(place: string, id: string): void {
    this.#matchers.get(place)?.remove(id);
    this.#listening.get(place)?.delete(id);
  }
}

/** What every event matches that has a source. */
const ANYTHING = '{"source":[{"exists":true}]}';

function placeOf(team: string, bus: string): string {
  return `${JSON.stringify(team)} ${bus}`;
}

function idOf(kind: 'rule' | 'archive', team: string, name: string): string {
  return `${kind} ${JSON.stringify(team)} ${name}`;
}
