/**
 * Starts pipelines on their schedules: one execution for each fire time, whatever happens.
 *
 *     wake ──▶ due since `served` ──▶ one turn: executions + new `served` ──commit
 *
 * How far a schedule was served is in the store, written in the commit that creates the executions; an execution is named
 * after its fire time. So a crash, a restart or a clock that jumps back starts nothing twice, and what was missed while the
 * server was away is decided by the schedule's catch-up policy. A schedule that is new or has changed begins now.
 *
 * A flexible window or jitter delays the start, never the fire time: name and interval are those of the fire time, and
 * `served` then says up to when *starts* were made. What the start is, is computed (`spread.ts`), so nothing is remembered
 * of a fire time that waits for its start.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { intervalOf } from '../../../events/intervals/interval.js';
import { type CatchUp, dueTimes } from '../../../events/schedules/due-times.js';
import { parseSchedule, type Schedule } from '../../../events/schedules/schedule.js';
import { nextStart, type Spread, upcoming } from '../../../events/schedules/spread.js';
import { parseDuration } from '../../../pipelines/duration.js';
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type { PipelineRef } from '../../../store/store.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import { Alarm } from '../../kernel/alarm.js';
import { EngineError } from '../../kernel/errors.js';
import type { Machinery } from '../../kernel/machinery.js';
import { startInput } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Performed } from '../../kernel/turn-loop.js';
import { triggerPlanOf } from '../bus/trigger-plan.js';

interface Scheduled {
  readonly ref: PipelineRef;
  readonly schedule: Schedule;
  readonly catchUp: CatchUp;
  readonly spread: Spread;
  /** The section as written: a change begins anew. */
  readonly written: string;
  /** Epoch milliseconds up to which starts were made. */
  served: number;
  /** The next start; undefined: never again. */
  next: number | undefined;
}

const KIND = 'schedule';

export class PipelineSchedules {
  readonly #parts: Machinery;
  /** By `pipelineKey`. */
  readonly #all: Map<string, Scheduled> = new Map();
  /** What the store remembers, by `pipelineKey`. */
  readonly #remembered: Map<string, JsonObject> = new Map();
  readonly #alarm: Alarm;
  #isOpen = false;

  constructor(parts: Machinery) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts, () => this.#wake());
  }

  /** @param remembered what the store has of schedules, by `pipelineKey` */
  open(remembered: ReadonlyMap<string, JsonObject>): void {
    for (const [key, state] of remembered) this.#remembered.set(key, state);
    for (const machine of this.#parts.machines.all()) this.deployed(machine);
    this.#isOpen = true;
    this.#watch();
  }

  close(): void {
    this.#isOpen = false;
    this.#alarm.set(undefined);
  }

  forgotten(key: string): void {
    this.#all.delete(key);
  }

  deployed({ ref, key, deployment }: LoadedMachine): void {
    const { schedule: section } = triggerPlanOf(deployment);
    const parsed = section && parseSchedule(section, dialectOf(section));
    if (section === undefined || parsed === undefined || 'problems' in parsed) {
      this.#all.delete(key);
      return;
    }
    const written = JSON.stringify(section);
    const known = this.#all.get(key);
    if (known?.written === written) return;
    const remembered = this.#remembered.get(key);
    const isKnown = remembered?.written === written;
    const served = isKnown ? Number(remembered.served) : this.#parts.time.now();
    const since = isKnown ? Number(remembered.since ?? 0) : served;
    const { schedule } = parsed;
    const spread = spreadOf(section, ref.name, since);
    const entry: Scheduled = {
      ref,
      schedule,
      catchUp: catchUpOf(section),
      spread,
      written,
      served,
      next: nextStart(schedule, spread, served),
    };
    this.#all.set(key, entry);
    // From when on it is served must be durable too: or a restart would begin at another time.
    if (!isKnown) this.#parts.loop.add(this.#serveInput(entry, served));
    if (this.#isOpen) this.#watch();
  }

  /** When a pipeline's schedule starts it next. */
  next(pipeline: PipelineRef): number | undefined {
    return this.#of(pipeline)?.next;
  }

  /** When the first of all schedules fires. */
  nextDue(): number | undefined {
    let soonest: number | undefined;
    for (const { next } of this.#all.values()) {
      if (next !== undefined && next < (soonest ?? Number.POSITIVE_INFINITY)) soonest = next;
    }
    return soonest;
  }

  /** The next fire times of a pipeline's schedule that have not started, with their starts. */
  upcoming(pipeline: PipelineRef, count: number): { fireTime: number; start: number }[] {
    const known = this.#of(pipeline);
    if (known === undefined) return [];
    return upcoming(known.schedule, known.spread, this.#parts.time.now(), count);
  }

  spreadOf(pipeline: PipelineRef): Spread | undefined {
    return this.#of(pipeline)?.spread;
  }

  scheduleOf(pipeline: PipelineRef): Schedule | undefined {
    return this.#of(pipeline)?.schedule;
  }

  #of(pipeline: PipelineRef): Scheduled | undefined {
    return this.#all.get(pipelineKey(pipeline));
  }

  #watch(): void {
    if (this.#isOpen) this.#alarm.set(this.nextDue());
  }

  #wake(): void {
    if (!this.#isOpen) return;
    const now = this.#parts.time.now();
    for (const entry of this.#all.values()) {
      if (entry.next === undefined || entry.next > now) continue;
      // Only when it is written is it served; until then nothing else serves it.
      entry.next = undefined;
      this.#parts.loop.add(this.#serveInput(entry, now));
    }
    this.#watch();
  }

  #serveInput(
    entry: Scheduled,
    now: number,
  ): { perform(turn: Turn): Performed | Promise<Performed> } {
    return {
      perform: (turn) => {
        const { schedule, served, catchUp, spread } = entry;
        const { fire } = dueTimes(schedule, served, now, catchUp, spread);
        const waiting = fire.flatMap((at) => {
          const performed = this.#start(turn, entry, at);
          return performed instanceof Promise ? [performed] : [];
        });
        const { ref, written } = entry;
        turn.triggers.set(`${pipelineKey(ref)} ${KIND}`, {
          team: ref.team,
          pipeline: ref.name,
          kind: KIND,
          state: { written, served: Math.max(entry.served, now), since: spread.since },
        });
        turn.afterCommit(() => {
          entry.served = Math.max(entry.served, now);
          entry.next = nextStart(schedule, spread, entry.served);
          this.#watch();
        });
        return waiting.length === 0 ? 'done' : Promise.all(waiting).then(() => 'done' as const);
      },
    };
  }

  #start(turn: Turn, entry: Scheduled, at: number): Performed | Promise<Performed> {
    const { ref, schedule } = entry;
    const request = {
      pipeline: ref,
      name: `schedule-${new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`,
      interval: intervalOf(schedule, at).id,
      triggeredBy: { type: KIND, at: new Date(at).toISOString(), depth: 0 },
    };
    try {
      return startInput(this.#parts, request, { resolve() {}, reject() {} }).perform(turn);
    } catch (error) {
      // Somebody has started one of that name with another input: the fire time has its execution.
      if (error instanceof EngineError) return 'done';
      throw error;
    }
  }
}

function dialectOf(section: JsonObject): 'scheduler' | 'unix' {
  return section.dialect === 'unix' ? 'unix' : 'scheduler';
}

function spreadOf(section: JsonObject, name: string, since: number): Spread {
  const { flexibleWindow, jitter } = section;
  const milliseconds = (duration: unknown): number =>
    typeof duration === 'string' || typeof duration === 'number'
      ? (parseDuration(duration) ?? 0) * 1000
      : 0;
  return {
    name,
    window: milliseconds(flexibleWindow),
    place: 'same',
    jitter: milliseconds(jitter),
    since,
  };
}

/** `skip`, `latest` (the default) or `{ all: N }`. */
function catchUpOf({ catchUp }: JsonObject): CatchUp {
  if (catchUp === 'skip') return { policy: 'skip' };
  if (typeof catchUp === 'object' && catchUp !== null && !Array.isArray(catchUp)) {
    return { policy: 'all', max: Number(catchUp.all) };
  }
  return { policy: 'latest' };
}
