/**
 * What every store must do. One suite, run by each store's own test with a factory: SQLite on a file now, PostgreSQL later.
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../asl/transition.js';
import type {
  AttemptRecord,
  Commit,
  ExecutionCreation,
  ExecutionProgress,
  ExecutionWrite,
  MachineRecord,
  Store,
} from './store.js';
import { defineTable, keyOfRow, type RowQuery, type RowWrite, type Table } from './table.js';

export interface StoreFactory {
  /** Opens the store of this test, empty at first; opened again it holds what was committed. */
  open(): Promise<Store> | Store;
  /** Removes what the test has left. */
  remove(): Promise<void> | void;
}

const creation = (name: string): ExecutionCreation => ({
  id: `id-${name}`,
  name,
  pipeline: 'orders',
  team: 'shop',
  tags: { county: 'alder' },
  startedAt: 1000,
  pointer: '',
  context: {
    Execution: { Id: `id-${name}`, Name: name, Input: { n: 1 }, StartTime: 'now', RoleArn: 'none' },
    StateMachine: { Id: 'm', Name: 'orders' },
  },
});

const progress = (status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' = 'RUNNING'): ExecutionProgress => ({
  machine: 1,
  header: { format: 1, status, nextEvent: 2, nextThread: 1, forks: {} },
  root: {
    id: 0,
    parent: null,
    index: 0,
    scope: '',
    state: 'A',
    phase: 'task',
    sequence: 1,
    input: { text: 'Grüße, 世界 🌍 "quoted" \\' },
    variables: {},
    enteredAt: 1000,
    enteredEvent: 1,
    previousEvent: 1,
  },
  redriveCount: 0,
});

const events = (from: number, to: number): HistoryEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    id: from + i,
    prev: from + i - 1,
    at: 1000 + from + i,
    type: 'PassStateEntered',
    details: { name: `S${from + i}` },
  }));

const write = (number: number, more: Partial<ExecutionWrite> = {}): ExecutionWrite => ({
  number,
  threads: [],
  removedThreads: [],
  history: [],
  attempts: [],
  closedAttempts: [],
  timers: [],
  clearedTimers: [],
  ...more,
});

const commit = (...executions: ExecutionWrite[]): Commit => ({
  at: 1000,
  executions,
  rows: [],
  logs: [],
});

const attempt = (execution: number, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  execution,
  thread: 0,
  sequence: 1,
  id: `attempt-${execution}-${more.sequence ?? 1}`,
  status: 'scheduled',
  kind: 'shell',
  scheduledAt: 1000,
  request: { state: 'A' },
  ...more,
});

interface Sample {
  shelf: string;
  place: number;
  label?: string;
  body: { [name: string]: unknown };
  extra?: unknown;
}

/** A table with every type of column. */
const SAMPLES = defineTable<Sample>({
  name: 'samples',
  columns: { shelf: 'text', place: 'integer', label: 'text?', body: 'json', extra: 'json?' },
  key: ['shelf', 'place'],
  migrations: [
    `CREATE TABLE samples (
       shelf TEXT NOT NULL,
       place BIGINT NOT NULL,
       label TEXT,
       body TEXT NOT NULL,
       PRIMARY KEY (shelf, place)
     );`,
    'ALTER TABLE samples ADD COLUMN extra TEXT;',
  ],
});

/** The tables of what is deployed, as the engine declares them. */
const MACHINES = defineTable<MachineRecord>({
  name: 'machines',
  columns: {
    number: 'integer',
    pipeline: 'text',
    version: 'integer',
    team: 'text',
    tags: 'json',
    digest: 'text',
    deployedAt: 'integer',
    deployment: 'json',
  },
  key: ['number'],
  appendOnly: true,
  migrations: [],
});
const PIPELINES = defineTable<{ team: string; name: string; machine: number }>({
  name: 'pipelines',
  columns: { team: 'text', name: 'text', machine: 'integer' },
  key: ['team', 'name'],
  migrations: [],
});

function put<Row extends object>(table: Table<Row>, row: Row): RowWrite {
  return { table, key: keyOfRow(table, row), row };
}

/** Deploys a version of the pipeline `orders`. */
async function deploy(store: Store, version: number, more: Partial<MachineRecord>): Promise<void> {
  const record: MachineRecord = {
    number: version,
    pipeline: 'orders',
    version,
    team: 'shop',
    tags: {},
    digest: 'd1',
    deployedAt: version,
    deployment: {},
    ...more,
  };
  const pointer = { team: 'shop', name: 'orders', machine: version };
  await store.commit({ ...commit(), rows: [put(MACHINES, record), put(PIPELINES, pointer)] });
}

/** Describes a store by its behaviour. */
export function storeSuite(name: string, makeFactory: () => StoreFactory): void {
  describe(name, () => {
    let factory: StoreFactory;
    let store: Store;

    beforeEach(async () => {
      factory = makeFactory();
      store = await factory.open();
      await store.joinTables([SAMPLES, MACHINES, PIPELINES]);
      await deploy(store, 1, { deployment: { name: 'orders' } });
    });
    afterEach(async () => {
      await store.close();
      await factory.remove();
    });

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await factory.open();
    };
    const create = (
      number: number,
      key: string,
      more: Partial<ExecutionWrite> = {},
    ): ExecutionWrite => write(number, { create: creation(key), progress: progress(), ...more });

    it('gives back what was committed, also after it was opened again', async () => {
      await store.commit(commit(create(1, 'one', { history: events(1, 3) })));
      await reopen();
      const record = await store.findExecutionByName({ team: 'shop', name: 'orders' }, 'one');
      expect(record).toMatchObject({
        number: 1,
        id: 'id-one',
        team: 'shop',
        tags: { county: 'alder' },
      });
      expect(record?.root?.input).toEqual(progress().root?.input);
      expect(await store.lastExecutionNumber()).toBe(1);
      expect(await store.lastHistoryTime()).toBe(1003);
    });

    it('writes all of a commit or nothing', async () => {
      await store.commit(commit(create(1, 'one')));
      const impossible = create(3, 'one');
      await expect(
        (async () =>
          store.commit(commit(create(2, 'two', { history: events(1, 2) }), impossible)))(),
      ).rejects.toMatchObject({ code: 'constraint' });
      expect(await store.findExecution(2)).toBeUndefined();
      expect(await store.readHistory({ execution: 2, order: 'ascending', limit: 10 })).toEqual([]);
    });

    it('pages through a history both ways, wherever commits have cut it', async () => {
      await store.commit(commit(create(1, 'one', { history: events(1, 4) })));
      await store.commit(commit(write(1, { history: events(5, 5) })));
      await store.commit(commit(write(1, { history: events(6, 20) })));
      const ids = async (order: 'ascending' | 'descending', after?: number): Promise<number[]> => {
        const query = { execution: 1, order, limit: 6, ...(after === undefined ? {} : { after }) };
        return (await store.readHistory(query)).map((event) => event.id);
      };
      expect(await ids('ascending')).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await ids('ascending', 6)).toEqual([7, 8, 9, 10, 11, 12]);
      expect(await ids('ascending', 18)).toEqual([19, 20]);
      expect(await ids('descending')).toEqual([20, 19, 18, 17, 16, 15]);
      expect(await ids('descending', 5)).toEqual([4, 3, 2, 1]);
    });

    it('keeps one version after the other and knows the current one', async () => {
      await deploy(store, 2, { digest: 'd2', deployment: { v: 2 } });
      expect((await store.currentMachine({ team: 'shop', name: 'orders' }))?.version).toBe(2);
      expect((await store.findVersion({ team: 'shop', name: 'orders' }, 1))?.digest).toBe('d1');
      expect((await store.findMachine(2))?.deployment).toEqual({ v: 2 });
      expect(await store.currentMachines()).toHaveLength(1);
    });

    it('loads an execution with its threads, attempts and timers, and forgets what was removed', async () => {
      const child = {
        ...(progress().root as NonNullable<ExecutionProgress['root']>),
        id: 5,
        parent: 0,
      };
      await store.commit(
        commit(
          create(1, 'one', {
            threads: [child],
            attempts: [attempt(1)],
            timers: [{ execution: 1, thread: 5, kind: 'wait', sequence: 1, at: 5000 }],
          }),
        ),
      );
      const loaded = await store.loadExecution(1);
      expect(loaded?.threads.map(({ id }) => id)).toEqual([5]);
      expect(loaded?.attempts).toHaveLength(1);
      expect(loaded?.timers).toHaveLength(1);
      await store.commit(
        commit(
          write(1, {
            removedThreads: [5],
            closedAttempts: [{ thread: 0, sequence: 1 }],
            clearedTimers: [{ thread: 5, kind: 'wait' }],
          }),
        ),
      );
      expect(await store.loadExecution(1)).toMatchObject({ threads: [], attempts: [], timers: [] });
    });

    it('lists attempts by status in the order of their scheduling', async () => {
      await store.commit(commit(create(1, 'one', { attempts: [attempt(1)] })));
      await store.commit(commit(create(2, 'two', { attempts: [attempt(2)] })));
      await store.commit(
        commit(write(1, { attempts: [attempt(1, { status: 'started', owner: 'me' })] })),
      );
      const of = async (status: AttemptRecord['status']): Promise<number[]> =>
        (await store.listAttempts({ status, after: 0, limit: 10 })).map(
          (row) => row.attempt.execution,
        );
      expect(await of('scheduled')).toEqual([2]);
      expect(await of('started')).toEqual([1]);
    });

    it('puts the next attempt of a thread in the place of the closed one', async () => {
      await store.commit(
        commit(create(1, 'one', { attempts: [attempt(1, { status: 'started' })] })),
      );
      await store.commit(
        commit(
          write(1, {
            closedAttempts: [{ thread: 0, sequence: 1 }],
            attempts: [attempt(1, { sequence: 2, status: 'started', token: 't2' })],
          }),
        ),
      );
      const loaded = await store.loadExecution(1);
      expect(loaded?.attempts.map(({ sequence, id }) => [sequence, id])).toEqual([
        [2, 'attempt-1-2'],
      ]);
      expect((await store.findAttemptByToken('t2'))?.execution).toBe(1);
    });

    it('lists timers that are due, soonest first', async () => {
      const timer = (thread: number, at: number) =>
        ({ execution: 1, thread, kind: 'wait', sequence: 1, at }) as const;
      await store.commit(
        commit(create(1, 'one', { timers: [timer(1, 300), timer(2, 100), timer(3, 900)] })),
      );
      expect((await store.listTimers(500, 10)).map(({ thread }) => thread)).toEqual([2, 1]);
    });

    it('lists executions newest first, by pipeline, status and team', async () => {
      await store.commit(commit(create(1, 'one'), create(2, 'two'), create(3, 'three')));
      await store.commit(
        commit(write(2, { progress: { ...progress('FAILED'), stoppedAt: 2000 } })),
      );
      const numbers = async (query: object): Promise<number[]> =>
        (await store.listExecutions({ limit: 10, ...query })).map(({ number }) => number);
      expect(await numbers({})).toEqual([3, 2, 1]);
      expect(await numbers({ below: 3 })).toEqual([2, 1]);
      expect(await numbers({ status: 'FAILED' })).toEqual([2]);
      expect(await numbers({ status: 'RUNNING' })).toEqual([3, 1]);
      expect(await numbers({ teams: ['another'] })).toEqual([]);
      const ofTeam = (team: string): object => ({ pipeline: { team, name: 'orders' }, limit: 1 });
      expect(await numbers(ofTeam('shop'))).toEqual([3]);
      expect(await numbers(ofTeam('another'))).toEqual([]);
    });

    it('appends log lines and reads them from the start, by state and from the tail', async () => {
      await store.commit(commit(create(1, 'one')));
      const segment = (state: string, ...messages: string[]) => ({
        execution: 1,
        state,
        attempt: 0,
        tags: { county: 'alder' },
        lines: messages.map((message) => ({
          at: 1,
          stream: 'stdout' as const,
          level: 'info' as const,
          message,
        })),
      });
      await store.commit({
        ...commit(),
        logs: [segment('A', 'one', 'two'), segment('B', 'three')],
      });
      const first = await store.readLogs({ execution: 1, limit: 2 });
      expect(first.lines.map(({ message }) => message)).toEqual(['one', 'two']);
      const rest = await store.readLogs({ execution: 1, after: first.position, limit: 10 });
      expect(rest.lines.map(({ message, tags }) => [message, tags.county])).toEqual([
        ['three', 'alder'],
      ]);
      const ofB = await store.readLogs({ execution: 1, state: 'B', limit: 10 });
      expect(ofB.lines).toHaveLength(1);
      const after = await store.logTail(1, 1);
      const tail = await store.readLogs({ execution: 1, limit: 10, ...(after ? { after } : {}) });
      expect(tail.lines.map(({ message }) => message)).toEqual(['three']);
    });

    it('keeps a map run, and lists its children apart from other executions', async () => {
      const children = (['SUCCEEDED', 'RUNNING', 'FAILED', 'SUCCEEDED'] as const).map(
        (status, child) =>
          write(child + 2, {
            create: { ...creation(`c${child}`), mapRun: { number: 1, child } },
            progress: progress(status),
          }),
      );
      await store.commit(commit(create(1, 'parent'), ...children));
      await reopen();
      expect((await store.listExecutions({ limit: 10 })).map(({ number }) => number)).toEqual([1]);
      const query = { mapRun: 1, limit: 2 };
      const page = await store.listExecutions(query);
      expect(page.map(({ number }) => number)).toEqual([5, 4]);
      const next = await store.listExecutions({ ...query, below: 4 });
      expect(next.map(({ number }) => number)).toEqual([3, 2]);
      const failures = await store.listExecutions({ ...query, status: 'FAILED', below: 5 });
      expect(failures.map(({ number }) => number)).toEqual([4]);
      const rows = await store.listMapChildren({ mapRun: 1, after: 1, limit: 10 });
      expect(rows.map(({ child, status }) => [child, status])).toEqual([
        [2, 'FAILED'],
        [3, 'SUCCEEDED'],
      ]);
      const open = { mapRun: 1, after: 0, limit: 10 };
      expect(await store.listOpenMapChildren({ ...open, which: 'running' })).toEqual([3]);
      expect(await store.listOpenMapChildren({ ...open, which: 'unsuccessful' })).toEqual([4]);
      expect(await store.countMapChildren(1)).toEqual({ SUCCEEDED: 2, RUNNING: 1, FAILED: 1 });
    });

    describe('rows of a declared table', () => {
      const rows = async (...writes: RowWrite[]): Promise<void> => {
        await store.commit({ ...commit(), rows: writes });
      };
      const sample = (shelf: string, place: number, more: Partial<Sample> = {}): Sample => ({
        shelf,
        place,
        body: { n: place },
        ...more,
      });

      it('are as they were written, what is absent too, also after it was opened again', async () => {
        const full = sample('a', 9_007_199_254_740_991, {
          label: 'Grüße 🌍 "quoted" \\',
          body: { deep: [1, null, { x: 'ß' }] },
          extra: 'text',
        });
        const bare = sample('b', 0);
        await rows(put(SAMPLES, full), put(SAMPLES, bare));
        await reopen();
        await store.joinTables([SAMPLES]);
        expect(await store.findRow(SAMPLES, ['a', full.place])).toEqual(full);
        expect(await store.findRow(SAMPLES, ['b', 0])).toEqual(bare);
        expect(await store.findRow(SAMPLES, ['b', 1])).toBeUndefined();
      });

      it('are replaced as a whole, changed in part, and deleted', async () => {
        await rows(put(SAMPLES, sample('a', 1, { label: 'old', extra: [1] })));
        await rows(put(SAMPLES, sample('a', 1, { label: 'new' })));
        expect(await store.findRow(SAMPLES, ['a', 1])).toEqual(sample('a', 1, { label: 'new' }));
        await rows({ table: SAMPLES, key: ['a', 1], row: { body: { n: 7 } }, isChange: true });
        expect(await store.findRow(SAMPLES, ['a', 1])).toEqual(
          sample('a', 1, { label: 'new', body: { n: 7 } }),
        );
        await rows({ table: SAMPLES, key: ['a', 1] });
        expect(await store.listRows(SAMPLES)).toEqual([]);
      });

      it('are listed by their key, or as asked for', async () => {
        const all = [
          sample('a', 1),
          sample('a', 2, { label: 'x' }),
          sample('b', 1),
          sample('c', 5),
        ];
        await rows(...all.toReversed().map((row) => put(SAMPLES, row)));
        const places = async (query: RowQuery<Sample>): Promise<string[]> =>
          (await store.listRows(SAMPLES, query)).map(({ shelf, place }) => `${shelf}${place}`);
        expect(await places({})).toEqual(['a1', 'a2', 'b1', 'c5']);
        expect(await places({ where: { shelf: 'a' } })).toEqual(['a1', 'a2']);
        expect(await places({ where: { shelf: ['a', 'c'], place: [1, 5] } })).toEqual(['a1', 'c5']);
        expect(await places({ where: { shelf: [] } })).toEqual([]);
        expect(await places({ where: { label: 'x' } })).toEqual(['a2']);
        expect(await places({ above: { place: 1 }, below: { place: 5 } })).toEqual(['a2']);
        const down = { by: ['place', 'shelf'], down: true } as const;
        expect(await places({ order: down, limit: 3 })).toEqual(['c5', 'a2', 'b1']);
        expect(await places({ order: down, limit: 2, offset: 2 })).toEqual(['b1', 'a1']);
      });

      it('are counted, and their last number is known', async () => {
        await rows(...[1, 2, 3].map((place) => put(SAMPLES, sample('a', place))));
        await rows(put(SAMPLES, sample('b', 9)));
        expect(await store.countRows(SAMPLES, 'shelf')).toEqual({ a: 3, b: 1 });
        expect(await store.countRows(SAMPLES, 'shelf', { place: [1, 9] })).toEqual({ a: 1, b: 1 });
        expect(await store.lastNumber(SAMPLES)).toBe(9);
        expect(await store.lastNumber(SAMPLES, { shelf: 'a' })).toBe(3);
        expect(await store.lastNumber(SAMPLES, { shelf: 'none' })).toBe(0);
      });

      it('are deleted together up to one of them', async () => {
        await rows(...[1, 2, 3].flatMap((n) => ['a', 'b'].map((s) => put(SAMPLES, sample(s, n)))));
        const range = { where: { shelf: 'a' }, column: 'place', upTo: 2 };
        await rows({ table: SAMPLES, key: [], range });
        expect(await store.countRows(SAMPLES, 'shelf')).toEqual({ a: 1, b: 3 });
      });

      it('are written in one commit with all else, or not at all', async () => {
        const twice = put(MACHINES, (await store.findMachine(1)) as MachineRecord);
        const write = { ...commit(create(1, 'one')), rows: [put(SAMPLES, sample('a', 1)), twice] };
        await expect(async () => store.commit(write)).rejects.toMatchObject({ code: 'constraint' });
        expect(await store.listRows(SAMPLES)).toEqual([]);
        expect(await store.findExecution(1)).toBeUndefined();
      });

      it('are refused when a newer version has written their table', async () => {
        const newer = { ...SAMPLES, migrations: [...SAMPLES.migrations, 'SELECT 1;'] };
        await store.joinTables([newer]);
        await expect(async () => store.joinTables([SAMPLES])).rejects.toMatchObject({
          code: 'newer-schema',
        });
      });
    });

    it('uses a login token up for exactly one caller', async () => {
      await store.insertToken({
        hash: 'h',
        kind: 'login',
        label: 'console',
        teams: ['*'],
        role: 'operator',
        createdAt: 1,
        expiresAt: 10,
      });
      expect((await store.findToken('h'))?.teams).toEqual(['*']);
      expect([await store.deleteToken('h'), await store.deleteToken('h')]).toEqual([true, false]);
    });

    it('keeps settings', async () => {
      await store.writeSetting('a', { b: [1] });
      await store.writeSetting('a', { b: [2] });
      await reopen();
      expect(await store.readSetting('a')).toEqual({ b: [2] });
    });
  });
}
