/**
 * What every query of the store costs, by its plan: none may grow with what is kept.
 *
 * Every method is called with every combination of its filters, on a driver that notes each text that is prepared. Of each
 * text the plan is read: a table that is gone through, or rows that are sorted, need a reason here.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED } from '../../test/support/allowed-plans.js';
import { DECLARED_TABLES as TABLES } from '../../test/support/declared-tables.js';
import { BACKFILLS } from '../engine/features/backfills/backfill-table.js';
import { EVENTS } from '../engine/features/bus/event-table.js';
import { CHECK_RESULTS } from '../engine/features/checks/check-tables.js';
import { MAP_RUNS } from '../engine/features/map-runs/map-run-table.js';
import { NOTIFICATIONS } from '../engine/features/notifications/notification-tables.js';
import { DELIVERIES } from '../engine/features/rules/delivery-table.js';
import { ALIASES, MACHINES, PUBLISHED_VERSIONS } from '../engine/kernel/machine-tables.js';
import { TAKEN_NAMES } from '../engine/kernel/taken-names.js';
import { parseQuery } from '../search/parse-query.js';
import type { SearchQuery } from '../search/query.js';
import { type Driver, openDriver, type SqlValue } from './driver.js';
import { giveBack } from './free-pages.js';
import { type OwnMethod, queriesOf } from './queries.js';
import type { ExecutionScope, SynchronousStore } from './store.js';
import type { AnyTable, RowQuery } from './table.js';
import { turnWrites } from './turn-writes.js';
import { joinTables, migrate } from './upgrade.js';

/** Of these a look-up may still find many rows, each of which is looked at; why that is bounded. */
const RESIDUAL: { readonly [query: string]: string } = {
  'SELECT * FROM published_versions WHERE team = ? AND pipeline': 'versions of one pipeline',
  "SELECT * FROM attempts WHERE status = 'scheduled' AND position": 'at a start: open attempts',
  "SELECT * FROM attempts WHERE status = 'submitted' AND position": 'at a start: open attempts',
  'SELECT a.* FROM attempts a JOIN executions e': 'at a start: open attempts',
  "SELECT * FROM timers WHERE at < ? AND kind <> 'continue'":
    'those of the other kind are of executions in the middle of a turn',
  'SELECT COUNT(*) AS count FROM executions WHERE map_run':
    'children of one map run that is redriven; counted beside the main loop',
};

const down = { by: ['number'], down: true };
/** Every way in which features list rows, with every combination of filters. */
// biome-ignore lint/suspicious/noExplicitAny: rows of different tables have nothing in common.
const ROW_LISTS: readonly (readonly [AnyTable, RowQuery<any>])[] = [
  ...[{}, { team: ['a'] }, { team: ['a', 'b'] }].flatMap((teams) =>
    [{}, { bus: 'default' }].flatMap((bus) =>
      [
        { order: down },
        { order: down, below: { number: 9 } },
        { above: { number: 3 } },
        { above: { number: 3 }, below: { number: 9 } },
      ].map((at) => [EVENTS, { where: { ...teams, ...bus }, ...at, limit: 3 }] as const),
    ),
  ),
  ...[{}, { team: ['a'] }, { team: ['a', 'b'] }].flatMap((teams) =>
    [{}, { pipeline: 'p' }].flatMap((of) =>
      [{}, { status: 'FAILED' }].flatMap((status) =>
        [{}, { below: { number: 40 } }].map(
          (at) =>
            [
              BACKFILLS,
              { where: { ...teams, ...of, ...status }, ...at, order: down, limit: 3 },
            ] as const,
        ),
      ),
    ),
  ),
  ...[{}, { team: ['a'] }, { team: ['a', 'b'] }].flatMap((teams) =>
    [{}, { queue: 'q' }].flatMap((queue) =>
      [{}, { below: { number: 40 } }].map(
        (at) =>
          [
            DELIVERIES,
            { where: { status: 'DEAD', ...teams, ...queue }, ...at, order: down, limit: 3 },
          ] as const,
      ),
    ),
  ),
  ...[{}, { team: ['a'] }, { team: ['a', 'b'] }].flatMap((teams) =>
    [{}, { channel: 'c' }].flatMap((channel) =>
      [{}, { thread: 't' }].flatMap((thread) =>
        [{}, { status: 'DEAD' }, { status: 'PENDING' }].flatMap((status) =>
          [{}, { below: { number: 40 } }].map(
            (at) =>
              [
                NOTIFICATIONS,
                {
                  where: { ...teams, ...channel, ...thread, ...status },
                  ...at,
                  order: down,
                  limit: 3,
                },
              ] as const,
          ),
        ),
      ),
    ),
  ),
  [NOTIFICATIONS, { limit: 3 }],
  [
    NOTIFICATIONS,
    { where: { team: 'a', channel: 'c', status: 'PENDING' }, above: { number: 3 }, limit: 3 },
  ],
  [EVENTS, { where: { team: 'a', bus: 'default', id: 'e' }, limit: 1 }],
  [DELIVERIES, { where: { status: 'PENDING' }, order: { by: ['dueAt', 'number'] }, limit: 3 }],
  [DELIVERIES, { where: { status: 'DEAD' }, limit: 3 }],
  [DELIVERIES, { where: { status: 'DEAD', team: 'a' }, order: down, limit: 1, offset: 9 }],
  [BACKFILLS, { limit: 3 }],
  [MAP_RUNS, { where: { status: 'RUNNING' } }],
  [MAP_RUNS, { where: { execution: 1 }, order: down }],
  [MAP_RUNS, { where: { id: 'r' }, limit: 1 }],
  [
    PUBLISHED_VERSIONS,
    { where: { team: 'a', pipeline: 'p', deleted: 0 }, order: { by: ['version'], down: true } },
  ],
  [ALIASES, { where: { team: 'a', pipeline: 'p' }, order: { by: ['createdAt', 'name'] } }],
  [TAKEN_NAMES, { limit: 1 }],
];

type Asked = Omit<SynchronousStore, OwnMethod>;

const pipeline = { team: 'a', name: 'p' };
const page = { limit: 3 };
const scopes: readonly ExecutionScope[] = [
  {},
  { teams: [] },
  { teams: ['a'] },
  { teams: ['a', 'b', 'nobody'] },
  { pipeline },
  { pipeline, alias: 'live' },
  { pipeline, publishedVersion: 2 },
  { mapRun: 1 },
  ...(['with', 'only'] as const).flatMap((testRuns) => [
    { testRuns },
    { teams: ['a', 'b'], testRuns },
    { pipeline, testRuns },
    { pipeline, alias: 'live', testRuns },
  ]),
];
const pages = [{}, { below: 40 }];

function* executionQueries(): Generator<Parameters<Asked['listExecutions']>[0]> {
  for (const at of pages) {
    yield { pipeline, interval: '2026-11-01', ...at, ...page };
    for (const scope of scopes) {
      for (const status of [
        undefined,
        'RUNNING',
        'SUCCEEDED',
        'ABORTED',
        ['FAILED', 'ABORTED'],
      ] as const) {
        for (const redriven of [undefined, true, false]) {
          yield {
            ...scope,
            ...(status === undefined ? {} : { status }),
            ...(redriven === undefined ? {} : { redriven }),
            ...at,
            ...page,
          };
        }
      }
    }
  }
}

/** Calls of every method, with every combination of its filters. */
function callsOf(store: Asked): { readonly [Name in keyof Asked]: () => void } {
  const each = <Value>(values: Iterable<Value>, call: (value: Value) => void): void => {
    for (const value of values) call(value);
  };
  const read = (call: () => unknown) => (): void => void call();
  return {
    listExecutions: () => each(executionQueries(), (query) => store.listExecutions(query)),
    listExecutionHeads: () => each(executionQueries(), (query) => store.listExecutionHeads(query)),
    readHistory: () =>
      each(['ascending', 'descending'] as const, (order) =>
        each([{}, { after: 5 }], (at) =>
          store.readHistory({ execution: 1, order, ...at, ...page }),
        ),
      ),
    readLogs: () =>
      each([{}, { state: 'S' }], (state) =>
        each([{}, { after: { segment: 2, line: 1 } }], (at) =>
          store.readLogs({ execution: 1, ...state, ...at, ...page }),
        ),
      ),
    searchLogs: () =>
      each([undefined, [], ['a'], ['a', 'b']], (teams) =>
        each([{}, { after: { firstAt: 9, segment: 2, line: 1 } }], (at) =>
          each(['', 'team:a execution:id-1 since:1h'], (text) => {
            const { query } = parseQuery(text, 'logs', 10_000_000) as { query: SearchQuery };
            store.searchLogs({
              ...(teams === undefined ? {} : { teams }),
              ...{ query, ...at, ...page, count: 'page' },
              most: { milliseconds: 1_000, bytes: 1_000_000 },
            });
          }),
        ),
      ),
    listOldLogs: read(() => store.listOldLogs({ before: 10_000_000, limit: 3 })),
    logTail: () => each([undefined, 'S'], (state) => store.logTail(1, 3, state)),
    listAttempts: () =>
      each(['scheduled', 'started', 'submitted'] as const, (status) =>
        each([{}, { kind: 'shell' }], (kind) =>
          store.listAttempts({ status, ...kind, after: 0, limit: 3 }),
        ),
      ),
    listOpenMapChildren: () =>
      each(['running', 'unsuccessful'] as const, (which) =>
        store.listOpenMapChildren({ mapRun: 1, which, after: 0, limit: 3 }),
      ),
    listMapChildren: read(() => store.listMapChildren({ mapRun: 1, after: 0, limit: 3 })),
    countMapChildren: read(() => store.countMapChildren(1)),
    findRow: () =>
      each(TABLES, (table) =>
        store.findRow(
          table,
          table.key.map(() => 1),
        ),
      ),
    listRows: () => each(ROW_LISTS, ([table, query]) => store.listRows(table, query)),
    packRows: () => store.packRows(CHECK_RESULTS, ['series', 'at'], { above: 5, limit: 3 }),
    lastNumber: () => {
      const numbered: readonly AnyTable[] = [
        EVENTS,
        DELIVERIES,
        NOTIFICATIONS,
        BACKFILLS,
        MAP_RUNS,
        MACHINES,
      ];
      each(numbered, (table) => store.lastNumber(table));
      store.lastNumber(PUBLISHED_VERSIONS, { team: 'a', pipeline: 'p' });
    },
    countRows: read(() => {
      store.countRows(DELIVERIES, 'team', { status: 'PENDING' });
      store.countRows(NOTIFICATIONS, 'team', { status: 'PENDING' });
      return store.countRows(NOTIFICATIONS, 'channel', { status: 'PENDING', team: 'a' });
    }),
    listOwnSealings: read(() => store.listOwnSealings()),
    countOpenWork: read(() => store.countOpenWork()),
    listOldExecutions: () =>
      each([0, 40], (after) =>
        store.listOldExecutions({ pipeline, startedBefore: 9, after, limit: 3 }),
      ),
    listOldMapChildren: read(() => store.listOldMapChildren({ mapRun: 1, limit: 3 })),
    findMachine: read(() => store.findMachine(1)),
    findVersion: read(() => store.findVersion(pipeline, 1)),
    currentMachine: read(() => store.currentMachine(pipeline)),
    currentMachines: read(() => store.currentMachines()),
    listPipelineNames: read(() => store.listPipelineNames()),
    lastVersion: read(() => store.lastVersion(pipeline)),
    insertAccessKey: read(() =>
      store.insertAccessKey({
        id: 'k',
        team: 'a',
        role: 'viewer',
        label: '',
        secret: 's',
        createdAt: 1,
      }),
    ),
    findAccessKey: read(() => store.findAccessKey('k')),
    listAccessKeys: read(() => store.listAccessKeys()),
    deleteAccessKey: read(() => store.deleteAccessKey('gone')),
    lastExecutionNumber: read(() => store.lastExecutionNumber()),
    lastHistoryTime: read(() => store.lastHistoryTime()),
    loadExecution: read(() => store.loadExecution(1)),
    findExecution: read(() => store.findExecution(1)),
    findExecutionById: read(() => store.findExecutionById('id-1')),
    findExecutionByName: read(() => store.findExecutionByName(pipeline, 'n')),
    listThreads: read(() => store.listThreads(1)),
    findAttemptByToken: read(() => store.findAttemptByToken('t')),
    listAnsweredAttempts: read(() => store.listAnsweredAttempts()),
    listOrphans: read(() => store.listOrphans()),
    listUnstarted: read(() => store.listUnstarted()),
    listInterrupted: read(() => store.listInterrupted()),
    listTimers: read(() => store.listTimers(9, 3)),
    insertToken: read(() =>
      store.insertToken({
        hash: 'h',
        kind: 'api',
        label: '',
        teams: ['a'],
        role: 'viewer',
        createdAt: 1,
        expiresAt: 1,
      }),
    ),
    findToken: read(() => store.findToken('h')),
    listTokens: read(() => store.listTokens()),
    deleteToken: read(() => store.deleteToken('gone')),
    deleteExpiredTokens: read(() => store.deleteExpiredTokens(2)),
    readSetting: read(() => store.readSetting('s')),
    writeSetting: read(() => store.writeSetting('s', 1)),
  };
}

/** Prepares what commits write, in every table, and writes nothing. */
function prepareWrites(driver: Driver): void {
  const writes = turnWrites((sql) => {
    driver.prepare(sql);
    return () => {};
  });
  const rows = TABLES.flatMap((table) => {
    const key = table.key.map(() => 1);
    const columns = Object.keys(table.columns);
    const of = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 1]));
    const rest = columns.filter((name) => !table.key.includes(name));
    // Rows that are nothing but a key do not change.
    const changes = rest.length === 0 ? [] : [{ table, key, row: of(rest), isChange: true }];
    return [{ table, key, row: of(columns) }, ...changes, { table, key }];
  });
  writes.commit({ at: 1, executions: [], logs: [], rows });
}

/** A database with all tables. */
function openTables(driver: Driver): void {
  migrate(driver);
  joinTables(driver, TABLES);
}

interface Watched {
  driver: Driver;
  texts: Set<string>;
  /** Rows that were given out since it was set to 0. */
  rows: number;
}

function watched(driver: Driver): Watched {
  const seen: Watched = { driver, texts: new Set(), rows: 0 };
  seen.driver = {
    ...driver,
    prepare(sql) {
      seen.texts.add(sql.replaceAll(/\s+/g, ' ').trim());
      const statement = driver.prepare(sql);
      return {
        ...statement,
        all(...values: SqlValue[]) {
          const rows = statement.all(...values);
          seen.rows += rows.length + 1;
          return rows;
        },
        get(...values: SqlValue[]) {
          seen.rows += 1;
          return statement.get(...values);
        },
      };
    },
  };
  return seen;
}

/** Executions of two teams and pipelines in a fixed pattern; every tenth is a child of map run 1. */
function fill(driver: Driver, count: number): void {
  const insert = driver.prepare(
    `INSERT INTO executions (number, id, name, pipeline, team, tags, pointer, context, started_at, map_run, map_child,
       machine, status, header, redrive_count, alias, published_version, for_interval)
     VALUES (?, ?, ?, ?, ?, '{}', '', ?, 0, ?, ?, 1, ?, '{}', ?, ?, ?, ?)`,
  );
  const context = JSON.stringify({ Execution: { Input: 1 } });
  const event = driver.prepare(
    `INSERT INTO events (number, bus, id, team, source, detail_type, stored_at, envelope, matched)
     VALUES (?, ?, ?, ?, 's', 't', 0, '{}', '[]')`,
  );
  for (let number = 1; number <= count; number += 1) {
    const child = number % 10 === 0;
    const [id, alias] = [`id-${number}`, number % 3 === 0 ? 'live' : null];
    const status = number % 7 === 0 ? 'FAILED' : 'SUCCEEDED';
    insert.run(
      ...[number, id, id, number % 4 === 0 ? 'p' : 'q', number % 2 === 0 ? 'a' : 'b', context],
      ...[child ? 1 : null, child ? number : null, status, number % 14 === 0 ? 1 : 0],
      ...[alias, alias === null ? null : 2, number % 5 === 0 ? '2026-11-01' : null],
    );
    event.run(number, number % 3 === 0 ? 'default' : 'other', id, number % 2 === 0 ? 'a' : 'b');
  }
}

function planOf(driver: Driver, text: string): string[] {
  const given = Array.from(text.matchAll(/\?/g), () => 1);
  return driver
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all(...given)
    .map((row) => String(row.detail));
}

/** What of a plan goes through more than it finds by an index. */
function unbounded(text: string, plan: readonly string[]): string[] {
  const allowed = ALLOWED.find(({ query }) => text.startsWith(query))?.steps ?? [];
  const suspicious = plan.filter(
    (step) => /^SCAN |^USE TEMP B-TREE/.test(step) && !allowed.includes(step),
  );
  const isBounded = Object.keys(RESIDUAL).some((query) => text.startsWith(query));
  if (isBounded || !text.startsWith('SELECT')) return suspicious;
  return [...suspicious, ...unused(text, plan)];
}

/** Conditions on columns that the index does not answer: rows that do not meet them are read all the same. */
function unused(text: string, plan: readonly string[]): string[] {
  const where = /^SELECT [^(]* FROM (\w+) WHERE ([^(]*?)( ORDER BY .*| LIMIT .*|)$/.exec(text);
  const [, table = '', conditions = ''] = where ?? [];
  const step = plan.find((one) => one.startsWith(`SEARCH ${table} `));
  if (step === undefined) return [];
  const wanted = [...conditions.matchAll(/(\w+) (?:=|<|>|<=|>=) \?/g)].map(([, column]) => column);
  return wanted.flatMap((column) => {
    const isKey = column === 'number' || column === 'position' || column === 'version';
    const isUsed = new RegExp(`\\b${column}[=<>]`).test(step) || (isKey && /rowid[=<>]/.test(step));
    return isUsed ? [] : [`${column} is not answered by: ${step}`];
  });
}

describe('the queries of the store', () => {
  let seen: Watched;
  beforeAll(() => {
    const driver = openDriver(':memory:');
    openTables(driver);
    fill(driver, 2_000);
    seen = watched(driver);
    for (const call of Object.values(callsOf(queriesOf(seen.driver)))) call();
    prepareWrites(seen.driver);
    joinTables(seen.driver, TABLES);
    giveBack(seen.driver, 1);
  });

  it('are looked at, all methods and the texts of writing too', () => {
    expect(seen.texts.size).toBeGreaterThan(110);
    for (const word of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
      expect([...seen.texts].some((text) => text.startsWith(word))).toBe(true);
    }
  });

  it('go through no table and sort nothing that grows with the store', () => {
    const driver = openDriver(':memory:');
    openTables(driver);
    const refused = [...seen.texts]
      .filter((text) => /^(SELECT|INSERT|UPDATE|DELETE)/.test(text))
      .map((text) => ({ text, steps: unbounded(text, planOf(driver, text)) }))
      .filter(({ steps }) => steps.length > 0);
    expect(refused).toEqual([]);
  });

  it('need every exception that is made here', () => {
    const texts = [...seen.texts];
    const driver = openDriver(':memory:');
    openTables(driver);
    for (const { query, steps } of ALLOWED) {
      const plans = texts
        .filter((text) => text.startsWith(query))
        .flatMap((text) => planOf(driver, text));
      expect(plans, query).toEqual(expect.arrayContaining([...steps]));
    }
    for (const query of Object.keys(RESIDUAL)) {
      expect(
        texts.some((text) => text.startsWith(query)),
        query,
      ).toBe(true);
    }
  });

  it.each([
    ['SELECT * FROM executions WHERE map_run IS NULL ORDER BY number DESC LIMIT ?'],
    ["SELECT number FROM executions WHERE status = 'FAILED' AND team = ? AND number < ? LIMIT ?"],
    ['SELECT number FROM executions WHERE map_run IS NULL AND team = ? AND alias = ? LIMIT ?'],
    ['SELECT * FROM events WHERE bus = ? ORDER BY number DESC LIMIT ?'],
    ['SELECT * FROM logs WHERE execution = ? ORDER BY number LIMIT ?'],
  ])('would be refused like this: %s', (text) => {
    const driver = openDriver(':memory:');
    openTables(driver);
    expect(unbounded(text, planOf(driver, text))).not.toEqual([]);
  });

  it('read as many rows of a store of 400 executions as of one of 4,000, whatever is asked for', () => {
    const [few, many] = [400, 4_000].map((count) => {
      const driver = openDriver(':memory:');
      openTables(driver);
      fill(driver, count);
      const counted = watched(driver);
      const store = queriesOf(counted.driver);
      return [...executionQueries()].map((query) => {
        counted.rows = 0;
        store.listExecutions(query);
        return counted.rows;
      });
    }) as [number[], number[]];
    // Three rows are shown; the rest are look-ups: at most five statuses, three teams, two numbers of redrives.
    expect(Math.max(...many)).toBeLessThanOrEqual(Math.max(...few) + 10);
    expect(Math.max(...many)).toBeLessThan(120);
  });
});
