/**
 * Starts a pipeline when all partners have delivered for an interval, or without those who are missing at a deadline.
 *
 *     look ──▶ board of all intervals ──▶ due? one turn: execution + `served` ──commit
 *
 * The execution is named after the interval, so there is exactly one for each, whatever is delivered later and whatever
 * crashes. Who has arrived is never remembered: it is what lies there. How far deadlines were served is in the store, in the
 * commit that creates the executions.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import {
  type ArrivalRules,
  arrivalBoard,
  type BoardEntry,
} from '../../../events/arrivals/arrival-board.js';
import { matchArrival } from '../../../events/arrivals/arrival-pattern.js';
import {
  dayOrHour,
  intervalsUntil,
  type PartnerCell,
  partnerCell,
  type SeenInterval,
} from '../../../events/arrivals/partner-board.js';
import { checkPartners, parsePartners } from '../../../events/arrivals/partner-list.js';
import { deadlineOf } from '../../../events/conditions/evaluate-condition.js';
import { calendarInterval } from '../../../events/intervals/interval.js';
import type { FilesSection } from '../../../pipelines/sections/files-section.js';
import type { PipelineRef } from '../../../store/store.js';
import { defineTable, type Table } from '../../../store/table.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type StartOf, startNeeds, tryStart } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import type { FileSource, ListedFile } from './listed-file.js';

/** How the arrivals for an interval stand. */
export interface ArrivalState {
  interval: string;
  /** Partners in the list. */
  expected: number;
  arrived: number;
  missing: string[];
  /** Whose files lie there though the list does not name them. */
  unexpected: string[];
  /** Epoch milliseconds. */
  deadline?: number;
  /** The deadline has passed. */
  isLate: boolean;
  /** What happens then. */
  whenMissing: 'wait' | 'start';
  /** The execution for the interval. */
  started?: { name: string; at: number };
  /** Other intervals for which somebody is missing and nothing was started, the latest first. */
  open: { interval: string; arrived: number }[];
  /** What keeps it from being judged or started. */
  problem?: string;
}

/** What partners have delivered for some intervals. */
export interface PartnerBoard {
  under: string;
  timezone: string;
  /** `HH:MM` on the interval. */
  by?: string;
  whenMissing: 'wait' | 'start';
  /** What keeps it from being judged or started. */
  problem?: string;
  /** The earliest first. */
  intervals: {
    interval: string;
    /** Epoch milliseconds; absent: there is none, or it was before the trigger. */
    deadline?: number;
    arrived: number;
    /** Files of somebody who is not in the list. */
    unexpected: number;
    started?: { id: string; name: string; at: number };
  }[];
  /** In the order of the list. */
  partners: readonly string[];
  cells(partner: string): PartnerCell[];
}

/** Where a pipeline's files lie. */
export interface ArrivalPlace {
  readonly pipeline: PipelineRef;
  /** The pipeline's folder. */
  readonly folder: string;
  readonly under: string;
}

interface ArrivalRow {
  team: string;
  pipeline: string;
  /** Epoch milliseconds up to which deadlines were served. */
  served: number;
}

/** Table `arrivals`: how far the deadlines of arrivals were served. */
export const ARRIVALS: Table<ArrivalRow> = defineTable<ArrivalRow>({
  name: 'arrivals',
  columns: { team: 'text', pipeline: 'text', served: 'integer' },
  key: ['team', 'pipeline'],
  migrations: [
    {
      both: `CREATE TABLE arrivals (
       team TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       served BIGINT NOT NULL,
       PRIMARY KEY (team, pipeline)
     );`,
      sqlite: `INSERT INTO arrivals (team, pipeline, served)
       SELECT team, pipeline, json_extract(state, '$.served') FROM trigger_states WHERE kind = 'arrivals';
     DELETE FROM trigger_states WHERE kind = 'arrivals';`,
    },
  ],
});

const TYPE = 'arrivals';
/** Bytes of a list of partners. */
const MOST_LIST = 262_144;
/** Milliseconds after a deadline in which a file may still settle. */
const GRACE = 60_000;
/** Names and intervals that are told, at most. */
const TOLD = 100;

export class ArrivalWatch {
  readonly #kernel: Kernel;
  readonly #source: FileSource;
  readonly #place: ArrivalPlace;
  readonly #rules: ArrivalRules;
  readonly #listed: string | string[];
  #board: BoardEntry<ListedFile>[] = [];
  /** Undefined until it has been looked at what lies there. */
  #expected: readonly string[] | undefined;
  #served: number;
  #problem: string | undefined;
  /** Intervals that have their execution. */
  readonly #started: Set<string> = new Set();
  #isStarting = false;

  /**
   * @param section `trigger.files.arrivals`
   * @param served epoch milliseconds up to which deadlines were served; undefined: it is new
   */
  constructor(
    kernel: Kernel,
    source: FileSource,
    place: ArrivalPlace,
    { rules, partners }: NonNullable<FilesSection['arrivals']>,
    served: number | undefined,
  ) {
    this.#kernel = kernel;
    this.#source = source;
    this.#place = place;
    this.#rules = rules;
    this.#listed = partners;
    this.#served = served ?? kernel.time.now();
    // From when on deadlines are served must be durable too: or a restart would begin at another time.
    if (served === undefined) {
      const now = this.#served;
      kernel.submit({
        perform: (turn) => {
          this.#remember(turn, now);
          return 'done' as const;
        },
      });
    }
  }

  /** The next deadline, in milliseconds since the epoch; undefined when there is none. */
  nextDue(): number | undefined {
    const { by, timezone } = this.#rules;
    if (by === undefined) return undefined;
    const now = this.#kernel.time.now();
    const today = calendarInterval('day', timezone, now);
    const tomorrow = calendarInterval('day', timezone, today.end);
    return [today, tomorrow]
      .map((interval) => deadlineOf(by, { interval, timezone }))
      .find((at) => at !== undefined && at > now);
  }

  /** Epoch milliseconds up to which deadlines were served. */
  get served(): number {
    return this.#served;
  }

  /**
   * @param files those that have arrived
   * @param unsettled those that may have: they are looked at once more before somebody is missing for good
   * @param isFirst nothing is known yet of what has arrived
   */
  async look(
    files: readonly ListedFile[],
    unsettled: readonly ListedFile[],
    isFirst: boolean,
  ): Promise<void> {
    const partners = await this.#partners();
    if (this.#isStarting) return;
    if (!Array.isArray(partners)) {
      this.#problem = partners;
      return;
    }
    const now = this.#kernel.time.now();
    const listed = files.map((file) => [file.key, file] as const);
    this.#board = arrivalBoard(this.#rules, partners, listed, this.#served, now);
    this.#expected = partners;
    const { pattern, timezone } = this.#rules;
    const hoped = new Set(
      unsettled.map(({ key }) => matchArrival(pattern, key, timezone)?.interval),
    );
    const due = this.#board.filter((entry) => {
      const { interval, deadline = 0 } = entry;
      if (entry.due === undefined || this.#started.has(interval.id)) return false;
      const isHoped = isFirst || (hoped.has(interval.id) && now < deadline + GRACE);
      return entry.due === 'complete' || !isHoped;
    });
    if (due.length === 0) {
      this.#problem = undefined;
      return;
    }
    this.#isStarting = true;
    this.#kernel.submit(this.#startInput(due, now));
  }

  /** @param wanted an interval; default: today, or the latest one of which there is a file */
  async state(wanted: string | undefined): Promise<ArrivalState> {
    const { timezone, whenMissing } = this.#rules;
    const today = calendarInterval('day', timezone, this.#kernel.time.now()).id;
    const named = wanted ?? today;
    const latest = this.#board.find(({ arrived }) => arrived.size > 0);
    const entry =
      this.#board.find(({ interval, arrived }) => {
        return interval.id === named && (wanted !== undefined || arrived.size > 0);
      }) ?? (wanted === undefined ? (latest ?? this.#board[0]) : undefined);
    const interval = entry?.interval.id ?? named;
    const { pipeline } = this.#place;
    const execution = await this.#kernel.store.findExecutionByName(pipeline, nameFor(interval));
    const open = this.#board.filter(
      ({ interval: { id }, missing, arrived }) =>
        id !== interval && missing.length > 0 && arrived.size > 0 && !this.#started.has(id),
    );
    return {
      interval,
      expected: this.#expected?.length ?? 0,
      arrived: entry?.arrived.size ?? 0,
      missing: [...(entry?.missing ?? this.#expected ?? [])],
      unexpected: (entry?.unexpected ?? []).slice(0, TOLD),
      ...(entry?.deadline === undefined ? {} : { deadline: entry.deadline }),
      isLate: entry?.deadline !== undefined && entry.deadline <= this.#kernel.time.now(),
      whenMissing,
      ...(execution ? { started: { name: execution.name, at: execution.startedAt } } : {}),
      open: open
        .slice(0, TOLD)
        .map(({ interval: { id }, arrived }) => ({ interval: id, arrived: arrived.size })),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  /**
   * @param until the day or the hour with which the last interval ends; default: the present one
   * @returns undefined when `until` is neither
   */
  async board(count: number, until: string | undefined): Promise<PartnerBoard | undefined> {
    const { timezone, by, whenMissing } = this.#rules;
    const now = this.#kernel.time.now();
    const last = this.#lastOf(until, now);
    if (last === undefined) return undefined;
    const intervals = intervalsUntil(last, count, timezone);
    const { pipeline, under } = this.#place;
    const isLooked = this.#expected !== undefined;
    // Where the folder is not there, nothing has been looked at: who is waited for is known all the same.
    const partners = this.#expected ?? (await this.#partners());
    const problem = this.#problem ?? (Array.isArray(partners) ? undefined : String(partners));
    const known = new Map(this.#board.map((entry) => [entry.interval.id, entry]));
    const looked = await Promise.all(
      intervals.map(async (interval) => {
        const entry = known.get(interval.id);
        const found = await this.#kernel.store.findExecutionByName(pipeline, nameFor(interval.id));
        const started = found?.triggeredBy?.type === TYPE ? found : undefined;
        const isWaitedFor = entry !== undefined || started !== undefined;
        const deadline =
          by === undefined || !isWaitedFor ? undefined : deadlineOf(by, { interval, timezone });
        const seen: SeenInterval = {
          ...{ interval, arrived: entry?.arrived ?? new Map(), deadline, isLooked },
          ...(started === undefined ? {} : { started: missingIn(started.triggeredBy) }),
        };
        return { seen, entry, started };
      }),
    );
    return {
      ...{ under, timezone, whenMissing, partners: Array.isArray(partners) ? partners : [] },
      ...(by === undefined ? {} : { by }),
      ...(problem === undefined ? {} : { problem }),
      intervals: looked.map(({ seen: { interval, arrived, deadline }, entry, started }) => ({
        ...{ interval: interval.id, unexpected: entry?.unexpected.length ?? 0 },
        arrived:
          started === undefined
            ? arrived.size
            : Math.max(arrived.size, Number(started.triggeredBy?.arrived ?? 0)),
        ...(deadline === undefined ? {} : { deadline }),
        ...(started === undefined
          ? {}
          : { started: { id: started.id, name: started.name, at: started.startedAt } }),
      })),
      cells: (partner) => looked.map(({ seen }) => partnerCell(partner, seen, now)),
    };
  }

  /** The last interval that is told, of the grain that the files have which lie there: of hours, a day ends with its last one. */
  #lastOf(until: string | undefined, now: number): string | undefined {
    const { timezone } = this.#rules;
    const asked = until === undefined ? undefined : dayOrHour(until, timezone);
    if (until !== undefined && asked === undefined) return undefined;
    const isHourly = this.#board.some(
      ({ interval: { id }, arrived }) => arrived.size > 0 && id.length > 10,
    );
    const moment = asked === undefined ? now : asked.end - 1;
    return calendarInterval(isHourly ? 'hour' : 'day', timezone, moment).id;
  }

  /** The names, or what is wrong with them. */
  async #partners(): Promise<string[] | string> {
    const listed = this.#listed;
    if (Array.isArray(listed)) {
      const parsed = checkPartners(listed);
      return 'reason' in parsed ? `the list of partners: ${parsed.reason}` : parsed.partners;
    }
    const text = await this.#source.read(this.#place.folder, listed, MOST_LIST);
    if (text === undefined)
      return `the list of partners ${listed} is not there, or larger than 256 KiB`;
    const parsed = parsePartners(text);
    return 'reason' in parsed
      ? `the list of partners ${listed}: ${parsed.reason}`
      : parsed.partners;
  }

  #startInput(due: readonly BoardEntry<ListedFile>[], now: number): Input {
    const starts = due.map((entry) => ({ id: entry.interval.id, request: this.#requestOf(entry) }));
    return {
      needs: (turn) => starts.flatMap(({ request }) => startNeeds(this.#kernel, turn, request)),
      perform: (turn) => {
        let problem: string | undefined;
        const started: string[] = [];
        turn.afterCommit(() => {
          this.#isStarting = false;
          this.#problem = problem;
          for (const id of started) this.#started.add(id);
        });
        for (const { id, request } of starts) {
          const refused = this.#start(turn, request);
          if (refused === undefined) started.push(id);
          else problem = `${id} could not be started: ${refused}`;
        }
        const isOver = due.some((entry) => entry.due === 'deadline');
        if (isOver && problem === undefined) this.#remember(turn, now);
        return 'done';
      },
    };
  }

  #requestOf(entry: BoardEntry<ListedFile>): StartOf {
    const { interval, arrived, missing, due } = entry;
    const { pipeline, under } = this.#place;
    return {
      pipeline,
      name: nameFor(interval.id),
      interval: interval.id,
      input: {
        interval: interval.id,
        arrived: [...arrived].map(([partner, { key, size, modifiedAt }]) => ({
          partner,
          path: `${under}/${key}`,
          size,
          modifiedAt: new Date(modifiedAt).toISOString(),
        })),
        missing: [...missing],
      },
      triggeredBy: {
        type: TYPE,
        interval: interval.id,
        condition: due ?? 'complete',
        arrived: arrived.size,
        missing: missing.slice(0, TOLD),
        depth: 0,
      },
    };
  }

  /** Answers why it cannot be started. */
  #start(turn: Turn, request: StartOf): string | undefined {
    try {
      const outcome = tryStart(this.#kernel, turn, request);
      if (!(outcome instanceof EngineError)) return undefined;
      // Of that name with another input: the interval has its execution, and something was delivered later.
      return outcome.kind === 'ExecutionConflict' ? undefined : outcome.message;
    } catch (error) {
      this.#isStarting = false;
      throw error;
    }
  }

  #remember(turn: Turn, served: number): void {
    const { pipeline } = this.#place;
    const { team, name } = pipeline;
    turn.put(ARRIVALS, { team, pipeline: name, served });
    turn.afterCommit(() => {
      this.#served = Math.max(this.#served, served);
    });
  }
}

/** Who was missing when an execution was started. */
function missingIn(triggeredBy: JsonObject | undefined): NonNullable<SeenInterval['started']> {
  const named = Array.isArray(triggeredBy?.missing) ? triggeredBy.missing.map(String) : [];
  return { missing: named, isCut: named.length >= TOLD };
}

function nameFor(interval: string): string {
  return `arrivals-${interval.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 60)}`;
}
