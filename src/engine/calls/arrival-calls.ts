/**
 * `engine.arrivals`: what arrived of datasets on the last days, and what did not though it was expected.
 *
 * It costs what it shows: of each dataset of a page the versions of its days are read, and of each of its expectations the last
 * changes before they are over.
 * @module
 */
import { type ArrivalDay, arrivalDays, type DueThen } from '../../datasets/arrival-days.js';
import { wallTime } from '../../events/schedules/time-zone.js';
import type { DatasetCalls, DatasetDetail } from '../features/datasets/dataset-calls.js';
import { EXPECTATION_CHANGES } from '../features/expectations/expectation-tables.js';
import type { Expectations } from '../features/expectations/expectations.js';
import { EngineError } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Page } from '../kernel/pages.js';
import type { Scope } from '../kernel/scope.js';
import { versionsOf } from './arrival-versions.js';

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
  /** The last day, in the zone of each. Default: today. */
  readonly until?: string;
  /** Of datasets without an expectation. Default: UTC. */
  readonly zone?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ArrivalCalls {
  /**
   * @param query its zone must be one
   * @throws EngineError InvalidPage
   */
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

interface Wanted {
  readonly until: string | undefined;
}

const DAY_MS = 86_400_000;
const DAYS = 14;
const MOST_DAYS = 62;
const ROWS = 20;
const MOST_ROWS = 50;
/** Expectations of one dataset, and changes of each, that are looked at. */
const MOST_SENTENCES = 20;
const MOST_CHANGES = 100;

export function arrivalCalls({
  kernel: { reads, time },
  datasets,
  expectations,
  subjectsOf,
}: ArrivalParts): ArrivalCalls {
  async function duesOf(
    team: string,
    standing: ReturnType<Expectations['ofSubject']>,
    before: number | undefined,
  ): Promise<DueThen[]> {
    const found = await Promise.all(
      standing.slice(0, MOST_SENTENCES).map(async ({ kept: { of, expectation } }) => {
        const { sentence, zone } = expectation;
        const changes = await reads.listRows(EXPECTATION_CHANGES, {
          where: { team, subject: of.key, sentence },
          ...(before === undefined ? {} : { below: { due: before } }),
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
    { days, until, zone: zoneWanted }: Required<Pick<ArrivalQuery, 'days' | 'zone'>> & Wanted,
    now: number,
  ): Promise<ArrivalRow> {
    const { team, name, pipeline, owner, byInterval } = dataset;
    const standing = subjectsOf(dataset).flatMap((key) => expectations.ofSubject(team, key));
    const zone = standing[0]?.kept.expectation.zone ?? zoneWanted;
    const today = dayIn(zone, now);
    const names = daysUntil(until ?? today, days);
    const [first = today] = names;
    const isPast = until !== undefined && until < today;
    // Zones are up to 14 hours off.
    const over = Date.parse(`${until ?? today}T00:00:00Z`) + 2 * DAY_MS;
    const [{ rows, isCut }, dues] = await Promise.all([
      versionsOf(reads, {
        ...{ team, dataset: name, since: Date.parse(`${first}T00:00:00Z`) - DAY_MS },
        ...(isPast ? { past: { until: over, first, last: until } } : {}),
      }),
      duesOf(team, standing, isPast ? over : undefined),
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
    async list(scope, { days: wanted = DAYS, until, zone = 'UTC', per = 'any', ...query } = {}) {
      if (until !== undefined && !isDay(until)) {
        throw new EngineError('InvalidPage', { problem: `no day ${until}` });
      }
      const days = Math.max(1, Math.min(MOST_DAYS, wanted));
      const limit = Math.max(1, Math.min(MOST_ROWS, query.limit ?? ROWS));
      const now = time.now();
      const { items, ...rest } = datasets.list(scope, { ...query, per, limit });
      const rows = await Promise.all(
        items.map((dataset) => rowOf(dataset, { days, until, zone }, now)),
      );
      return { items: rows, days: daysUntil(until ?? dayIn(zone, now), days), ...rest };
    },
  };
}

/** @example isDay('2026-02-30') // false */
function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
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
