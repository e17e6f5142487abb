/**
 * EventBridge Scheduler's schedules: kept, watched, and served, each fire time once.
 *
 *     wake ──▶ due since `served` ──▶ one turn: what the targets start + new `served` ──commit
 *
 * Like the schedules of pipelines (`triggers/schedule-host.ts`), with AWS's rules for what was missed: an invocation is made
 * late while it is younger than its target's MaximumEventAgeInSeconds, and dropped then. What is dropped, and what fails, is
 * noted with the progress and shown in lists of schedules.
 *
 * A schedule in memory has two versions: `current`, as the turn that runs now leaves it, and `durable`, as the store has it.
 * Turns read and change the first, everybody else sees the second; a commit makes them the same, either way.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { dueTimes } from '../../../events/schedules/due-times.js';
import type { Schedule } from '../../../events/schedules/schedule.js';
import { nextStart, type Spread } from '../../../events/schedules/spread.js';
import { Alarm } from '../../kernel/alarm.js';
import { EngineError } from '../../kernel/errors.js';
import type { Machinery } from '../../kernel/machinery.js';
import type { Settle } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { invoke } from './invoke-target.js';
import {
  type ApiSchedule,
  DEFAULT_GROUP,
  firesAlike,
  type ScheduleGroup,
  type ScheduleProgress,
  type ScheduleSettings,
  scheduleArn,
  spreadOf,
  timingOf,
} from './schedule.js';

/** A schedule with everything that is computed from it. */
export interface HeldSchedule {
  readonly schedule: ApiSchedule;
  readonly progress: ScheduleProgress;
  /** Undefined when its expression cannot be read (a newer version's, a damaged one's). */
  readonly timing: Schedule | undefined;
  readonly spread: Spread;
  /** The next start, epoch milliseconds; undefined: never again. */
  readonly next: number | undefined;
}

interface Kept<Value> {
  current: Value | undefined;
  durable: Value | undefined;
}

interface ScheduleSlot extends Kept<HeldSchedule> {
  /** An input that serves it waits for its turn. */
  isQueued: boolean;
}

/** Schedules that one input serves. */
const SERVED_AT_ONCE = 50;
/** Milliseconds; MaximumEventAgeInSeconds when the target has none. */
const DEFAULT_AGE = 86_400_000;
/** Invocations that are made up for at a time. */
const MOST_MADE_UP_FOR = 1_000;
/** Of all teams. AWS: a million an account. */
const MAX_SCHEDULES = 100_000;
/** Of a team. https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
const MAX_GROUPS = 500;
/** Deletions that are remembered, so that a client that asks again by the same token is answered the same. */
const MAX_DELETIONS = 1_000;

const SCHEDULE = 'schedule';
const PROGRESS = 'schedule-progress';
const GROUP = 'schedule-group';

export class Scheduler {
  readonly #parts: Machinery;
  readonly #schedules: Map<string, ScheduleSlot> = new Map();
  readonly #groups: Map<string, Kept<ScheduleGroup>> = new Map();
  readonly #deletions: Set<string> = new Set();
  #openedAt = 0;
  #isOpen = false;
  #isWatching = false;
  readonly #alarm: Alarm;

  constructor(parts: Machinery) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts, () => this.#wake());
  }

  /** Reads what clients have made and begins to act. */
  async open(): Promise<void> {
    const { store, time } = this.#parts;
    this.#openedAt = time.now();
    for (const { record } of await store.listDeclarations(GROUP)) {
      const group = record as unknown as ScheduleGroup;
      this.#groups.set(keyOf(group.team, group.name), { current: group, durable: group });
    }
    const progress = new Map<string, ScheduleProgress>();
    for (const { team, name, record } of await store.listDeclarations(PROGRESS)) {
      progress.set(keyOf(team, name), record as unknown as ScheduleProgress);
    }
    for (const { team, name, record } of await store.listDeclarations(SCHEDULE)) {
      const key = keyOf(team, name);
      const schedule = record as unknown as ApiSchedule;
      const from = { served: schedule.updatedAt, since: schedule.updatedAt };
      const held = hold(schedule, progress.get(key) ?? from);
      this.#schedules.set(key, { current: held, durable: held, isQueued: false });
    }
    this.#isOpen = true;
    this.#watch();
  }

  close(): void {
    this.#isOpen = false;
    this.#alarm.set(undefined);
  }

  /** Those of the teams, by team, group and name; those of all teams when undefined. */
  list(teams?: readonly string[]): HeldSchedule[] {
    return [...this.#schedules.entries()]
      .flatMap(([key, { durable }]) => (durable ? [{ key, durable }] : []))
      .filter(({ durable }) => !teams || teams.includes(durable.schedule.team))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ durable }) => durable);
  }

  /** Throws ScheduleNotFound. */
  get(team: string, group: string, name: string): HeldSchedule {
    const found = this.#schedules.get(keyOf(team, group, name))?.durable;
    if (found === undefined) throw new EngineError('ScheduleNotFound', { schedule: name });
    return found;
  }

  /** By name, the default group among them. */
  groups(team: string): ScheduleGroup[] {
    return [...this.#groups.values()]
      .flatMap(({ durable }) => (durable?.team === team ? [durable] : []))
      .concat(this.#defaultGroup(team))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws ScheduleGroupNotFound. */
  group(team: string, name: string): ScheduleGroup {
    if (name === DEFAULT_GROUP) return this.#defaultGroup(team);
    const found = this.#groups.get(keyOf(team, name))?.durable;
    if (found === undefined) throw new EngineError('ScheduleGroupNotFound', { group: name });
    return found;
  }

  #defaultGroup(team: string): ScheduleGroup {
    const at = this.#openedAt;
    return { team, name: DEFAULT_GROUP, tags: {}, createdAt: at, updatedAt: at };
  }

  /** Makes a schedule. A request that comes again with its token is answered as before. */
  createInput(
    wanted: Pick<ApiSchedule, 'team' | 'group' | 'name' | 'settings' | 'clientToken'>,
    settle: Settle<void>,
  ): Input {
    const { team, group, name, settings, clientToken } = wanted;
    return this.#input(settle, (turn) => {
      this.#checkGroup(team, group);
      const slot = this.#slot(keyOf(team, group, name));
      if (slot.current) {
        const { schedule } = slot.current;
        const isRepeat = clientToken !== undefined && schedule.clientToken === clientToken;
        if (isRepeat && JSON.stringify(schedule.settings) === JSON.stringify(settings)) return;
        throw new EngineError('ScheduleExists', { schedule: name });
      }
      if (this.#schedules.size >= MAX_SCHEDULES) {
        throw new EngineError('TooManySchedules', { what: 'schedules', limit: MAX_SCHEDULES });
      }
      const now = this.#parts.time.now();
      const anchor = Math.floor(now / 1000) * 1000;
      const schedule: ApiSchedule = { ...wanted, createdAt: now, updatedAt: now, anchor };
      this.#put(turn, slot, hold(schedule, { served: now, since: now }));
    });
  }

  /** Replaces all settings. What fires at the same times as before goes on where it was; what does not, begins now. */
  updateInput(
    { team, group, name, settings }: Pick<ApiSchedule, 'team' | 'group' | 'name' | 'settings'>,
    settle: Settle<void>,
  ): Input {
    return this.#input(settle, (turn) => {
      this.#checkGroup(team, group);
      const slot = this.#slot(keyOf(team, group, name));
      if (!slot.current) throw new EngineError('ScheduleNotFound', { schedule: name });
      const { schedule, progress } = slot.current;
      const now = this.#parts.time.now();
      const isAlike = firesAlike(schedule.settings, settings);
      const isSameRate = schedule.settings.expression === settings.expression;
      const changed: ApiSchedule = {
        ...schedule,
        settings,
        updatedAt: now,
        anchor: isSameRate ? schedule.anchor : Math.floor(now / 1000) * 1000,
      };
      const reached = isAlike ? progress : { ...progress, served: now, since: now };
      this.#put(turn, slot, hold(changed, reached));
    });
  }

  deleteInput(
    team: string,
    group: string,
    name: string,
    clientToken: string | undefined,
    settle: Settle<void>,
  ): Input {
    return this.#input(settle, (turn) => {
      const key = keyOf(team, group, name);
      const deletion = `${key} ${clientToken}`;
      const slot = this.#schedules.get(key);
      if (slot?.current === undefined) {
        if (clientToken !== undefined && this.#deletions.has(deletion)) return;
        throw new EngineError('ScheduleNotFound', { schedule: name });
      }
      this.#put(turn, slot, undefined);
      if (clientToken !== undefined) turn.afterCommit(() => this.#rememberDeletion(deletion));
    });
  }

  createGroupInput(
    {
      team,
      name,
      tags,
      clientToken,
    }: Pick<ScheduleGroup, 'team' | 'name' | 'tags' | 'clientToken'>,
    settle: Settle<void>,
  ): Input {
    return this.#input(settle, (turn) => {
      checkChangeable(name);
      const key = keyOf(team, name);
      const known = this.#groups.get(key)?.current;
      if (known) {
        const isRepeat = clientToken !== undefined && known.clientToken === clientToken;
        if (isRepeat) return;
        throw new EngineError('ScheduleGroupExists', { group: name });
      }
      const ofTeam = [...this.#groups.values()].filter(({ current }) => current?.team === team);
      if (ofTeam.length >= MAX_GROUPS) {
        throw new EngineError('TooManySchedules', { what: 'schedule groups', limit: MAX_GROUPS });
      }
      const now = this.#parts.time.now();
      const token = clientToken === undefined ? {} : { clientToken };
      this.#putGroup(turn, key, { team, name, tags, createdAt: now, updatedAt: now, ...token });
    });
  }

  /** Its schedules go with it. */
  deleteGroupInput(
    team: string,
    name: string,
    clientToken: string | undefined,
    settle: Settle<void>,
  ): Input {
    return this.#input(settle, (turn) => {
      checkChangeable(name);
      const key = keyOf(team, name);
      const deletion = `${key} ${clientToken}`;
      if (this.#groups.get(key)?.current === undefined) {
        if (clientToken !== undefined && this.#deletions.has(deletion)) return;
        throw new EngineError('ScheduleGroupNotFound', { group: name });
      }
      for (const slot of this.#schedules.values()) {
        const schedule = slot.current?.schedule;
        if (schedule?.team === team && schedule.group === name) this.#put(turn, slot, undefined);
      }
      this.#putGroup(turn, key, undefined);
      if (clientToken !== undefined) turn.afterCommit(() => this.#rememberDeletion(deletion));
    });
  }

  /** @param change throws when the tags become too many */
  tagGroupInput(
    team: string,
    name: string,
    change: (tags: ScheduleGroup['tags']) => ScheduleGroup['tags'],
    settle: Settle<void>,
  ): Input {
    return this.#input(settle, (turn) => {
      checkChangeable(name);
      const key = keyOf(team, name);
      const known = this.#groups.get(key)?.current;
      if (known === undefined) throw new EngineError('ScheduleGroupNotFound', { group: name });
      const updatedAt = this.#parts.time.now();
      this.#putGroup(turn, key, { ...known, tags: change(known.tags), updatedAt });
    });
  }

  #input(settle: Settle<void>, act: (turn: Turn) => void): Input {
    return {
      refuse: settle.reject,
      perform: (turn) => {
        act(turn);
        turn.afterCommit(() => settle.resolve());
        return 'done';
      },
    };
  }

  #checkGroup(team: string, group: string): void {
    if (group === DEFAULT_GROUP || this.#groups.get(keyOf(team, group))?.current) return;
    throw new EngineError('ScheduleGroupNotFound', { group });
  }

  #rememberDeletion(deletion: string): void {
    const [oldest] = this.#deletions;
    if (this.#deletions.size >= MAX_DELETIONS && oldest !== undefined) {
      this.#deletions.delete(oldest);
    }
    this.#deletions.add(deletion);
  }

  /** It is in the map only once something was put. */
  #slot(key: string): ScheduleSlot {
    return this.#schedules.get(key) ?? { current: undefined, durable: undefined, isQueued: false };
  }

  #put(turn: Turn, slot: ScheduleSlot, held: HeldSchedule | undefined): void {
    const { schedule } = (held ?? slot.current) as HeldSchedule;
    const { team, group, name } = schedule;
    const at = { team, name: `${group}/${name}` };
    if (held === undefined) turn.declarations.push({ kind: SCHEDULE, ...at });
    else if (held.schedule !== slot.current?.schedule) {
      turn.declarations.push({ kind: SCHEDULE, ...at, record: toRecord(held.schedule) });
    }
    const progress = held === undefined ? {} : { record: toRecord(held.progress) };
    turn.declarations.push({ kind: PROGRESS, ...at, ...progress });
    this.#keep(turn, this.#schedules, keyOf(team, group, name), slot, held);
    turn.afterCommit(() => this.#watchSoon());
  }

  #putGroup(turn: Turn, key: string, group: ScheduleGroup | undefined): void {
    const kept = this.#groups.get(key) ?? { current: undefined, durable: undefined };
    const { team, name } = (group ?? kept.current) as ScheduleGroup;
    const record = group === undefined ? {} : { record: toRecord(group) };
    turn.declarations.push({ kind: GROUP, team, name, ...record });
    this.#keep(turn, this.#groups, key, kept, group);
  }

  #keep<Value, Slot extends Kept<Value>>(
    turn: Turn,
    all: Map<string, Slot>,
    key: string,
    slot: Slot,
    value: Value | undefined,
  ): void {
    slot.current = value;
    all.set(key, slot);
    const forget = (): void => {
      const isGone = slot.current === undefined && slot.durable === undefined;
      if (isGone && all.get(key) === slot) all.delete(key);
    };
    turn.afterCommit(() => {
      slot.durable = slot.current;
      forget();
    });
    turn.afterFailure(() => {
      slot.current = slot.durable;
      forget();
    });
  }

  /** After a commit in which many were served the timer is set once. */
  #watchSoon(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#parts.clock.soon(() => {
      this.#isWatching = false;
      this.#watch();
    });
  }

  #watch(): void {
    if (!this.#isOpen) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const { durable, isQueued } of this.#schedules.values()) {
      const next = durable?.next;
      if (!isQueued && next !== undefined && next < soonest) soonest = next;
    }
    this.#alarm.set(soonest === Number.POSITIVE_INFINITY ? undefined : soonest);
  }

  #wake(): void {
    if (!this.#isOpen) return;
    const now = this.#parts.time.now();
    const due: ScheduleSlot[] = [];
    for (const slot of this.#schedules.values()) {
      const next = slot.durable?.next;
      if (slot.isQueued || next === undefined || next > now) continue;
      slot.isQueued = true;
      due.push(slot);
    }
    for (let from = 0; from < due.length; from += SERVED_AT_ONCE) {
      this.#parts.loop.add(this.#serveInput(due.slice(from, from + SERVED_AT_ONCE)));
    }
    this.#watch();
  }

  #serveInput(slots: readonly ScheduleSlot[]): Input {
    return {
      perform: (turn) => {
        turn.afterCommit(() => {
          for (const slot of slots) slot.isQueued = false;
          this.#watchSoon();
        });
        const waiting = slots.flatMap((slot) => {
          const performed = this.#serve(turn, slot);
          return performed instanceof Promise ? [performed] : [];
        });
        return waiting.length === 0 ? 'done' : Promise.all(waiting).then((): Performed => 'done');
      },
    };
  }

  /** What could not be invoked is a dead letter, under the queue that the target names. */
  #bury(turn: Turn, { team, group, name, settings }: ApiSchedule, at: number, why: string): void {
    const { arns, triggers } = this.#parts;
    const { target } = settings;
    const arn = scheduleArn(arns.identity, group, name);
    const input = (target as JsonObject).Input;
    const delivery = {
      rule: arn,
      target: { ...(target as JsonObject), Id: name, Arn: String(target.Arn) },
      eventId: `${arn} ${new Date(at).toISOString()}`,
      body: typeof input === 'string' ? input : '{}',
    };
    triggers.rules.deliveries.bury(turn, team, delivery, { code: 'NO_RESOURCE', message: why });
  }

  #serve(turn: Turn, slot: ScheduleSlot): void | Promise<void> {
    const held = slot.current;
    const now = this.#parts.time.now();
    if (held?.timing === undefined || held.next === undefined || held.next > now) return;
    const { schedule, progress, timing, spread } = held;
    const { served } = progress;
    const from = Math.max(served, now - ageOf(schedule.settings));
    const all = { policy: 'all', max: MOST_MADE_UP_FOR } as const;
    const { fire, skipped } = dueTimes(timing, from, now, all, spread);
    // Without grace: everything up to there is too old.
    const old = dueTimes(timing, served, from, { policy: 'skip' }, spread, -1).skipped;
    const dropped = skipped ?? old;
    let failure = progress.failure;
    const note = (fireTime: number, reason: string | undefined): void => {
      const count = (failure?.count ?? 0) + 1;
      failure = reason === undefined ? undefined : { at: now, fireTime, reason, count };
      if (reason !== undefined) this.#bury(turn, schedule, fireTime, reason);
    };
    const waiting: Promise<void>[] = [];
    for (const fireTime of fire) {
      const reason = invoke(this.#parts, turn, schedule, timing, fireTime);
      if (reason instanceof Promise) waiting.push(reason.then((told) => note(fireTime, told)));
      else note(fireTime, reason);
    }
    const finish = (): void => {
      const { failure: _, ...rest } = progress;
      const last = fire.at(-1);
      const reached: ScheduleProgress = {
        ...rest,
        served: Math.max(served, now),
        ...(last === undefined ? {} : { last }),
        ...(failure === undefined ? {} : { failure }),
        ...(dropped === undefined
          ? {}
          : {
              dropped: { at: now, count: dropped.count, first: dropped.first, last: dropped.last },
            }),
      };
      const after = hold(schedule, reached);
      const isOver = after.next === undefined && schedule.settings.afterCompletion === 'DELETE';
      // One whose last invocation failed stays, so that people see why.
      this.#put(turn, slot, isOver && failure === undefined ? undefined : after);
    };
    return waiting.length === 0 ? finish() : Promise.all(waiting).then(finish);
  }
}

function hold(schedule: ApiSchedule, progress: ScheduleProgress): HeldSchedule {
  const timing = timingOf(schedule);
  const spread = spreadOf(schedule, progress.since);
  const isActive = timing !== undefined && schedule.settings.state === 'ENABLED';
  const next = isActive ? nextStart(timing, spread, progress.served) : undefined;
  return { schedule, progress, timing, spread, next };
}

/** Milliseconds. */
function ageOf({ target }: ScheduleSettings): number {
  const age = (target.RetryPolicy as JsonObject | undefined)?.MaximumEventAgeInSeconds;
  return typeof age === 'number' ? age * 1000 : DEFAULT_AGE;
}

function keyOf(team: string, ...names: string[]): string {
  return `${team} ${names.join('/')}`;
}

/** Throws ScheduleGroupFixed for the default group. */
function checkChangeable(group: string): void {
  if (group === DEFAULT_GROUP) throw new EngineError('ScheduleGroupFixed', { group });
}

/** Through text: what is kept is what the store will give back. */
function toRecord(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
