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

import { intervalOf } from '../../../events/intervals/interval.js';
import { type CatchUp, dueTimes } from '../../../events/schedules/due-times.js';
import { nextTime, type Schedule } from '../../../events/schedules/schedule.js';
import { nextStart, type Spread, upcoming } from '../../../events/schedules/spread.js';
import { SCHEDULE } from '../../../pipelines/sections/schedule-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type { PipelineRef } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import { defineTable, type Table } from '../../../store/table.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { startInTurn } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { ScheduleEntry, Schedules } from './schedules.js';

interface Scheduled extends ScheduleEntry {
  readonly ref: PipelineRef;
  readonly schedule: Schedule;
  readonly catchUp: CatchUp;
  readonly spread: Spread;
  /** The section as written: a change begins anew. */
  readonly written: string;
  /** Epoch milliseconds up to which starts were made. */
  served: number;
}

interface ScheduleRow {
  team: string;
  pipeline: string;
  /** The section as it was written. */
  written: string;
  /** Epoch milliseconds up to which starts were made, and since when the schedule is what it is. */
  served: number;
  since: number;
}

/** Table `pipeline_schedules`: how far the schedules of pipelines were served. */
export const PIPELINE_SCHEDULES: Table<ScheduleRow> = defineTable<ScheduleRow>({
  name: 'pipeline_schedules',
  columns: {
    team: 'text',
    pipeline: 'text',
    written: 'text',
    served: 'integer',
    since: 'integer',
  },
  key: ['team', 'pipeline'],
  migrations: [
    {
      both: `CREATE TABLE pipeline_schedules (
       team TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       written TEXT NOT NULL,
       served BIGINT NOT NULL,
       since BIGINT NOT NULL,
       PRIMARY KEY (team, pipeline)
     );`,
      sqlite: `INSERT INTO pipeline_schedules (team, pipeline, written, served, since)
       SELECT team, pipeline, json_extract(state, '$.written'), json_extract(state, '$.served'),
         COALESCE(json_extract(state, '$.since'), 0)
       FROM trigger_states WHERE kind = 'schedule';
     DELETE FROM trigger_states WHERE kind = 'schedule';`,
    },
  ],
});

const TYPE = 'schedule';

export class PipelineSchedules implements Feature {
  readonly name = 'pipeline schedules';
  readonly tables: readonly AnyTable[] = [PIPELINE_SCHEDULES];
  readonly #kernel: Kernel;
  readonly #schedules: Schedules;
  /** By `pipelineKey`. */
  readonly #all: Map<string, Scheduled> = new Map();
  /** What the store remembers, by `pipelineKey`. */
  readonly #remembered: Map<string, ScheduleRow> = new Map();

  constructor(kernel: Kernel, schedules: Schedules) {
    this.#kernel = kernel;
    this.#schedules = schedules;
  }

  async open(): Promise<void> {
    for (const row of await this.#kernel.store.listRows(PIPELINE_SCHEDULES)) {
      this.#remembered.set(pipelineKey({ team: row.team, name: row.pipeline }), row);
    }
  }

  withdrawn(key: string): void {
    this.#all.delete(key);
    this.#schedules.changed(idOf(key), undefined);
  }

  deployed({ ref, key, deployment }: LoadedMachine): void {
    const section = sectionOf(SCHEDULE, deployment);
    if (section === undefined) {
      if (this.#all.has(key)) this.withdrawn(key);
      return;
    }
    const { schedule, catchUp } = section;
    const written = JSON.stringify(section.written);
    const known = this.#all.get(key);
    if (known?.written === written) return;
    const remembered = this.#remembered.get(key);
    const row = remembered?.written === written ? remembered : undefined;
    const served = row?.served ?? this.#kernel.time.now();
    const since = row?.since ?? served;
    const { window, jitter } = section;
    const spread: Spread = { name: ref.name, window, place: 'same', jitter, since };
    const entry: Scheduled = {
      ref,
      schedule,
      catchUp,
      spread,
      written,
      served,
      next: () => nextStart(schedule, spread, entry.served),
      serve: (turn) => this.#serve(turn, entry),
    };
    this.#all.set(key, entry);
    this.#schedules.changed(idOf(key), entry);
    // From when on it is served must be durable too: or a restart would begin at another time.
    if (row === undefined) this.#schedules.serve(idOf(key));
  }

  /** When a pipeline's schedule starts it next. */
  next(pipeline: PipelineRef): number | undefined {
    return this.#of(pipeline)?.next();
  }

  /** The next fire times of a pipeline's schedule that have not started, with their starts. */
  upcoming(pipeline: PipelineRef, count: number): { fireTime: number; start: number }[] {
    const known = this.#of(pipeline);
    if (known === undefined) return [];
    return upcoming(known.schedule, known.spread, this.#kernel.time.now(), count);
  }

  spreadOf(pipeline: PipelineRef): Spread | undefined {
    return this.#of(pipeline)?.spread;
  }

  /** The first fire time after an instant; undefined when there is none. */
  nextFire(pipeline: PipelineRef, after: number): number | undefined {
    const schedule = this.scheduleOf(pipeline);
    return schedule && nextTime(schedule, after);
  }

  scheduleOf(pipeline: PipelineRef): Schedule | undefined {
    return this.#of(pipeline)?.schedule;
  }

  #of(pipeline: PipelineRef): Scheduled | undefined {
    return this.#all.get(pipelineKey(pipeline));
  }

  #serve(turn: Turn, entry: Scheduled): void {
    const { ref, schedule, served, catchUp, spread, written } = entry;
    const now = this.#kernel.time.now();
    const { fire } = dueTimes(schedule, served, now, catchUp, spread);
    for (const at of fire) this.#start(turn, entry, at);
    const reached = Math.max(served, now);
    turn.put(PIPELINE_SCHEDULES, {
      team: ref.team,
      pipeline: ref.name,
      written,
      served: reached,
      since: spread.since,
    });
    turn.afterCommit(() => {
      entry.served = reached;
    });
  }

  #start(turn: Turn, entry: Scheduled, at: number): void {
    const { ref, schedule } = entry;
    const request = {
      pipeline: ref,
      name: `schedule-${new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`,
      interval: intervalOf(schedule, at).id,
      triggeredBy: { type: TYPE, at: new Date(at).toISOString(), depth: 0 },
    };
    // Somebody may have started one of that name with another input: the fire time has its execution.
    startInTurn(this.#kernel, turn, request);
  }
}

/** Its key among all schedules. */
function idOf(key: string): string {
  return `pipeline ${key}`;
}
