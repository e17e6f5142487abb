/**
 * Rules that clients make over the API of EventBridge, and all that belongs to them.
 *
 *     event on a bus ──▶ rules of its team and bus ──▶ targets, all in the commit of the event
 *
 * The rules of a pipeline's own file are in `triggers/event-bus.ts`; both are matched by the same automaton. Nothing of
 * one team is ever matched with anything of another.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import {
  type InputSettings,
  parseTargetInput,
  type TargetInput,
} from '../../../events/input/target-input.js';
import { createMatcher, type PatternMatcher } from '../../../events/pattern/matcher.js';
import { parsePattern } from '../../../events/pattern/parse-pattern.js';
import { Declared } from '../../kernel/declared.js';
import type { Machinery } from '../../kernel/machinery.js';
import type { Settle } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { Deliveries } from './deliveries.js';
import { createEventArns, type EventArns, parseArn } from './event-arns.js';
import type {
  ApiDestinationRecord,
  ArchiveRecord,
  BusRecord,
  ConnectionRecord,
  ReplayRecord,
  RuleRecord,
  TargetRecord,
} from './records.js';
import { DEFAULT_BUS } from './records.js';
import { Replays } from './replays.js';
import { RuleSchedules } from './rule-schedules.js';

/** What clients declare, for those who read and change it. */
export interface EventResources {
  readonly arns: EventArns;
  readonly buses: Declared<BusRecord>;
  /** Named by `ruleKey`. */
  readonly rules: Declared<RuleRecord>;
  readonly archives: Declared<ArchiveRecord>;
  readonly replays: Declared<ReplayRecord>;
  readonly connections: Declared<ConnectionRecord>;
  readonly apiDestinations: Declared<ApiDestinationRecord>;
  /** The connection of a team that an ARN names. */
  connectionOf(team: string, arn: string): ConnectionRecord | undefined;
}

/** A target that is ready to be delivered to. */
export interface ReadyTarget {
  readonly target: TargetRecord;
  readonly input: TargetInput;
}

/** A rule that is ready to be matched. */
export interface ReadyRule {
  readonly team: string;
  readonly record: RuleRecord;
  readonly arn: string;
  readonly targets: readonly ReadyTarget[];
}

export class EventRules implements EventResources {
  readonly arns: EventArns;
  readonly buses: Declared<BusRecord> = new Declared('event-bus');
  readonly rules: Declared<RuleRecord> = new Declared('event-rule', (team, key, record) =>
    this.#ruleChanged(team, key, record),
  );
  readonly archives: Declared<ArchiveRecord> = new Declared('event-archive', (team, name, record) =>
    this.#archiveChanged(team, name, record),
  );
  readonly replays: Declared<ReplayRecord> = new Declared('event-replay');
  readonly connections: Declared<ConnectionRecord> = new Declared('event-connection');
  readonly apiDestinations: Declared<ApiDestinationRecord> = new Declared('api-destination');
  readonly deliveries: Deliveries;
  readonly replaying: Replays;
  readonly #schedules: RuleSchedules;
  readonly #parts: Machinery;
  /** By team and bus. */
  readonly #matchers: Map<string, PatternMatcher> = new Map();
  /** Rules and archives that listen, by team and bus. */
  readonly #listening: Map<string, Set<string>> = new Map();
  /** By the id that the matchers know: team and key. */
  readonly #ready: Map<string, ReadyRule> = new Map();

  constructor(parts: Machinery) {
    this.#parts = parts;
    this.arns = createEventArns(parts.arns.identity);
    this.deliveries = new Deliveries(parts, this);
    this.replaying = new Replays(parts, this);
    this.#schedules = new RuleSchedules(parts, this);
  }

  async open(): Promise<void> {
    const { store } = this.#parts;
    await this.buses.open(store);
    await this.rules.open(store);
    await this.archives.open(store);
    await this.replays.open(store);
    await this.connections.open(store);
    await this.apiDestinations.open(store);
    await this.deliveries.open();
    this.#schedules.open();
    this.replaying.open();
  }

  close(): void {
    this.#schedules.close();
    this.replaying.close();
    this.deliveries.close();
  }

  /** The API destination of a team that an ARN names. */
  destinationOf(team: string, arn: string): ApiDestinationRecord | undefined {
    const [, name = '', id = ''] = parseArn(arn)?.resource.split('/') ?? [];
    const record = this.apiDestinations.get(team, name);
    return record?.id === id && this.arns.apiDestination(name, id) === arn ? record : undefined;
  }

  /** The connection of a team that an ARN names. */
  connectionOf(team: string, arn: string): ConnectionRecord | undefined {
    const [, name = '', id = ''] = parseArn(arn)?.resource.split('/') ?? [];
    const record = this.connections.get(team, name);
    return record?.id === id && this.arns.connection(name, id) === arn ? record : undefined;
  }

  /** A bus that a team may use: the default one, or one that it has made. */
  hasBus(team: string, bus: string): boolean {
    return bus === DEFAULT_BUS || this.buses.get(team, bus) !== undefined;
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
    const targets = record.targets.flatMap((target) => {
      const parsed = parseTargetInput(target.Id, target as InputSettings);
      return 'error' in parsed ? [] : [{ target, input: parsed.input }];
    });
    const arn = this.arns.rule(record.bus, record.name);
    this.#ready.set(id, { team, record, arn, targets });
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
