/**
 * EventBridge Scheduler's schedules: kept, watched, and served, each fire time once.
 *
 *     wake ──▶ due since `served` ──▶ one turn: what the targets start + new `served` ──commit
 *
 * Like the schedules of pipelines (pipeline-schedules.ts), with AWS's rules for what was missed: an invocation is made
 * late while it is younger than its target's MaximumEventAgeInSeconds, and dropped then. What is dropped, and what fails, is
 * noted with the progress and shown in lists of schedules.
 *
 * Turns read and change schedules as the turn that runs now leaves them, everybody else sees them as the store has them.
 * @module
 */

import type { JsonObject } from '../../../asl/json.js';
import { dueTimes } from '../../../events/schedules/due-times.js';
import type { Schedule } from '../../../events/schedules/schedule.js';
import { nextStart, type Spread } from '../../../events/schedules/spread.js';
import type { AnyTable, Table } from '../../../store/table.js';
import { asStored, Declared, type DeclaredRow, declaredTable } from '../../kernel/declared.js';
import { EngineError } from '../../kernel/errors.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Settle } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
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
} from './api-schedule.js';
import { type InvocationPeers, invoke } from './invoke-target.js';
import type { ScheduleEntry, Schedules } from './schedules.js';

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

/** Tables of schedules, how far each was served, and groups. Names of schedules are `GROUP/NAME` there. */
export const API_SCHEDULES: Table<DeclaredRow> = declaredTable('schedules', 'schedule');
export const SCHEDULE_PROGRESS: Table<DeclaredRow> = declaredTable(
  'schedule_progress',
  'schedule-progress',
);
export const SCHEDULE_GROUPS: Table<DeclaredRow> = declaredTable(
  'schedule_groups',
  'schedule-group',
);

/** What schedules of clients need of others. */
export interface ApiSchedulePeers extends InvocationPeers {
  readonly schedules: Schedules;
  /** Keeps an invocation that could not be made as a dead letter. */
  bury(turn: Turn, team: string, delivery: BuriedDelivery, why: string): void;
}

/** An invocation that could not be made. */
export interface BuriedDelivery {
  rule: string;
  target: JsonObject & { Id: string; Arn: string };
  eventId: string;
  body: string;
}

export class ApiSchedules implements Feature {
  readonly name = 'api schedules';
  readonly tables: readonly AnyTable[] = [API_SCHEDULES, SCHEDULE_PROGRESS, SCHEDULE_GROUPS];
  readonly #kernel: Kernel;
  readonly #peers: ApiSchedulePeers;
  /** By team and `GROUP/NAME`. */
  readonly #schedules: TurnMap<string, HeldSchedule> = new TurnMap();
  readonly #groups: Declared<ScheduleGroup> = new Declared(SCHEDULE_GROUPS);
  /** Their entries among all schedules, by the same keys. */
  readonly #entries: Map<string, ScheduleEntry> = new Map();
  readonly #deletions: Set<string> = new Set();
  #openedAt = 0;

  constructor(kernel: Kernel, peers: ApiSchedulePeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  /** Reads what clients have made. */
  async open(): Promise<void> {
    const { store, time } = this.#kernel;
    this.#openedAt = time.now();
    await this.#groups.open(store);
    const progress = new Map<string, ScheduleProgress>();
    for (const { team, name, record } of await store.listRows(SCHEDULE_PROGRESS)) {
      progress.set(keyOf(team, name), record as unknown as ScheduleProgress);
    }
    for (const { team, name, record } of await store.listRows(API_SCHEDULES)) {
      const key = keyOf(team, name);
      const schedule = record as unknown as ApiSchedule;
      const from = { served: schedule.updatedAt, since: schedule.updatedAt };
      this.#schedules.remember(key, hold(schedule, progress.get(key) ?? from));
      this.#watch(key);
    }
  }

  /** Its entry among all schedules follows what is durable of it. */
  #watch(key: string): void {
    const isThere = this.#schedules.durable(key) !== undefined;
    if (!isThere) this.#entries.delete(key);
    else if (!this.#entries.has(key)) {
      this.#entries.set(key, {
        next: () => this.#schedules.durable(key)?.next,
        serve: (turn) => this.#serve(turn, key),
      });
    }
    this.#peers.schedules.changed(`api ${key}`, this.#entries.get(key));
  }

  /** Those of the teams, by team, group and name; those of all teams when undefined. */
  list(teams?: readonly string[]): HeldSchedule[] {
    return this.#schedules
      .durableEntries()
      .filter(([, { schedule }]) => !teams || teams.includes(schedule.team))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, held]) => held);
  }

  /** Throws ScheduleNotFound. */
  get(team: string, group: string, name: string): HeldSchedule {
    const found = this.#schedules.durable(keyOf(team, group, name));
    if (found === undefined) throw new EngineError('ScheduleNotFound', { schedule: name });
    return found;
  }

  /** By name, the default group among them. */
  groups(team: string): ScheduleGroup[] {
    return this.#groups
      .listDurable(team)
      .map(({ value }) => value)
      .concat(this.#defaultGroup(team))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws ScheduleGroupNotFound. */
  group(team: string, name: string): ScheduleGroup {
    if (name === DEFAULT_GROUP) return this.#defaultGroup(team);
    const found = this.#groups.durable(team, name);
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
      const key = keyOf(team, group, name);
      const known = this.#schedules.get(key);
      if (known) {
        const { schedule } = known;
        const isRepeat = clientToken !== undefined && schedule.clientToken === clientToken;
        if (isRepeat && JSON.stringify(schedule.settings) === JSON.stringify(settings)) return;
        throw new EngineError('ScheduleExists', { schedule: name });
      }
      if (this.#schedules.size >= MAX_SCHEDULES) {
        throw new EngineError('TooManySchedules', { what: 'schedules', limit: MAX_SCHEDULES });
      }
      const now = this.#kernel.time.now();
      const anchor = Math.floor(now / 1000) * 1000;
      const schedule: ApiSchedule = { ...wanted, createdAt: now, updatedAt: now, anchor };
      this.#put(turn, key, hold(schedule, { served: now, since: now }));
    });
  }

  /** Replaces all settings. What fires at the same times as before goes on where it was; what does not, begins now. */
  updateInput(
    { team, group, name, settings }: Pick<ApiSchedule, 'team' | 'group' | 'name' | 'settings'>,
    settle: Settle<void>,
  ): Input {
    return this.#input(settle, (turn) => {
      this.#checkGroup(team, group);
      const key = keyOf(team, group, name);
      const known = this.#schedules.get(key);
      if (!known) throw new EngineError('ScheduleNotFound', { schedule: name });
      const { schedule, progress } = known;
      const now = this.#kernel.time.now();
      const isAlike = firesAlike(schedule.settings, settings);
      const isSameRate = schedule.settings.expression === settings.expression;
      const changed: ApiSchedule = {
        ...schedule,
        settings,
        updatedAt: now,
        anchor: isSameRate ? schedule.anchor : Math.floor(now / 1000) * 1000,
      };
      const reached = isAlike ? progress : { ...progress, served: now, since: now };
      this.#put(turn, key, hold(changed, reached));
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
      if (!this.#schedules.has(key)) {
        if (clientToken !== undefined && this.#deletions.has(deletion)) return;
        throw new EngineError('ScheduleNotFound', { schedule: name });
      }
      this.#put(turn, key, undefined);
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
      const known = this.#groups.get(team, name);
      if (known) {
        const isRepeat = clientToken !== undefined && known.clientToken === clientToken;
        if (isRepeat) return;
        throw new EngineError('ScheduleGroupExists', { group: name });
      }
      if (this.#groups.count(team) >= MAX_GROUPS) {
        throw new EngineError('TooManySchedules', { what: 'schedule groups', limit: MAX_GROUPS });
      }
      const now = this.#kernel.time.now();
      const token = clientToken === undefined ? {} : { clientToken };
      const group = { team, name, tags, createdAt: now, updatedAt: now, ...token };
      this.#groups.put(turn, team, name, asStored(group));
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
      if (this.#groups.get(team, name) === undefined) {
        if (clientToken !== undefined && this.#deletions.has(deletion)) return;
        throw new EngineError('ScheduleGroupNotFound', { group: name });
      }
      for (const [its, { schedule }] of [...this.#schedules.entries()]) {
        if (schedule.team === team && schedule.group === name) this.#put(turn, its, undefined);
      }
      this.#groups.put(turn, team, name, undefined);
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
      const known = this.#groups.get(team, name);
      if (known === undefined) throw new EngineError('ScheduleGroupNotFound', { group: name });
      const updatedAt = this.#kernel.time.now();
      this.#groups.put(
        turn,
        team,
        name,
        asStored({ ...known, tags: change(known.tags), updatedAt }),
      );
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
    if (group === DEFAULT_GROUP || this.#groups.get(team, group)) return;
    throw new EngineError('ScheduleGroupNotFound', { group });
  }

  #rememberDeletion(deletion: string): void {
    const [oldest] = this.#deletions;
    if (this.#deletions.size >= MAX_DELETIONS && oldest !== undefined) {
      this.#deletions.delete(oldest);
    }
    this.#deletions.add(deletion);
  }

  #put(turn: Turn, key: string, held: HeldSchedule | undefined): void {
    const before = this.#schedules.get(key);
    const { schedule } = (held ?? before) as HeldSchedule;
    const { team } = schedule;
    const name = `${schedule.group}/${schedule.name}`;
    if (held === undefined) {
      turn.remove(API_SCHEDULES, [team, name]);
      turn.remove(SCHEDULE_PROGRESS, [team, name]);
    } else {
      if (held.schedule !== before?.schedule) {
        turn.put(API_SCHEDULES, { team, name, record: toRecord(held.schedule) });
      }
      turn.put(SCHEDULE_PROGRESS, { team, name, record: toRecord(held.progress) });
    }
    this.#schedules.set(turn, key, held);
    turn.afterCommit(() => this.#watch(key));
  }

  /** What could not be invoked is a dead letter, under the queue that the target names. */
  #bury(turn: Turn, { team, group, name, settings }: ApiSchedule, at: number, why: string): void {
    const { arns } = this.#kernel;
    const { target } = settings;
    const arn = scheduleArn(arns.identity, group, name);
    const input = (target as JsonObject).Input;
    const delivery = {
      rule: arn,
      target: { ...(target as JsonObject), Id: name, Arn: String(target.Arn) },
      eventId: `${arn} ${new Date(at).toISOString()}`,
      body: typeof input === 'string' ? input : '{}',
    };
    this.#peers.bury(turn, team, delivery, why);
  }

  #serve(turn: Turn, key: string): void {
    const held = this.#schedules.get(key);
    const now = this.#kernel.time.now();
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
    for (const fireTime of fire) {
      const came = (reason: string | undefined): void => note(fireTime, reason);
      invoke({ kernel: this.#kernel, peers: this.#peers, turn, schedule, timing, fireTime, came });
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
      this.#put(turn, key, isOver && failure === undefined ? undefined : after);
    };
    // When it is known what came of each.
    turn.also({
      perform() {
        finish();
        return 'done';
      },
    });
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

function toRecord(value: object): JsonObject {
  return asStored(value) as JsonObject;
}
