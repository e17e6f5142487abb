/**
 * The event bus: what is put on it is stored, matched, and what it starts is created, all in one commit.
 *
 *     put ──▶ turn ──▶ known id? answer as before
 *                 └──▶ match all rules of the bus ──▶ event row + executions ──commit──▶ answer
 *
 * So an answer means that the event is on disk and its executions exist: there is nothing between event and start where a
 * crash could fall. An execution is named after its event, so an event that comes again starts nothing again.
 * Millrace's own facts (the status of executions) go the same way; they are stored only when somebody listens, because the
 * execution's own row is what proves them.
 * @module
 */

import type { Json, JsonObject } from '../../../asl/json.js';
import { renderInput } from '../../../events/input/target-input.js';
import { createMatcher, type PatternMatcher } from '../../../events/pattern/matcher.js';
import type { EventRule } from '../../../pipelines/sections/events-section.js';
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type { Awaitable, PipelineRef } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { allows } from '../../kernel/allowance.js';
import {
  ANY_TEAM,
  type EventRecord,
  MAX_DEPTH,
  type NewEvent,
  type PutResult,
} from '../../kernel/bus-event.js';
import { derivedId } from '../../kernel/derived-id.js';
import { EngineError } from '../../kernel/errors.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { maskWrite } from '../../kernel/masking/mask-turn.js';
import { type Need, NOTHING, whenKnown } from '../../kernel/needs.js';
import { type Settle, startNeeds, tryStart } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { BATCHES, Batches, type BatchState } from './batches.js';
import { eventRulesOf } from './event-rules-of.js';
import { EVENTS } from './event-table.js';

/** An event that comes to a bus. */
interface Put {
  bus: string;
  team: string;
  /** The team whose rules hear of it. Default: `team`. */
  owner?: string;
  /** The pipeline that a fact is about: rules in files of teams that may read it hear of it, too. */
  about?: LoadedMachine;
  id: string;
  envelope: JsonObject;
  depth: number;
  /** Default: now. */
  now?: number;
  /** ARNs of the only rules that get it. */
  only?: ReadonlySet<string>;
}

/** What an event has brought about. */
interface Came {
  started: PutResult['started'];
  batched: NonNullable<PutResult['batched']>;
}

/** An event on its way to rules elsewhere. */
export interface RoutedEvent {
  /** The team whose rules it is for. */
  team: string;
  bus: string;
  id: string;
  envelope: JsonObject;
  /** Starts and buses that it follows from. */
  depth: number;
  /** ARNs of the only rules that get it. */
  only?: ReadonlySet<string>;
}

/** Rules that are not those of pipelines: the feature that has them joins the bus with this. */
export interface Router {
  /** Whether any rule of a team listens to a bus at all. */
  hasListeners(team: string, bus: string): boolean;
  /** Whether a rule matches an event that is not on the bus yet. */
  listens(team: string, bus: string, envelope: JsonObject): boolean;
  /** Whether somebody needs an event for longer than others are kept. */
  holds(event: EventRecord): boolean;
  /** Does what its rules say, in the turn that stores the event. */
  route(turn: Turn, event: RoutedEvent): void;
}

/** Which events are wanted. */
export interface EventQuery {
  bus?: string;
  teams?: readonly string[];
  /** Only numbers above it, oldest first; otherwise newest first. */
  after?: number;
  /** Only numbers below it. */
  below?: number;
  limit: number;
}

export class EventBus implements Feature {
  readonly name = 'bus';
  readonly tables: readonly AnyTable[] = [EVENTS, BATCHES];
  readonly #kernel: Kernel;
  readonly #batches: Batches;
  readonly #routers: Router[] = [];
  readonly #matchers: Map<string, PatternMatcher> = new Map();
  /** Rules of each pipeline, by the id that the matcher knows. */
  readonly #rules: Map<string, { machine: PipelineRef; rule: EventRule }> = new Map();
  /** Ids of rules, by `pipelineKey`. */
  readonly #ofPipeline: Map<string, string[]> = new Map();
  /** Events that are not durable yet, by team, bus and id. */
  readonly #unstored: TurnMap<string, EventRecord> = new TurnMap();
  #lastNumber = 0;
  /** Events up to this number were looked at by the sweep that goes on. */
  #swept = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#batches = new Batches(kernel, {
      inputOf: (pipeline, rule, envelope, at) => this.inputOf(pipeline, rule, envelope, at),
      dueChanged: () => kernel.dueChanged(this),
    });
  }

  async open(): Promise<void> {
    this.#lastNumber = await this.#kernel.store.lastNumber(EVENTS);
    await this.#batches.open();
  }

  begin(): void {
    this.#batches.begin();
  }

  close(): void {
    this.#batches.close();
  }

  nextDue(): number | undefined {
    return this.#batches.nextDue();
  }

  due(): void {
    this.#batches.due();
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type !== 'ExecutionBegun' && fact.type !== 'ExecutionEnded') return;
    if (!wasSkipped(fact.execution)) this.#executionChanged(turn, fact.execution);
  }

  /** From now on events also go to rules elsewhere. */
  join(router: Router): void {
    this.#routers.push(router);
  }

  /** How the batch of a rule stands; undefined when it does not batch. */
  batchOf(pipeline: PipelineRef, rule: string): BatchState | undefined {
    return this.#batches.stateOf(pipeline, rule);
  }

  /** Events in their order, or the newest first; for an input that needs them. */
  page(query: EventQuery): Need<EventRecord[]> {
    return {
      key: `events ${JSON.stringify(query)}`,
      read: () => this.#list(this.#kernel.store, query),
    };
  }

  /** Events in their order, or the newest first, for people: beside the main loop. */
  async show(query: EventQuery): Promise<EventRecord[]> {
    return this.#list(this.#kernel.reads, query);
  }

  #list(store: Pick<Kernel['store'], 'listRows'>, query: EventQuery): Awaitable<EventRecord[]> {
    const { bus, teams, after, below, limit } = query;
    return store.listRows(EVENTS, {
      where: {
        ...(bus === undefined ? {} : { bus }),
        ...(teams === undefined ? {} : { team: teams }),
      },
      ...(after === undefined ? {} : { above: { number: after } }),
      ...(below === undefined ? {} : { below: { number: below } }),
      order: { by: ['number'], down: after === undefined },
      limit,
    });
  }

  /** Events that grow old go when nobody holds them: no archive, and no batch that they wait in. */
  readonly aging = {
    kind: 'events' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean =>
      this.#removeOld(turn, turn.known(this.#oldest(limit)), before, limit),
  };

  #oldest(limit: number): Need<EventRecord[]> {
    const after = this.#swept;
    return {
      key: `events after ${after}`,
      read: () => this.#kernel.store.listRows(EVENTS, { above: { number: after }, limit }),
    };
  }

  #removeOld(turn: Turn, page: readonly EventRecord[], before: number, limit: number): boolean {
    for (const event of page) {
      if (event.storedAt >= before) {
        turn.afterCommit(() => {
          this.#swept = 0;
        });
        return false;
      }
      const isHeld =
        this.#batches.holds(event.number) || this.#routers.some((one) => one.holds(event));
      if (!isHeld) turn.remove(EVENTS, [event.number]);
    }
    // What is held stays behind: the next look begins after it, and the next sweep at the beginning.
    turn.afterCommit(() => {
      this.#swept = page.length < limit ? 0 : (page.at(-1)?.number ?? 0);
    });
    return page.length === limit;
  }

  /** Whether the store has an event: how one that comes again is known. */
  #eventNeed(team: string, bus: string, id: string): Need<EventRecord | undefined> {
    const where = { team, bus, id };
    return {
      key: `event ${keyOf(team, bus, id)}`,
      read: () =>
        whenKnown(this.#kernel.store.listRows(EVENTS, { where, limit: 1 }), ([event]) => event),
    };
  }

  /** Number of the last event. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Rules of a pipeline that nobody deploys any longer listen no more. */
  withdrawn(key: string): void {
    this.#forgetRules(key);
    this.#batches.withdrawn(key);
  }

  #forgetRules(key: string): void {
    for (const id of this.#ofPipeline.get(key) ?? []) {
      const known = this.#rules.get(id);
      if (known) this.#matchers.get(known.rule.bus)?.remove(id);
      this.#rules.delete(id);
    }
    this.#ofPipeline.delete(key);
  }

  deployed(machine: LoadedMachine): void {
    const { ref, key, deployment } = machine;
    this.#batches.deployed(machine);
    this.#forgetRules(key);
    const rules = eventRulesOf(deployment);
    const ids = rules.map((rule, index) => {
      const id = `${key}/${index}`;
      this.#rules.set(id, { machine: ref, rule });
      this.#matcher(rule.bus).add(id, rule.pattern);
      return id;
    });
    if (ids.length > 0) this.#ofPipeline.set(key, ids);
  }

  #matcher(bus: string): PatternMatcher {
    const known = this.#matchers.get(bus);
    if (known) return known;
    const made = createMatcher();
    this.#matchers.set(bus, made);
    return made;
  }

  /** Puts an event of a team on a bus; answers when it is durable. */
  putInput(event: NewEvent, team: string, settle: Settle<PutResult>): Input {
    const bus = event.bus ?? 'default';
    const need = event.id === undefined ? undefined : this.#eventNeed(team, bus, event.id);
    return {
      refuse: settle.reject,
      needs: () => (need ? [need] : NOTHING),
      perform: (turn) => {
        const id = event.id ?? this.#kernel.random.id(this.#kernel.time.now());
        // Another input of this turn may have put it, which the store does not know yet.
        const known = this.#unstored.get(keyOf(team, bus, id)) ?? (need && turn.known(need));
        if (known) {
          const started = known.matched.map((pipeline) => ({ pipeline, name: nameFor(id) }));
          turn.afterCommit(() => settle.resolve({ id, duplicate: true, started }));
          return 'done';
        }
        const envelope = this.#envelope(event, id);
        this.#deliver(turn, { bus, team, id, envelope, depth: 0 }, (done) =>
          settle.resolve({ id, duplicate: false, ...done }),
        );
        return 'done';
      },
    };
  }

  /** Puts a fact on the bus of the team that it is about, in this turn. */
  tell(turn: Turn, team: string, event: NewEvent): void {
    const { random, time } = this.#kernel;
    const id = event.id ?? random.id(time.now());
    const put = { bus: event.bus ?? 'default', team, id, envelope: this.#envelope(event, id) };
    this.#deliver(turn, { ...put, depth: 0 }, () => {});
  }

  /** Puts an event on a bus because of another one, unless it has come there before. */
  forward(turn: Turn, put: Put): void {
    const { team, bus, id } = put;
    const need = this.#eventNeed(team, bus, id);
    turn.also({
      needs: () => [need],
      perform: (later) => {
        // Two targets of one rule may forward to the same bus.
        const isThere = this.#unstored.has(keyOf(team, bus, id)) || later.known(need);
        if (!isThere) this.#deliver(later, put, () => {});
        return 'done';
      },
    });
  }

  /** An execution of the top level has begun or ended in this turn. */
  #executionChanged(turn: Turn, active: ActiveExecution): void {
    const { creation, state } = active;
    if (creation.mapRun) return;
    const matcher = this.#rules.size === 0 ? undefined : this.#matchers.get('default');
    const routers = this.#routers.filter((one) => one.hasListeners(creation.team, 'default'));
    if (matcher === undefined && routers.length === 0) return;
    const { arns, time, secrets } = this.#kernel;
    const { status, error, cause } = state.header;
    const depth = Number(creation.triggeredBy?.depth ?? 0) + 1;
    const now = time.now();
    // It goes to whoever listens, also elsewhere.
    maskWrite(turn.of(active), secrets);
    const executionArn = creation.context.Execution.Id;
    // https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html; without data, which belongs to its team.
    const event: NewEvent = {
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [executionArn],
      detail: {
        executionArn,
        stateMachineArn: creation.context.StateMachine.Id,
        name: creation.name,
        status,
        startDate: creation.startedAt,
        stopDate: active.stoppedAt ?? null,
        redriveCount: active.redriveCount,
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause: secrets.text(cause, active.secrets) }),
        input: null,
        output: null,
        inputDetails: { included: false },
        outputDetails: { included: false },
        millrace: {
          pipeline: creation.pipeline,
          team: creation.team,
          tags: creation.tags,
          account: arns.identity.accountId,
          ...(creation.interval === undefined ? {} : { interval: creation.interval }),
        },
      },
    };
    // Not by its ARN: two teams may have executions of the same one.
    const id = derivedId(`${creation.id} ${status} ${active.redriveCount}`);
    const envelope = this.#envelope(event, id);
    const isHeard =
      (matcher !== undefined && matcher.match(envelope).length > 0) ||
      routers.some((one) => one.listens(creation.team, 'default', envelope));
    if (!isHeard || depth > MAX_DEPTH) return;
    const put: Put = {
      bus: 'default',
      team: ANY_TEAM,
      owner: creation.team,
      about: active.machine,
      id,
      envelope,
      depth,
      now,
    };
    this.#deliver(turn, put, () => {});
  }

  #envelope(event: NewEvent, id: string): JsonObject {
    const { arns, time } = this.#kernel;
    return {
      version: '0',
      id,
      'detail-type': event.detailType,
      source: event.source,
      account: arns.identity.accountId,
      time: event.time ?? `${new Date(time.now()).toISOString().slice(0, 19)}Z`,
      region: arns.identity.region,
      resources: event.resources ?? [],
      detail: event.detail,
    };
  }

  #deliver(
    turn: Turn,
    put: Put,
    done: (came: Pick<PutResult, 'started' | 'batched'>) => void,
  ): void {
    const { bus, team, id, envelope, depth, only } = put;
    this.#lastNumber += 1;
    const record: EventRecord = {
      number: this.#lastNumber,
      bus,
      id,
      team,
      source: String(envelope.source),
      detailType: String(envelope['detail-type']),
      storedAt: put.now ?? this.#kernel.time.now(),
      envelope,
      matched: [],
    };
    turn.put(EVENTS, record);
    this.#unstored.setForTurn(turn, keyOf(team, bus, id), record);
    this.#kernel.hooks.tell(turn, { type: 'EventStored', event: record });
    const { started, batched }: Came = { started: [], batched: [] };
    for (const [machine, rules] of this.#matching(put)) {
      turn.also(this.#startInput(machine, rules, put, record, { started, batched }));
    }
    const routed = { team: put.owner ?? team, bus, id, envelope, depth, ...(only ? { only } : {}) };
    for (const router of this.#routers) router.route(turn, routed);
    turn.afterCommit(() => done(batched.length === 0 ? { started } : { started, batched }));
  }

  /** The pipelines that an event is for, each with those of its rules that match. */
  #matching(put: Put): Map<PipelineRef, EventRule[]> {
    const { bus, envelope, only } = put;
    const found = new Map<string, [PipelineRef, EventRule[]]>();
    for (const match of this.#matchers.get(bus)?.match(envelope) ?? []) {
      const known = this.#rules.get(match);
      if (!known || !mayHear(known.machine.team, put)) continue;
      const { machine, rule } = known;
      if (only && !only.has(this.#arnOf(machine.name))) continue;
      const key = pipelineKey(machine);
      const [, rules] = found.get(key) ?? [machine, []];
      rules.push(rule);
      found.set(key, [machine, rules]);
    }
    return new Map(found.values());
  }

  /**
   * Gives an event to a pipeline. Two rules of it that match the same event start it once: the first one that can says with
   * what. When none can, the event stays all the same.
   */
  #startInput(
    pipeline: PipelineRef,
    rules: readonly EventRule[],
    { id, envelope, depth }: Put,
    record: EventRecord,
    came: Came,
  ): Input {
    const name = nameFor(id);
    const start = (turn: Turn, rule: EventRule): boolean => {
      const outcome = tryStart(this.#kernel, turn, {
        pipeline,
        name,
        input: this.inputOf(pipeline.name, rule, envelope, this.#kernel.time.now()),
        triggeredBy: { type: 'event', event: id, bus: rule.bus, depth },
      });
      // One of that name with another input: the pipeline's rule has changed since the event came first.
      if (outcome instanceof EngineError) return false;
      record.matched.push(pipeline.name);
      came.started.push({ pipeline: pipeline.name, name });
      return true;
    };
    const wait = (turn: Turn, rule: EventRule): boolean => {
      const state = this.#batches.add(turn, pipeline, rule, record, depth);
      if (state === undefined) return false;
      record.batched = [...(record.batched ?? []), pipeline.name];
      const { waiting, size, closesAt = 0 } = state;
      came.batched.push({ pipeline: pipeline.name, waiting, size, closesAt });
      return true;
    };
    return {
      needs: (turn) => startNeeds(this.#kernel, turn, { pipeline, name }),
      perform: (turn) => {
        rules.some((rule) => (rule.batch === undefined ? start : wait)(turn, rule));
        return 'done';
      },
    };
  }

  /** What the rules of a pipeline's own file are called. */
  #arnOf(pipeline: string): string {
    const { region, accountId } = this.#kernel.arns.identity;
    return `arn:aws:events:${region}:${accountId}:rule/${pipeline}`;
  }

  /** What an event gives a pipeline as its input. @param at when the event came, epoch milliseconds */
  inputOf(pipeline: string, { input }: EventRule, envelope: JsonObject, at: number): Json {
    const text = renderInput(input, envelope, {
      ruleArn: this.#arnOf(pipeline),
      ruleName: pipeline,
      ingestionTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    });
    if (text === undefined) return envelope;
    try {
      return JSON.parse(text) as Json;
    } catch {
      return text;
    }
  }
}

/** Events are for their own team. A fact about a pipeline is also for those whom its owner lets read it. */
function mayHear(listener: string, { team, owner = team, about }: Put): boolean {
  return listener === owner || (about !== undefined && allows(about, 'read', listener));
}

function keyOf(team: string, bus: string, id: string): string {
  return JSON.stringify([team, bus, id]);
}

/** Ids may be long or odd; names of executions may not. */
function nameFor(id: string): string {
  return /^[A-Za-z0-9_-]{1,60}$/.test(id) ? `event-${id}` : `event-${derivedId(id)}`;
}
