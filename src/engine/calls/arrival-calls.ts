/**
 * `engine.arrivals`: what arrived of datasets on the last days, and what did not though it was expected.
 *
 * It costs what it shows: of each dataset of a page the newest versions are read, as far back as the first day, and of each of its
 * expectations the last changes.
 * @module
 */
import { type ArrivalDay, arrivalDays, type DueThen } from '../../datasets/arrival-days.js';
import { wallTime } from '../../events/schedules/time-zone.js';
import type { DatasetCalls, DatasetDetail } from '../features/datasets/dataset-calls.js';
import { VERSIONS, type VersionRow } from '../features/datasets/dataset-tables.js';
import { EXPECTATION_CHANGES } from '../features/expectations/expectation-tables.js';
import type { Expectations } from '../features/expectations/expectations.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Page } from '../kernel/pages.js';
import type { Scope } from '../kernel/scope.js';

/** One dataset with its days, the earliest first. */
export interface ArrivalRow {
  readonly team: string;
  readonly name: string;
  readonly pipeline: string;
  readonly owner?: string;
  readonly byInterval: boolean;
  /** In which zone its days are: that of its first expectation, or what was asked for. */
  readonly zone: string;
  readonly days: readonly ArrivalDay[];
  /** There are more versions than were read: days before them are unknown. */
  readonly isCut: boolean;
}

export interface ArrivalQuery {
  /** Words of name, team, description or pipeline. */
  readonly q?: string;
  /** `interval`: those alone that have a current version of each interval. */
  readonly per?: 'interval' | 'any';
  /** Default: 14; at most 62. */
  readonly days?: number;
  /** Of datasets without an expectation. Default: UTC. */
  readonly zone?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ArrivalCalls {
  /** @param query its zone must be one */
  list(
    scope: Scope,
    query?: ArrivalQuery,
  ): Promise<Page<ArrivalRow> & { readonly days: readonly string[] }>;
}

export interface ArrivalParts {
  readonly kernel: Pick<Kernel, 'reads' | 'time'>;
  readonly datasets: Pick<DatasetCalls, 'list'>;
  readonly expectations: Pick<Expectations, 'ofSubject'>;
  /** Keys of what is watched: of a dataset, and of a pipeline. */
  subjectsOf(dataset: Pick<DatasetDetail, 'team' | 'name' | 'pipeline'>): readonly string[];
}

const DAY_MS = 86_400_000;
const DAYS = 14;
const MOST_DAYS = 62;
const ROWS = 20;
const MOST_ROWS = 50;
/** Versions of one dataset that are read, and how many at a time. */
const MOST_VERSIONS = 400;
const TOGETHER = 50;
/** Expectations of one dataset, and changes of each, that are looked at. */
const MOST_SENTENCES = 20;
const MOST_CHANGES = 100;

export function arrivalCalls({
  kernel: { reads, time },
  datasets,
  expectations,
  subjectsOf,
}: ArrivalParts): ArrivalCalls {
  /** The newest first, as far back as the day begins. */
  async function versionsSince(
    { team, name }: DatasetDetail,
    since: number,
  ): Promise<{ rows: VersionRow[]; isCut: boolean }> {
    const rows: VersionRow[] = [];
    for (;;) {
      const last = rows.at(-1);
      if (rows.length >= MOST_VERSIONS) return { rows, isCut: true };
      const page = await reads.listRows(VERSIONS, {
        where: { team, dataset: name },
        ...(last === undefined ? {} : { below: { number: last.number } }),
        order: { by: ['number'], down: true },
        limit: TOGETHER,
      });
      rows.push(...page);
      const isOver = page.length < TOGETHER || (rows.at(-1)?.at ?? 0) < since;
      if (isOver) return { rows, isCut: false };
    }
  }

  async function duesOf(
    team: string,
    standing: ReturnType<Expectations['ofSubject']>,
  ): Promise<DueThen[]> {
    const found = await Promise.all(
      standing.slice(0, MOST_SENTENCES).map(async ({ kept: { of, expectation } }) => {
        const { sentence, zone } = expectation;
        const changes = await reads.listRows(EXPECTATION_CHANGES, {
          where: { team, subject: of.key, sentence },
          order: { by: ['number'], down: true },
          limit: MOST_CHANGES,
        });
        // The newest first: what came of a moment last counts.
        const byDue = new Map<number, DueThen>();
        for (const { due, state, words } of changes) {
          if (due === undefined || byDue.has(due)) continue;
          if (state === 'LATE' || state === 'MISSING' || state === 'ARRIVED LATE') {
            byDue.set(due, { day: dayIn(zone, due), state, words: `${sentence}: ${words}` });
          }
        }
        return [...byDue.values()];
      }),
    );
    return found.flat();
  }

  async function rowOf(
    dataset: DatasetDetail,
    days: number,
    zoneWanted: string,
    now: number,
  ): Promise<ArrivalRow> {
    const { team, name, pipeline, owner, byInterval } = dataset;
    const standing = subjectsOf(dataset).flatMap((key) => expectations.ofSubject(team, key));
    const zone = standing[0]?.kept.expectation.zone ?? zoneWanted;
    const names = daysUntil(dayIn(zone, now), days);
    const [{ rows, isCut }, dues] = await Promise.all([
      versionsSince(dataset, now - (days + 1) * DAY_MS),
      duesOf(team, standing),
    ]);
    const dated = rows.map(({ version, state, at, interval, rows: count, quarantined }) => ({
      ...{ day: dayOf(interval) ?? dayIn(zone, at), version, state },
      ...(interval === undefined ? {} : { interval }),
      ...(count === undefined ? {} : { rows: count }),
      ...(quarantined === undefined ? {} : { quarantined }),
    }));
    const oldest = rows.at(-1);
    // The day of the oldest one that was read may have more of them.
    const known = isCut && oldest !== undefined ? dayIn(zone, oldest.at + DAY_MS) : undefined;
    return {
      ...{ team, name, pipeline, byInterval, zone, isCut },
      ...(owner === undefined ? {} : { owner }),
      days: arrivalDays(names, dated, dues, known),
    };
  }

  return {
    async list(scope, { days: wanted = DAYS, zone = 'UTC', per = 'any', ...query } = {}) {
      const days = Math.max(1, Math.min(MOST_DAYS, wanted));
      const limit = Math.max(1, Math.min(MOST_ROWS, query.limit ?? ROWS));
      const now = time.now();
      const { items, ...rest } = datasets.list(scope, { ...query, per, limit });
      const rows = await Promise.all(items.map((dataset) => rowOf(dataset, days, zone, now)));
      return { items: rows, days: daysUntil(dayIn(zone, now), days), ...rest };
    },
  };
}

/** @example dayIn('America/Los_Angeles', Date.UTC(2026, 10, 30, 3)) // '2026-11-29' */
function dayIn(zone: string, at: number): string {
  return new Date(wallTime(zone, at)).toISOString().slice(0, 10);
}

/** Of an interval that begins with a day. */
function dayOf(interval: string | undefined): string | undefined {
  return interval === undefined ? undefined : /^\d{4}-\d{2}-\d{2}/.exec(interval)?.[0];
}

/** So many, the last of them named. */
function daysUntil(last: string, count: number): string[] {
  const end = Date.parse(`${last}T00:00:00Z`);
  return Array.from({ length: count }, (_, at) =>
    new Date(end - (count - 1 - at) * DAY_MS).toISOString().slice(0, 10),
  );
}
