/**
 * Every call of a store, with every combination of its filters: what the tests of plans and the benchmark of a large database ask.
 * @module
 */
import { BACKFILLS } from '../../src/engine/features/backfills/backfill-table.js';
import { EVENTS } from '../../src/engine/features/bus/event-table.js';
import { CHECK_RESULTS } from '../../src/engine/features/checks/check-tables.js';
import { MAP_RUNS } from '../../src/engine/features/map-runs/map-run-table.js';
import { NOTIFICATIONS } from '../../src/engine/features/notifications/notification-tables.js';
import { DELIVERIES } from '../../src/engine/features/rules/delivery-table.js';
import { ALIASES, MACHINES, PUBLISHED_VERSIONS } from '../../src/engine/kernel/machine-tables.js';
import { TAKEN_NAMES } from '../../src/engine/kernel/taken-names.js';
import { parseQuery } from '../../src/search/parse-query.js';
import type { SearchQuery } from '../../src/search/query.js';
import type { Prepare } from '../../src/store/plan.js';
import type { OwnMethod } from '../../src/store/queries.js';
import type { ExecutionScope, SynchronousStore } from '../../src/store/store.js';
import type { AnyTable, RowQuery } from '../../src/store/table.js';
import { turnWrites } from '../../src/store/turn-writes.js';
import { DECLARED_TABLES as TABLES } from './declared-tables.js';

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
  [MAP_RUNS, { where: { execution: [1, 2] }, order: { by: ['execution', 'number'] } }],
  [MAP_RUNS, { where: { id: 'r' }, limit: 1 }],
  [
    PUBLISHED_VERSIONS,
    { where: { team: 'a', pipeline: 'p', deleted: 0 }, order: { by: ['version'], down: true } },
  ],
  [ALIASES, { where: { team: 'a', pipeline: 'p' }, order: { by: ['createdAt', 'name'] } }],
  [TAKEN_NAMES, { limit: 1 }],
];

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

export function* executionQueries(): Generator<Parameters<Asked['listExecutions']>[0]> {
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

/** What is asked. A store that answers later is asked in the same words. */
export type Asked = Omit<SynchronousStore, OwnMethod>;

/** One call, made when it is wanted. */
export type Call = () => unknown;

const TEAMS = [undefined, [], ['a'], ['a', 'b']] as const;
const NUMBERED: readonly AnyTable[] = [
  EVENTS,
  DELIVERIES,
  NOTIFICATIONS,
  BACKFILLS,
  MAP_RUNS,
  MACHINES,
];

/** Searches of log lines. */
function* logSearches(): Generator<Parameters<Asked['searchLogs']>[0]> {
  for (const teams of TEAMS) {
    for (const at of [{}, { after: { firstAt: 9, segment: 2, line: 1 } }]) {
      for (const words of ['', 'team:a execution:id-1 since:1h']) {
        const { query } = parseQuery(words, 'logs', 10_000_000) as { query: SearchQuery };
        yield {
          ...(teams === undefined ? {} : { teams }),
          ...{ query, ...at, ...page, count: 'page' },
          most: { milliseconds: 1_000, bytes: 1_000_000 },
        };
      }
    }
  }
}

/**
 * Calls of every method, with every combination of its filters.
 *
 * @example for (const calls of Object.values(callsOf(store))) for (const call of calls) call();
 */
export function callsOf(store: Asked): { readonly [Name in keyof Asked]: readonly Call[] } {
  const each = <Value>(values: Iterable<Value>, call: (value: Value) => unknown): Call[] =>
    [...values].map((value) => () => call(value));
  const executions = [...executionQueries()];
  return {
    listExecutions: each(executions, (query) => store.listExecutions(query)),
    listExecutionHeads: each(executions, (query) => store.listExecutionHeads(query)),
    readHistory: (['ascending', 'descending'] as const).flatMap((order) =>
      each([{}, { after: 5 }], (at) => store.readHistory({ execution: 1, order, ...at, ...page })),
    ),
    readLogs: [{}, { state: 'S' }].flatMap((state) =>
      each([{}, { after: { segment: 2, line: 1 } }], (at) =>
        store.readLogs({ execution: 1, ...state, ...at, ...page }),
      ),
    ),
    searchLogs: each(logSearches(), (search) => store.searchLogs(search)),
    listOldLogs: [() => store.listOldLogs({ before: 10_000_000, limit: 3 })],
    logTail: each([undefined, 'S'], (state) => store.logTail(1, 3, state)),
    listAttempts: (['scheduled', 'started', 'submitted'] as const).flatMap((status) =>
      each([{}, { kind: 'shell' }], (kind) =>
        store.listAttempts({ status, ...kind, after: 0, limit: 3 }),
      ),
    ),
    listOpenMapChildren: each(['running', 'unsuccessful'] as const, (which) =>
      store.listOpenMapChildren({ mapRun: 1, which, after: 0, limit: 3 }),
    ),
    listMapChildren: [() => store.listMapChildren({ mapRun: 1, after: 0, limit: 3 })],
    countMapChildren: [() => store.countMapChildren(1)],
    findRow: each(TABLES, (table) =>
      store.findRow(
        table,
        table.key.map(() => 1),
      ),
    ),
    listRows: each(ROW_LISTS, ([table, query]) => store.listRows(table, query)),
    packRows: [() => store.packRows(CHECK_RESULTS, ['series', 'at'], { above: 5, limit: 3 })],
    lastNumber: [
      ...each(NUMBERED, (table) => store.lastNumber(table)),
      () => store.lastNumber(PUBLISHED_VERSIONS, { team: 'a', pipeline: 'p' }),
    ],
    countRows: [
      () => store.countRows(DELIVERIES, 'team', { status: 'PENDING' }),
      () => store.countRows(NOTIFICATIONS, 'team', { status: 'PENDING' }),
      () => store.countRows(NOTIFICATIONS, 'channel', { status: 'PENDING', team: 'a' }),
    ],
    listOwnSealings: [() => store.listOwnSealings()],
    countOpenWork: [() => store.countOpenWork()],
    listOldExecutions: each([0, 40], (after) =>
      store.listOldExecutions({ pipeline, startedBefore: 9, after, limit: 3 }),
    ),
    findOldExecutions: [() => store.findOldExecutions([1, 2, 3])],
    listOldMapChildren: [() => store.listOldMapChildren({ mapRun: 1, limit: 3 })],
    findMachine: [() => store.findMachine(1)],
    findVersion: [() => store.findVersion(pipeline, 1)],
    currentMachine: [() => store.currentMachine(pipeline)],
    currentMachines: [() => store.currentMachines()],
    listPipelineNames: [() => store.listPipelineNames()],
    lastVersion: [() => store.lastVersion(pipeline)],
    insertAccessKey: [
      () =>
        store.insertAccessKey({
          ...{ id: 'k', team: 'a', role: 'viewer', label: '', secret: 's', createdAt: 1 },
        }),
    ],
    findAccessKey: [() => store.findAccessKey('k')],
    listAccessKeys: [() => store.listAccessKeys()],
    deleteAccessKey: [() => store.deleteAccessKey('gone')],
    lastExecutionNumber: [() => store.lastExecutionNumber()],
    lastHistoryTime: [() => store.lastHistoryTime()],
    loadExecution: [() => store.loadExecution(1)],
    findExecution: [() => store.findExecution(1)],
    findExecutionById: [() => store.findExecutionById('id-1')],
    findExecutionByName: [() => store.findExecutionByName(pipeline, 'n')],
    listThreads: [() => store.listThreads(1)],
    findAttemptByToken: [() => store.findAttemptByToken('t')],
    listAnsweredAttempts: [() => store.listAnsweredAttempts()],
    listOrphans: [() => store.listOrphans()],
    listUnstarted: [() => store.listUnstarted()],
    listInterrupted: [() => store.listInterrupted()],
    listTimers: [() => store.listTimers(9, 3)],
    insertToken: [
      () =>
        store.insertToken({
          ...{ hash: 'h', kind: 'api', label: '', teams: ['a'], role: 'viewer' },
          ...{ createdAt: 1, expiresAt: 1 },
        }),
    ],
    findToken: [() => store.findToken('h')],
    listTokens: [() => store.listTokens()],
    deleteToken: [() => store.deleteToken('gone')],
    deleteExpiredTokens: [() => store.deleteExpiredTokens(2)],
    readSetting: [() => store.readSetting('s')],
    writeSetting: [() => store.writeSetting('s', 1)],
  };
}

/** Makes the texts of what commits write, in every table, and carries out nothing. */
export function prepareWrites(prepare: Prepare): void {
  const writes = turnWrites(prepare);
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
