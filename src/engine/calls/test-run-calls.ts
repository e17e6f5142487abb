/**
 * `engine.testRuns`: what a test run would have done, and what of it differs from what is published.
 *
 * Everything is read when it is asked for, from what the test run has left: its versions, its effects, its record. Only the rows
 * of versions cost more than a look-up: they are compared in a process of their own, and only when that is asked for.
 * @module
 */
import type { Json } from '../../asl/json.js';
import {
  NOTIFICATION_RULES,
  type NotificationRule,
} from '../../pipelines/sections/notifications-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import type { ExecutionRecord } from '../../store/store.js';
import type { DiffRequest, VersionDiff } from '../features/catalogue/version-diffs.js';
import {
  READ_VERSIONS,
  SHADOWS,
  VERSIONS,
  type VersionRow,
} from '../features/datasets/dataset-tables.js';
import { EFFECTS, type EffectRow } from '../features/test-runs/effect-table.js';
import { EngineError } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../kernel/pages.js';
import { type Scope, sees } from '../kernel/scope.js';
import type { ExecutionDetail } from './execution-detail.js';

/** A task that was recorded instead of done. */
export interface ShownEffect {
  readonly number: number;
  readonly execution: string;
  readonly pipeline: string;
  readonly state: string;
  readonly resource: string;
  readonly performer: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What would have been sent, or the beginning of it as a text. */
  readonly sent: Json;
  readonly answer: Json;
  readonly isCut: boolean;
}

/** A version that the test run has written, beside what is published. */
export interface TriedVersion {
  readonly team: string;
  readonly dataset: string;
  readonly version: string;
  readonly execution: string;
  readonly interval?: string;
  readonly rows?: number;
  readonly bytes: number;
  readonly files: number;
  /** Rows that the contract would have held back. */
  readonly quarantined?: number;
  /** What came of its contract; absent: it has none. */
  readonly contract?: Json;
  /** What would have become of it. */
  readonly would: 'be published' | 'be blocked';
  /** What was current when it was written; absent: nothing was. */
  readonly published?: {
    readonly version: string;
    readonly rows?: number;
    readonly bytes: number;
    readonly isCurrent: boolean;
    /** Milliseconds since the epoch: its files were removed then. */
    readonly removedAt?: number;
  };
  /** Milliseconds since the epoch: its own files were removed then. */
  readonly removedAt?: number;
  /** Against what was current; absent where it was not asked for, or there is nothing. */
  readonly diff?: VersionDiff;
  /** Why there is no diff. */
  readonly problem?: string;
}

export interface TestReport {
  readonly execution: ExecutionDetail;
  readonly versions: readonly TriedVersion[];
  /** Absent: rows were not compared. `unknown`: some could not be. */
  readonly differs?: 'yes' | 'no' | 'unknown';
  /** Of all contracts together. */
  readonly contracts: 'none' | 'met' | 'warned' | 'broken';
  /** The first of them. */
  readonly effects: readonly ShownEffect[];
  readonly read: readonly {
    readonly team: string;
    readonly dataset: string;
    readonly version: string;
  }[];
  /** Who would have been told of its end. */
  readonly notifications: readonly { readonly channel: string; readonly address: string }[];
  /** There is more of something than is told here. */
  readonly isCut: boolean;
}

export interface TestRunCalls {
  /**
   * Throws ExecutionNotFound, NoTestRun.
   * @param ask whether rows are compared with what is published, and how many examples of each kind are shown
   */
  report(
    scope: Scope,
    execution: string,
    ask: { readonly rows: 'compare' | 'leave'; readonly examples?: number },
    signal: AbortSignal,
  ): Promise<TestReport>;
  /** In their order; none of what is no test run. Throws ExecutionNotFound, InvalidPage. */
  effects(
    scope: Scope,
    execution: string,
    page?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<ShownEffect>>;
}

/** What these calls need of others. */
export interface TestRunPeers {
  find(scope: Scope, execution: string): Promise<ExecutionRecord>;
  describe(record: ExecutionRecord): Promise<ExecutionDetail>;
  /** The version that readers see now, of the interval where each has its own. */
  currentOf(team: string, dataset: string, interval: string | undefined): VersionRow | undefined;
  diff(scope: Scope, request: DiffRequest, signal: AbortSignal): Promise<VersionDiff>;
}

/** Versions, effects and versions read that one report tells. */
const MOST = 100;

export function testRunCalls(
  kernel: Pick<Kernel, 'reads' | 'secrets' | 'machines'>,
  { find, describe, currentOf, diff }: TestRunPeers,
): TestRunCalls {
  const { reads, secrets, machines } = kernel;

  async function testRun(
    scope: Scope,
    id: string,
  ): Promise<{ record: ExecutionRecord; root: number }> {
    const record = await find(scope, id);
    const root = record.testRun?.root;
    if (root === undefined) throw new EngineError('NoTestRun', { execution: record.id });
    return { record, root };
  }

  function shown(scope: Scope, row: EffectRow): ShownEffect {
    const { number, executionId: execution, pipeline, state, resource, performer, at } = row;
    // What belongs to the test run and is of another team is told, and not with what.
    const isSeen = sees(scope, row.team);
    return {
      ...{ number, execution, pipeline, state, resource, performer, at },
      sent: isSeen ? secrets.json(row.sent) : null,
      answer: isSeen ? secrets.json(row.answer) : null,
      isCut: row.isCut === 1 || !isSeen,
    };
  }

  async function tried(
    scope: Scope,
    row: VersionRow,
    published: number | undefined,
    ask: { readonly rows: 'compare' | 'leave'; readonly examples?: number },
    signal: AbortSignal,
  ): Promise<TriedVersion> {
    const { team, dataset, version, executionId, interval, rows, bytes, files, contract } = row;
    const now = currentOf(team, dataset, interval);
    const current = await thenCurrent(published, now);
    const isBlocked = (contract as { verdict?: unknown } | undefined)?.verdict === 'block';
    const told: TriedVersion = {
      ...{ team, dataset, version, execution: executionId, bytes, files },
      ...(interval === undefined ? {} : { interval }),
      ...(rows === undefined ? {} : { rows }),
      ...(row.quarantined === undefined ? {} : { quarantined: row.quarantined }),
      ...(contract === undefined ? {} : { contract }),
      would: isBlocked ? 'be blocked' : 'be published',
      ...(current === undefined
        ? {}
        : {
            published: {
              ...{ version: current.version, bytes: current.bytes },
              ...(current.rows === undefined ? {} : { rows: current.rows }),
              ...(current.removedAt === undefined ? {} : { removedAt: current.removedAt }),
              isCurrent: current.number === now?.number,
            },
          }),
      ...(row.removedAt === undefined ? {} : { removedAt: row.removedAt }),
    };
    if (ask.rows === 'leave' || current === undefined) return told;
    if (row.removedAt === undefined && current.removedAt !== undefined) {
      const problem = `What was published then, version '${current.version}', has been removed since.`;
      return { ...told, problem };
    }
    try {
      const request = {
        ...{ name: `${team}:${dataset}`, from: current.version, to: version },
        ...(ask.examples === undefined ? {} : { examples: ask.examples }),
      };
      return { ...told, diff: await diff(scope, request, signal) };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { ...told, problem: error.message };
    }
  }

  return {
    async report(scope, id, ask, signal) {
      const { record, root } = await testRun(scope, id);
      const shadows = await reads.listRows(SHADOWS, { where: { root }, limit: MOST + 1 });
      const own = shadows.filter(({ team }) => sees(scope, team)).slice(0, MOST);
      const kept = await versionsOf(own.map(({ number }) => number));
      const gone = await removedOf(record);
      const rows = [...gone, ...kept].sort((a, b) => a.number - b.number);
      const published = new Map(own.map((one) => [one.number, one.published]));
      const versions: TriedVersion[] = [];
      // One after the other: each comparison is a process of its own.
      for (const row of rows) {
        versions.push(await tried(scope, row, published.get(row.number), ask, signal));
      }
      const effects = await reads.listRows(EFFECTS, { where: { root }, limit: MOST + 1 });
      const read = await readBy(record.number);
      const { deployment } = await machines.find(record.machine);
      const differs = differsIn(versions);
      return {
        execution: await describe(record),
        versions,
        ...(ask.rows === 'leave' ? {} : { differs }),
        contracts: contractsOf(rows),
        effects: effects.slice(0, MOST).map((row) => shown(scope, row)),
        read: read.slice(0, MOST),
        notifications: toldOf(sectionOf(NOTIFICATION_RULES, deployment) ?? [], record),
        isCut: shadows.length > MOST || read.length > MOST || effects.length > MOST,
      };
    },
    async effects(scope, id, { limit, cursor } = {}) {
      const { testRun: of } = await find(scope, id);
      if (of === undefined) return { items: [] };
      const { root } = of;
      const most = limitOf(limit);
      const [above] = cursor === undefined ? [] : fromCursor('effects', cursor, 1);
      const rows = await reads.listRows(EFFECTS, {
        where: { root },
        ...(above === undefined ? {} : { above: { number: above } }),
        order: { by: ['number'] },
        limit: most + 1,
      });
      const items = rows.slice(0, most).map((row) => shown(scope, row));
      const last = items.at(-1);
      const isMore = rows.length > most && last !== undefined;
      return { items, ...(isMore ? { next: toCursor('effects', [last.number]) } : {}) };
    },
  };

  /** @param published number of a version; 0: none. Undefined: that was not kept yet, so it is what is current now */
  async function thenCurrent(
    published: number | undefined,
    now: VersionRow | undefined,
  ): Promise<VersionRow | undefined> {
    if (published === undefined || published === now?.number) return now;
    return published === 0 ? undefined : await reads.findRow(VERSIONS, [published]);
  }

  /** What the execution itself wrote, and is kept no longer: of those that it has started nobody knows any more. */
  async function removedOf({ number, team }: ExecutionRecord): Promise<VersionRow[]> {
    const where = { execution: number, state: 'shadow' as const };
    const rows = await reads.listRows(VERSIONS, { where, limit: MOST });
    return rows.filter((row) => row.removedAt !== undefined && row.team === team);
  }

  async function versionsOf(numbers: readonly number[]): Promise<VersionRow[]> {
    if (numbers.length === 0) return [];
    const rows = await reads.listRows(VERSIONS, { where: { number: numbers } });
    return rows.sort((a, b) => a.number - b.number);
  }

  async function readBy(
    execution: number,
  ): Promise<{ team: string; dataset: string; version: string }[]> {
    const rows = await reads.listRows(READ_VERSIONS, { where: { execution }, limit: MOST + 1 });
    const versions = await versionsOf([...new Set(rows.map(({ version }) => version))]);
    return versions.map(({ team, dataset, version }) => ({ team, dataset, version }));
  }
}

function differsIn(versions: readonly TriedVersion[]): 'yes' | 'no' | 'unknown' {
  // What is published for the first time is nothing that was there before.
  if (versions.some(({ diff, published }) => diff?.same === false || published === undefined)) {
    return 'yes';
  }
  return versions.some(({ problem }) => problem !== undefined) ? 'unknown' : 'no';
}

function contractsOf(rows: readonly VersionRow[]): TestReport['contracts'] {
  const results = rows.flatMap(
    ({ contract }) => (contract as { verdict?: string; status?: string } | undefined) ?? [],
  );
  if (results.length === 0) return 'none';
  if (results.some(({ verdict }) => verdict === 'block')) return 'broken';
  return results.some(({ status }) => status !== 'OK') ? 'warned' : 'met';
}

/** Who would have been told of an end like this one, by the pipeline's file. */
function toldOf(
  rules: readonly NotificationRule[],
  { header, root, redriveCount }: ExecutionRecord,
): { channel: string; address: string }[] {
  const { status } = header;
  if (status === 'RUNNING') return [];
  const failedAt = status === 'SUCCEEDED' ? undefined : root?.state;
  const wanted = rules.filter(({ type, steps }) => {
    if (type === 'FAILED') return status !== 'SUCCEEDED' || redriveCount > 0;
    if (type !== 'STEP') return true;
    return failedAt !== undefined && [steps ?? []].flat().includes(failedAt);
  });
  const all = wanted.flatMap(({ targets }) =>
    targets.flatMap(({ channel, addresses }) =>
      addresses.map((address) => ({ channel: channel.toLowerCase(), address })),
    ),
  );
  const places = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...places.values()];
}
