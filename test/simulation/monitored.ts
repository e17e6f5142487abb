/**
 * Monitors of the simulated world, and what must have come of them:
 *
 *     I22 no change of an alert without the results that it names, and those are as bad as it says
 *     I23 the changes of alerts are those that follow from what is durable by the rules alone, each once, at its own moment,
 *         and each alert stands where its last change has led
 *
 * I23 is the rules (src/monitoring/monitors) told of every durable result and change in the order of the commits, by somebody who
 * never crashes and looks all the time. Reminders are left out: of those that were missed one is told.
 * @module
 */
import type { JsonObject } from '../../src/asl/json.js';
import type { Engine } from '../../src/engine/engine.js';
import {
  CHECK_RESULTS,
  CHECK_SERIES,
  type CheckRow,
  type CheckSeries,
} from '../../src/engine/features/checks/check-tables.js';
import {
  type ChangeRow,
  EXPECTATION_CHANGES,
  EXPECTATION_CLOCK,
} from '../../src/engine/features/expectations/expectation-tables.js';
import {
  ALERT_CHANGES,
  ALERTS,
  type AlertChangeRow,
  MONITORS,
  type MonitorRow,
} from '../../src/engine/features/monitors/monitor-tables.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import type { GroupState, Outcome } from '../../src/monitoring/monitors/alert.js';
import { beginGroup, hear, hearChange, pass } from '../../src/monitoring/monitors/judge.js';
import { groupKey, inScope, type Monitor } from '../../src/monitoring/monitors/monitor.js';
import { parseSubjectKey } from '../../src/monitoring/subject.js';
import { parseMonitor } from '../../src/pipelines/monitors/written-monitor.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';

const TEAM = 'team';

export const MONITORED: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['first', { newSource: 0, noData: '1 minute' }],
  ['second', { critical: 2, ok: 2, groupBy: 'none', newSource: '10s', renotify: '1 minute' }],
  ['missing', { on: 'expectations', late: '20s' }],
]);

/** Makes the monitors, unless they are there. What fails is for the next process to make good. */
export async function makeMonitors({ monitors }: Engine): Promise<void> {
  for (const [name, definition] of MONITORED) {
    await monitors.put(ofTeam(TEAM), name, definition).catch(() => {});
  }
}

/** What was durable, in the order of the commits. */
type Heard =
  | { readonly type: 'result'; readonly row: CheckRow }
  | { readonly type: 'change'; readonly row: ChangeRow };

export class MonitorsTold {
  readonly #heard: Heard[] = [];
  /** How much had been heard when each began. */
  readonly #began = new Map<string, { readonly row: MonitorRow; readonly after: number }>();

  committed(commit: Commit): void {
    for (const { table, row } of commit.rows) {
      if (row === undefined) continue;
      if (table === CHECK_RESULTS) this.#heard.push({ type: 'result', row: row as CheckRow });
      if (table === EXPECTATION_CHANGES)
        this.#heard.push({ type: 'change', row: row as ChangeRow });
      if (table === MONITORS) {
        const { name } = row as MonitorRow;
        const begun = { row: row as MonitorRow, after: this.#heard.length };
        if (!this.#began.has(name)) this.#began.set(name, begun);
      }
    }
  }

  /** What is wrong at the end, in words. */
  violations(store: SynchronousStore): string[] {
    const all = { order: { by: ['number'] }, limit: 1_000_000 } as const;
    const changes = store.listRows(ALERT_CHANGES, all);
    const results = new Map(store.listRows(CHECK_RESULTS, all).map((row) => [row.number, row]));
    const series = new Map(store.listRows(CHECK_SERIES, all).map((row) => [row.number, row]));
    const clock = store.findRow(EXPECTATION_CLOCK, ['all'])?.at ?? 0;
    const latest = this.#heard.map(({ row }) => row.at);
    const until = Math.max(clock + 1, ...latest, ...changes.map(({ at }) => at));
    return [
      ...[...this.#began.values()].flatMap(({ row, after }) => {
        const own = changes.filter(({ monitor }) => monitor === row.name);
        const read = parseMonitor(row.definition, row.team);
        if ('problem' in read) return [`I23 ${row.name} is no monitor`];
        return [
          ...groundless(read.monitor, own, results),
          ...this.#differs(read.monitor, row.since, after, series, own, until),
        ];
      }),
      ...chainBroken(store, changes),
    ];
  }

  #differs(
    monitor: Monitor,
    since: number,
    after: number,
    series: ReadonlyMap<number, CheckSeries>,
    changes: readonly AlertChangeRow[],
    until: number,
  ): string[] {
    const groups = new Map<string, GroupState>();
    const wanted: string[] = [];
    const take = (key: string, { state, transitions }: Outcome): void => {
      groups.set(key, state);
      for (const { type, at, level, because } of transitions) {
        if (type !== 'RENOTIFIED') wanted.push(`${type} ${level} ${at} ${because.join('+')}`);
      }
    };
    const known = (all: ReadonlyMap<string, { key: string; row: ChangeRow }>): void => {
      for (const [series, { key, row }] of all) {
        const { state: to, at, words } = row;
        if (to !== 'LATE' && to !== 'MISSING') continue;
        const change = { number: 0, to, at, judgedAt: since, words };
        const source = { series, name: series, createdAt: 0 };
        take(key, hearChange(monitor, groups.get(key) ?? beginGroup(since), source, change));
      }
    };
    const stood = new Map<string, { readonly key: string; readonly row: ChangeRow }>();
    for (const [index, heard] of this.#heard.entries()) {
      // What was missing already when the monitor began.
      if (index === after) known(stood);
      const place = placeOf(monitor, heard, series);
      if (place === undefined) continue;
      const { key, name, createdAt } = place;
      if (index < after) {
        // It was there when the monitor began: from then on it is missed.
        if (monitor.noData !== undefined) groups.set(key, beginGroup(since));
        if (heard.type === 'change') stood.set(name, { key, row: heard.row });
        continue;
      }
      const source = { series: name, name, createdAt };
      if (heard.type === 'result') {
        const state = groups.get(key) ?? beginGroup(heard.row.at);
        take(key, hear(monitor, state, source, heard.row));
      } else {
        const { number, state: to, at, judgedAt, words } = heard.row;
        const state = groups.get(key) ?? beginGroup(judgedAt);
        take(key, hearChange(monitor, state, source, { number, to, at, judgedAt, words }));
      }
    }
    for (const [key, state] of [...groups]) take(key, pass(monitor, state, until));
    const found = changes
      .filter(({ type }) => type !== 'RENOTIFIED')
      .map(({ type, at, level, because }) => `${type} ${level} ${at} ${because.join('+')}`);
    // Groups do not know of each other: what came of them at one moment is in no order.
    if (JSON.stringify(wanted.sort()) === JSON.stringify(found.sort())) return [];
    const lost = wanted.filter((one) => !found.includes(one));
    const odd = found.filter((one) => !wanted.includes(one));
    return [
      `I23 ${monitor.name}: lost ${lost.join(', ')}; odd ${odd.join(', ')}; of ${found.length}`,
    ];
  }
}

function placeOf(
  monitor: Monitor,
  heard: Heard,
  all: ReadonlyMap<number, CheckSeries>,
): { key: string; name: string; createdAt: number } | undefined {
  const isResult = heard.type === 'result';
  if (isResult !== (monitor.condition.on === 'checks')) return undefined;
  const series = isResult ? all.get(heard.row.series) : undefined;
  const { team } = heard.row;
  const subject = parseSubjectKey(isResult ? (series?.subject ?? '') : heard.row.subject);
  const tags = isResult ? (series?.tags ?? {}) : heard.row.tags;
  if (subject === undefined || !inScope(monitor, { team, subject, tags })) return undefined;
  const name = isResult ? String(heard.row.series) : `${heard.row.subject}\n${heard.row.sentence}`;
  return { key: groupKey(monitor, tags, name), name, createdAt: series?.createdAt ?? 0 };
}

/** Alerts whose results are not there, or are not what they are named for. */
function groundless(
  { condition, name }: Monitor,
  changes: readonly AlertChangeRow[],
  results: ReadonlyMap<number, CheckRow>,
): string[] {
  if (condition.on !== 'checks') return [];
  const { counts } = condition;
  return changes.flatMap(({ type, level, because, number }) => {
    if (type !== 'TRIGGERED' && type !== 'ESCALATED') return [];
    const statuses: string[] = because.map((one) => results.get(one)?.status ?? 'nothing');
    const needed = level === 'CRITICAL' ? counts.critical : counts.warning;
    const isThere = !statuses.includes('nothing');
    const isSound = level !== 'CRITICAL' || statuses.every((status) => status === 'CRITICAL');
    if (isSound && isThere && because.length === needed) return [];
    return [`I22 change ${number} of ${name} is ${level} because of ${statuses.join(', ')}`];
  });
}

function chainBroken(store: SynchronousStore, changes: readonly AlertChangeRow[]): string[] {
  return store.listRows(ALERTS).flatMap(({ number, status }) => {
    const own = changes.filter(({ alert }) => alert === number).map(({ type }) => type);
    const [first, last] = [own[0], own.at(-1)];
    const isSound =
      (first === 'TRIGGERED' || first === 'NO DATA') &&
      own.filter((type) => type === 'RECOVERED').length === (status === 'RECOVERED' ? 1 : 0) &&
      (status !== 'RECOVERED' || last === 'RECOVERED');
    return isSound ? [] : [`I23 alert ${number} is ${status} after ${own.join(', ')}`];
  });
}
