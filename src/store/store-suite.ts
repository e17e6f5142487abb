/**
 * What every store must do. One suite, run by each store's own test with a factory: SQLite on a file now, PostgreSQL later.
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../asl/transition.js';
import type {
  AttemptRecord,
  BackfillRecord,
  Commit,
  ExecutionCreation,
  ExecutionProgress,
  ExecutionWrite,
  MapRunRecord,
  Store,
} from './store.js';

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
  mapRuns: [],
  logs: [],
  events: [],
  triggers: [],
  backfills: [],
  declarations: [],
  deliveries: [],
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

/** Describes a store by its behaviour. */
export function storeSuite(name: string, makeFactory: () => StoreFactory): void {
  describe(name, () => {
    let factory: StoreFactory;
    let store: Store;

    beforeEach(async () => {
      factory = makeFactory();
      store = await factory.open();
      await store.insertMachine({
        pipeline: 'orders',
        version: 1,
        team: 'shop',
        tags: {},
        digest: 'd1',
        deployedAt: 1,
        deployment: { name: 'orders' },
      });
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

    it('keeps what clients declare, by kind, team and name', async () => {
      const bus = { kind: 'event-bus', team: 'own', name: 'orders', record: { a: 1 } };
      const rule = { ...bus, kind: 'event-rule' };
      const foreign = { ...bus, team: 'other' };
      await store.commit({ ...commit(), declarations: [bus, rule, foreign] });
      expect(await store.listDeclarations('event-bus')).toEqual([foreign, bus]);
      const changed = { ...bus, record: { a: 2 } };
      const { record: _, ...gone } = foreign;
      await store.commit({ ...commit(), declarations: [changed, gone] });
      expect(await store.listDeclarations('event-bus')).toEqual([changed]);
      expect(await store.listDeclarations('event-rule')).toEqual([rule]);
    });

    it('keeps backfills: the plan as it was, the progress as it is', async () => {
      const record: BackfillRecord = {
        number: 3,
        pipeline: 'listings',
        team: 'own',
        status: 'RUNNING',
        request: { from: '2026-11-01', to: '2026-11-02', mode: 'missing', concurrency: 2 },
        slots: [
          { interval: '2026-11-01', fireTime: 1, action: 'create', reason: 'has not run' },
          { interval: '2026-11-02', fireTime: 2, action: 'skip', reason: 'x runs', conflict: 'x' },
        ],
        progress: { next: 1, open: [0], succeeded: 0, failed: [] },
        createdAt: 10,
      };
      expect(await store.lastBackfillNumber()).toBe(0);
      await store.commit({ ...commit(), backfills: [{ record, isNew: true }] });
      expect(await store.findBackfill(3)).toEqual(record);
      const ended: BackfillRecord = {
        ...record,
        status: 'FAILED',
        progress: { next: 2, open: [], succeeded: 0, failed: [0] },
        stoppedAt: 20,
      };
      await store.commit({ ...commit(), backfills: [{ record: ended, isNew: false }] });
      expect(await store.findBackfill(3)).toEqual(ended);
      expect(await store.listBackfills({ status: 'RUNNING', limit: 10 })).toEqual([]);
      expect(await store.listBackfills({ teams: ['own'], limit: 10 })).toEqual([ended]);
      expect(await store.listBackfills({ teams: [], limit: 10 })).toEqual([]);
      expect(await store.listBackfills({ below: 3, limit: 10 })).toEqual([]);
      expect(await store.lastBackfillNumber()).toBe(3);
    });

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
      const next = {
        pipeline: 'orders',
        team: 'shop',
        tags: {},
        deployedAt: 2,
        deployment: { v: 2 },
      };
      const second = await store.insertMachine({ ...next, version: 2, digest: 'd2' });
      expect((await store.currentMachine({ team: 'shop', name: 'orders' }))?.version).toBe(2);
      expect((await store.findVersion({ team: 'shop', name: 'orders' }, 1))?.digest).toBe('d1');
      expect((await store.findMachine(second.number))?.deployment).toEqual({ v: 2 });
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
      const record: MapRunRecord = {
        number: 1,
        id: 'run',
        execution: 1,
        thread: 0,
        sequence: 1,
        status: 'RUNNING',
        request: { items: [1, 2, 3, 4] },
        state: { started: 4 },
        startedAt: 1000,
      };
      const children = (['SUCCEEDED', 'RUNNING', 'FAILED', 'SUCCEEDED'] as const).map(
        (status, child) =>
          write(child + 2, {
            create: { ...creation(`c${child}`), mapRun: { number: 1, child } },
            progress: progress(status),
          }),
      );
      await store.commit({
        ...commit(create(1, 'parent'), ...children),
        mapRuns: [{ record, isNew: true }],
      });
      await reopen();
      expect(await store.findMapRunById('run')).toEqual(record);
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

    it('writes what changes of a map run, and never its request again', async () => {
      const record: MapRunRecord = {
        number: 7,
        id: 'run',
        execution: 1,
        thread: 0,
        sequence: 1,
        status: 'RUNNING',
        request: { items: [1] },
        state: { started: 0 },
        startedAt: 1000,
      };
      await store.commit({ ...commit(), mapRuns: [{ record, isNew: true }] });
      const later: MapRunRecord = {
        ...record,
        sequence: 5,
        status: 'FAILED',
        request: { items: 'others' },
        state: { started: 1 },
        stoppedAt: 2000,
      };
      await store.commit({ ...commit(), mapRuns: [{ record: later, isNew: false }] });
      expect(await store.findMapRun(7)).toEqual({ ...later, request: { items: [1] } });
      expect(await store.listRunningMapRuns()).toEqual([]);
      expect(await store.lastMapRunNumber()).toBe(7);
    });

    it('keeps deliveries until they are done, and dead letters', async () => {
      const pending = {
        number: 1,
        team: 'a',
        status: 'PENDING' as const,
        queue: 'default',
        dueAt: 5_000,
        createdAt: 1_000,
        attempts: 0,
        request: { target: 'x' },
      };
      const sooner = { ...pending, number: 2, team: 'b', dueAt: 4_000 };
      const deliveries = [pending, sooner].map((record) => ({ number: record.number, record }));
      await store.commit({ ...commit(), deliveries });
      await reopen();
      expect(await store.listDueDeliveries(5_000, 10)).toEqual([sooner]);
      expect(await store.listDueDeliveries(5_001, 10)).toEqual([sooner, pending]);
      expect(await store.countPendingDeliveries()).toEqual({ a: 1, b: 1 });
      const dead = { ...pending, status: 'DEAD' as const, attempts: 3, failure: { code: 'X' } };
      await store.commit({
        ...commit(),
        deliveries: [{ number: 1, record: dead }, { number: 2 }],
      });
      expect(await store.listDueDeliveries(9_000, 10)).toEqual([]);
      expect(await store.listDeadLetters({ limit: 10 })).toEqual([dead]);
      expect(await store.listDeadLetters({ teams: ['b'], limit: 10 })).toEqual([]);
      expect(await store.listDeadLetters({ queue: 'other', limit: 10 })).toEqual([]);
      expect(await store.lastDeliveryNumber()).toBe(1);
    });

    it('knows an event by its team, bus and id', async () => {
      const event = {
        number: 1,
        bus: 'default',
        id: 'e',
        team: 'a',
        source: 's',
        detailType: 'd',
        storedAt: 1,
        envelope: {},
        matched: [],
      };
      const foreign = { ...event, number: 2, team: 'b' };
      await store.commit({ ...commit(), events: [event, foreign] });
      expect(await store.findEvent('b', 'default', 'e')).toEqual(foreign);
      expect(await store.findEvent('c', 'default', 'e')).toBeUndefined();
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
