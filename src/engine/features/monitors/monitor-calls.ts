/**
 * `engine.monitors` and `engine.alerts`: what is watched over time, what it would have done, and what it has done.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type { AlertTransition } from '../../../monitoring/monitors/alert.js';
import { hasTags, type WantedTag } from '../../../monitoring/tags.js';
import type { DeclaredMonitor } from '../../../pipelines/monitors/monitor-file.js';
import { parseMonitor } from '../../../pipelines/monitors/written-monitor.js';
import { type DurableRequest, durableWrite } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type OneTeam, type Scope, sees, teamOf, teamsIn } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import { type BackTested, backTest, type Records } from './backtest.js';
import { ALERT_CHANGES, ALERTS, type AlertRow, type MonitorRow } from './monitor-tables.js';
import type { Monitors } from './monitors.js';

/** Monitors of one team. */
const MOST_MONITORS = 1_000;
/** Changes of an alert that are shown. */
const MOST_CHANGES = 1_000;
/** Alerts that a page looks through at most for tags. */
const LOOKED_THROUGH = 5_000;
const DAY = 86_400_000;

export interface ShownMonitor extends MonitorRow {
  /** Groups that it knows, and how many of them have an alert that is open. */
  readonly groups: number;
  readonly open: number;
  /** Why it does not act: a later version may have written it. */
  readonly problem?: string;
}

/** What one file declares. */
export interface MonitorFile {
  readonly file: string;
  readonly monitors: readonly DeclaredMonitor[];
}

/** A declared monitor that was not taken. */
export interface RefusedMonitor {
  readonly file: string;
  readonly name: string;
  readonly problem: string;
}

export interface MonitorCalls {
  list(scope: Scope): ShownMonitor[];
  /** Throws MonitorNotFound. */
  describe(scope: Scope, name: string): ShownMonitor;
  /**
   * Makes a monitor, or changes it; durable when it resolves.
   * Throws InvalidMonitor, TooManyMonitors, and MonitorOfFile for one that a file declares.
   */
  put(team: OneTeam, name: string, definition: JsonObject): Promise<ShownMonitor>;
  /** Throws MonitorNotFound, MonitorOfFile. */
  delete(scope: Scope, name: string): Promise<void>;
  /**
   * What a monitor would have done over the last days, by what is recorded.
   * @param of a definition, or the name of one that there is
   * Throws InvalidMonitor, MonitorNotFound.
   */
  backtest(
    team: OneTeam,
    of: { readonly name: string } | { readonly definition: JsonObject },
    days: number,
  ): Promise<BackTested>;
  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared before goes on
   */
  declare(files: readonly MonitorFile[], broken: readonly string[]): Promise<RefusedMonitor[]>;
}

export interface ListAlerts {
  readonly status?: AlertRow['status'];
  readonly monitor?: string;
  readonly tags?: readonly WantedTag[];
  readonly limit?: number;
  readonly cursor?: string;
}

export interface DescribedAlert extends AlertRow {
  /** The oldest first. */
  readonly changes: readonly (AlertTransition & { readonly number: number })[];
}

export interface AlertCalls {
  /** The newest first. A page may be short and not the last: `next` says so. */
  list(scope: Scope, filter?: ListAlerts): Promise<Page<AlertRow>>;
  /** Throws AlertNotFound. */
  describe(scope: Scope, number: number): Promise<DescribedAlert>;
}

export function monitorCalls(
  { reads, time }: Pick<Kernel, 'reads' | 'time'>,
  monitors: Monitors,
  records: Records,
  request: DurableRequest,
): MonitorCalls {
  function list(scope: Scope): ShownMonitor[] {
    return monitors
      .all()
      .filter(({ row }) => sees(scope, row.team))
      .map(({ row, watch, problem }) => ({
        ...row,
        ...(watch === undefined ? { groups: 0, open: 0 } : monitors.counts(watch)),
        ...(problem === undefined ? {} : { problem }),
      }))
      .sort((a, b) => (a.name === b.name ? (a.team < b.team ? -1 : 1) : a.name < b.name ? -1 : 1));
  }

  function describe(scope: Scope, name: string): ShownMonitor {
    const found = list(scope).find((one) => one.name === name);
    if (found === undefined) throw new EngineError('MonitorNotFound', { name: name.slice(0, 100) });
    return found;
  }

  const write = durableWrite(request);

  function putOne(turn: Turn, row: Omit<MonitorRow, 'since'>): void {
    const { team, name, file, definition } = row;
    const known = monitors.rowOf(team, name);
    if (known?.file !== undefined && known.file !== file) {
      throw new EngineError('MonitorOfFile', { name, file: known.file });
    }
    if (known === undefined && monitors.countOf(team) >= MOST_MONITORS) {
      throw new EngineError('TooManyMonitors', { most: MOST_MONITORS });
    }
    if (known?.file === file && JSON.stringify(known?.definition) === JSON.stringify(definition)) {
      return;
    }
    const read = parseMonitor(definition, team);
    if ('problem' in read) throw new EngineError('InvalidMonitor', { problem: read.problem });
    monitors.put(turn, { row, monitor: read.monitor });
  }

  return {
    list,
    describe,
    async put(scope, name, definition) {
      const team = teamOf(scope);
      const read = parseMonitor({ ...definition, name }, team);
      if ('problem' in read) throw new EngineError('InvalidMonitor', { problem: read.problem });
      await write((turn) => putOne(turn, { team, name, definition: read.written as JsonObject }));
      return describe(scope, name);
    },
    async delete(scope, name) {
      const { team } = describe(scope, name);
      await write((turn) => {
        const known = monitors.rowOf(team, name);
        if (known === undefined) throw new EngineError('MonitorNotFound', { name });
        const { file } = known;
        if (file !== undefined) throw new EngineError('MonitorOfFile', { name, file });
        monitors.remove(turn, known);
      });
    },
    async backtest(scope, of, days) {
      const team = teamOf(scope);
      const definition = 'name' in of ? describe(scope, of.name).definition : of.definition;
      const named = { name: 'back-test', ...definition };
      const read = parseMonitor(named, team);
      if ('problem' in read) throw new EngineError('InvalidMonitor', { problem: read.problem });
      const until = time.now();
      return await backTest(reads, records, read.monitor, { from: until - days * DAY, until });
    },
    async declare(files, broken) {
      return await write((turn) => {
        const refused: RefusedMonitor[] = [];
        const declared = new Set<string>();
        for (const { file, monitors: own } of files) {
          for (const { team, name } of own) declared.add(JSON.stringify([team, name, file]));
        }
        for (const row of monitors.declaredRows()) {
          const { team, name, file = '' } = row;
          const isKept = broken.includes(file) || declared.has(JSON.stringify([team, name, file]));
          if (!isKept) monitors.remove(turn, row);
        }
        for (const { file, monitors: own } of files) {
          for (const { team, name, written } of own) {
            try {
              putOne(turn, { team, name, file, definition: written as JsonObject });
            } catch (error) {
              if (!(error instanceof EngineError)) throw error;
              refused.push({ file, name, problem: error.message });
            }
          }
        }
        return refused;
      });
    },
  };
}

export function alertCalls({ reads }: Pick<Kernel, 'reads'>): AlertCalls {
  return {
    async list(scope, filter = {}) {
      const { status, monitor, tags = [], cursor } = filter;
      const limit = limitOf(filter.limit);
      const [start] = cursor === undefined ? [] : fromCursor('alerts', cursor, 1);
      const teams = teamsIn(scope);
      const where = {
        ...(teams === undefined ? {} : { team: teams }),
        ...(monitor === undefined ? {} : { monitor }),
      };
      const items: AlertRow[] = [];
      let below = start;
      for (let looked = 0; ; ) {
        const rows = await reads.listRows(ALERTS, {
          // Those of a monitor are few: their status is looked at here.
          where: status === undefined || monitor !== undefined ? where : { ...where, status },
          ...(below === undefined ? {} : { below: { number: below } }),
          order: { by: ['number'], down: true },
          limit: limit + 1,
        });
        looked += rows.length;
        for (const row of rows) {
          if (items.length === limit) return { items, next: toCursor('alerts', [below ?? 0]) };
          below = row.number;
          const isWanted = status === undefined || row.status === status;
          if (isWanted && hasTags(row.tags, tags)) items.push(row);
        }
        if (rows.length <= limit) return { items };
        if (looked >= LOOKED_THROUGH) return { items, next: toCursor('alerts', [below ?? 0]) };
      }
    },
    async describe(scope, number) {
      const [row] = await reads.listRows(ALERTS, { where: { number }, limit: 1 });
      if (row === undefined || !sees(scope, row.team)) {
        throw new EngineError('AlertNotFound', { alert: number });
      }
      const changes = await reads.listRows(ALERT_CHANGES, {
        where: { alert: number },
        order: { by: ['number'] },
        limit: MOST_CHANGES,
      });
      return {
        ...row,
        changes: changes.map(({ type, level, at, notify, mutedUntil, words, because, number }) => ({
          ...{ number, type, level, at, notify: notify === 1, words, because },
          ...(mutedUntil === undefined ? {} : { mutedUntil }),
        })),
      };
    },
  };
}
