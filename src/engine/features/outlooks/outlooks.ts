/**
 * Looks ahead, once a day for each series that has a limit: will it be crossed, and when?
 *
 *     a result ──▶ last look a day ago? ──▶ its results of thirteen weeks, read beside the loop ──▶ a forecast ──▶ a row,
 *                                                            and, when that changes, an event on the team's bus
 *
 * Limits are what is expected: `finishes within 3 h`, `rows >= 100`. The statistics are in `src/monitoring/baselines`.
 * @module
 */
import { wallTime } from '../../../events/schedules/time-zone.js';
import { forecast, type Limit } from '../../../monitoring/baselines/forecast.js';
import type { MetricName } from '../../../monitoring/baselines/metric.js';
import type { Sample } from '../../../monitoring/baselines/sample.js';
import type { CheckResult } from '../../../monitoring/check-result.js';
import { subjectKey } from '../../../monitoring/subject.js';
import type { AnyTable } from '../../../store/table.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { OUTLOOKS, type OutlookRow } from './outlook-table.js';

/** Milliseconds between two looks at a series: a day, and some of it for those that run a little earlier. */
const EVERY = 20 * 3_600_000;
/** Results that one look reads. */
const MOST_RESULTS = 2_184;
/** Looks that wait; what is beyond is looked at after its next result. */
const MOST_WAITING = 20_000;

/** What must not be crossed. */
export interface LimitOf {
  readonly metric: MetricName;
  readonly limit: Limit;
  readonly sentence: string;
  readonly zone: string;
  readonly owner?: string;
}

export interface OutlookPeers {
  /** Limits of something; mostly none. */
  limitsOf(team: string, subject: string): readonly LimitOf[];
  /** Its last results, the newest first, read beside the loop. */
  results(team: string, subject: string, limit: number): Promise<CheckResult[]>;
  /** Tells of a forecast that has changed, on the team's bus in this turn. */
  tell(turn: Turn, outlook: OutlookRow): void;
}

interface Look {
  readonly team: string;
  readonly subject: string;
  readonly tags: OutlookRow['tags'];
  readonly pipeline: string | undefined;
}

export class Outlooks implements Feature {
  readonly name = 'outlooks';
  readonly tables: readonly AnyTable[] = [OUTLOOKS];
  readonly #kernel: Kernel;
  readonly #peers: OutlookPeers;
  readonly #rows: RowMap<OutlookRow> = new RowMap(OUTLOOKS);
  /** When each was looked at, or is about to be, in milliseconds since the epoch. */
  readonly #looked: Map<string, number> = new Map();
  readonly #waiting: Look[] = [];
  #isLooking = false;
  #isOpen = false;

  constructor(kernel: Kernel, peers: OutlookPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  async open(): Promise<void> {
    await this.#rows.open(this.#kernel.store);
    for (const { team, subject, at } of this.#rows.values()) {
      const place = JSON.stringify([team, subject]);
      this.#looked.set(place, Math.max(at, this.#looked.get(place) ?? at));
    }
  }

  begin(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type !== 'CheckReported' || fact.result.status === 'CRITICAL') return;
    const { team, tags, pipeline } = fact.result;
    const subject = subjectKey(fact.result.subject);
    const limits = this.#peers.limitsOf(team, subject);
    if (limits.length === 0) return;
    const place = JSON.stringify([team, subject]);
    const last = this.#looked.get(place);
    if (last !== undefined && fact.result.at - last < EVERY) return;
    turn.afterCommit(() => {
      if (this.#waiting.length >= MOST_WAITING) return;
      this.#looked.set(place, fact.result.at);
      this.#waiting.push({ team, subject, tags, pipeline });
      void this.#look();
    });
  }

  /** What is foreseen of everything that has a limit and is still expected, as the store has it. */
  *all(): Generator<OutlookRow> {
    for (const row of this.#rows.values()) {
      const durable = this.#rows.durable(row.team, row.subject, row.sentence);
      const limits = this.#peers.limitsOf(row.team, row.subject);
      if (durable && limits.some(({ sentence }) => sentence === row.sentence)) yield durable;
    }
  }

  /** One after the other, each after whatever else waits: nobody is held up by it. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (let look = this.#waiting.shift(); look && this.#isOpen; look = this.#waiting.shift()) {
        await this.#lookAt(look);
      }
    } catch {
      // The store is busy, or ends: what has not been looked at is after its next result.
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAt({ team, subject, tags, pipeline }: Look): Promise<void> {
    const results = await this.#peers.results(team, subject, MOST_RESULTS);
    const now = this.#kernel.time.now();
    for (const { metric, limit, sentence, zone, owner } of this.#peers.limitsOf(team, subject)) {
      const samples = samplesOf(results, metric);
      const wall = (instant: number): number => wallTime(zone, instant);
      const found = forecast(samples, { metric, limit, now, zone: { name: zone, wall } });
      const crossing = found.kind === 'trend' ? found.crossing : undefined;
      const isForeseen = crossing?.state === 'foreseen';
      const row: OutlookRow = {
        ...{ team, subject, sentence, metric, at: now, words: found.words, tags },
        state: isForeseen ? 'foreseen' : 'not foreseen',
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(owner === undefined ? {} : { owner }),
        ...(isForeseen
          ? { crossesAt: Math.round(crossing.at), earliest: Math.round(crossing.earliest) }
          : {}),
        ...(isForeseen && crossing.latest !== undefined
          ? { latest: Math.round(crossing.latest) }
          : {}),
      };
      await this.#kernel.write((turn) => {
        const before = this.#rows.get(team, subject, sentence);
        const hasChanged = row.state !== (before?.state ?? 'not foreseen');
        const since = hasChanged ? now : before?.since;
        const kept = since === undefined ? row : { ...row, since };
        this.#rows.put(turn, kept);
        if (hasChanged) this.#peers.tell(turn, kept);
      });
    }
  }
}

/** Values of a metric, each at the time at which its execution began. */
export function samplesOf(results: readonly CheckResult[], metric: MetricName): Sample[] {
  return results.flatMap((result): Sample[] => {
    if (result.status === 'CRITICAL' || result.status === 'UNKNOWN') return [];
    const { duration, rows, bytes, cost, lag } = result;
    const value = { duration, rows, bytes, cost, startLag: lag }[metric];
    return value === undefined ? [] : [{ at: result.startedAt ?? result.at, value }];
  });
}
