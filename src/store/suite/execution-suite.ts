/**
 * Executions, their threads, and what is deployed.
 * @module
 */

import { describe, expect, it } from 'vitest';
import type { Json } from '../../asl/json.js';
import { FIRST_ELSEWHERE } from '../elsewhere.js';
import type { ExecutionRecord, Tags } from '../store.js';
import {
  AWKWARD,
  attempt,
  commit,
  create,
  creation,
  deploy,
  events,
  failure,
  GREATEST,
  machine,
  PIPELINES,
  progress,
  put,
  type Stage,
  thread,
  write,
} from './stage.js';

const orders = { team: 'shop', name: 'orders' };

export function executionSuite(stage: Stage): void {
  describe('executions', () => {
    it('are as they were committed, also after the store was opened again', async () => {
      const one = create(1, 'one', { history: events(1, 3) });
      await stage.store.commit(commit(one));
      await stage.reopen();
      const { store } = stage;
      const record = await store.findExecutionByName(orders, 'one');
      expect(record).toEqual({ number: 1, ...creation('one'), ...progress() });
      expect(await store.findExecution(1)).toEqual(record);
      expect(await store.findExecutionById('id-one')).toEqual(record);
      expect(await store.lastExecutionNumber()).toBe(1);
      expect(await store.lastHistoryTime()).toBe(1003);
    });

    it('are none at first', async () => {
      const { store } = stage;
      expect(await store.lastExecutionNumber()).toBe(0);
      expect(await store.lastHistoryTime()).toBe(0);
      expect(await store.findExecution(1)).toBeUndefined();
      expect(await store.findExecutionById('id-one')).toBeUndefined();
      expect(await store.findExecutionByName(orders, 'one')).toBeUndefined();
      expect(await store.loadExecution(1)).toBeUndefined();
      expect(await store.listThreads(1)).toEqual([]);
    });

    it('keep everything that they can have', async () => {
      const whole: ExecutionRecord = {
        number: GREATEST,
        ...creation('whole', {
          tags: { [AWKWARD]: AWKWARD, 'nul\u0000': '\u0000' } as Tags,
          startedAt: GREATEST,
          pointer: '/States/Map/ItemProcessor',
          parent: { execution: 7, thread: 3, sequence: 9, attached: true },
          mapRun: { number: 5, child: 0 },
          testCase: AWKWARD,
          publishedVersion: 3,
          alias: 'live',
          triggeredBy: { type: 'schedule', deep: [null, true, 1.5, { x: [] }] },
          interval: '2026-11-20',
          testRun: { root: GREATEST, readsOf: GREATEST },
        }),
        ...progress('FAILED', {
          root: thread(0, { input: deep(200), variables: { big: GREATEST, small: 5e-324 } }),
          stoppedAt: 2000,
          redriveCount: 2,
        }),
      };
      whole.header = { ...whole.header, error: AWKWARD, cause: AWKWARD, output: null };
      const { number, machine: of, header, root, stoppedAt, redriveCount, ...made } = whole;
      const progressed = {
        ...{ machine: of, header, root, redriveCount },
        ...(stoppedAt === undefined ? {} : { stoppedAt }),
      };
      await stage.store.commit(commit(write(number, { create: made, progress: progressed })));
      expect(await stage.store.findExecution(GREATEST)).toEqual(whole);
      // Numbers of another host are not those that a server counts on from.
      expect(await stage.store.lastExecutionNumber()).toBe(0);
      const own = FIRST_ELSEWHERE - 1;
      const other = { ...made, id: 'other', name: 'other', mapRun: { number: 5, child: 1 } };
      await stage.store.commit(commit(write(own, { create: other, progress: progressed })));
      expect(await stage.store.lastExecutionNumber()).toBe(own);
    });

    it('keep NUL and halves of letters in error and cause, which people write freely', async () => {
      const header = {
        ...progress('FAILED').header,
        error: 'a\u0000b\u0001\u0001c\u0001',
        cause: '\u0000 half \ud83c end \udf0d\ud83c',
      };
      await stage.store.commit(
        commit(create(1, 'one', { progress: progress('FAILED', { header }) })),
      );
      expect((await stage.store.findExecution(1))?.header).toEqual(header);
    });

    it('keep NUL and halves of letters in JSON, as values and as names', async () => {
      const input = { 'a\u0000b': ['\u0000', '\ud800', '\udc00x', '\u0001', '\u007f', '\u2028'] };
      const root = thread(0, { input });
      await stage.store.commit(
        commit(create(1, 'one', { progress: progress('RUNNING', { root }) })),
      );
      expect((await stage.store.findExecution(1))?.root?.input).toEqual(input);
    });

    it('change while they run, when they end, and when they are redriven', async () => {
      const { store } = stage;
      await store.commit(commit(create(1, 'one')));
      const header = { ...progress().header, nextEvent: 9 };
      const running = progress('RUNNING', { header, root: thread(0, { state: 'B' }) });
      await store.commit(commit(write(1, { progress: running })));
      expect(await store.findExecution(1)).toMatchObject({ header, root: { state: 'B' } });
      const ended = progress('SUCCEEDED', { root: null, stoppedAt: 5000 });
      ended.header = { ...ended.header, output: { done: [AWKWARD] } };
      await store.commit(commit(write(1, { progress: ended })));
      expect(await store.findExecution(1)).toEqual({ number: 1, ...creation('one'), ...ended });
      await deploy(store, machine(2));
      const context = {
        ...creation('one').context,
        Execution: { ...creation('one').context.Execution, RedriveCount: 1 },
      };
      const redriven = progress('RUNNING', { machine: 2, redriveCount: 1, context });
      await store.commit(commit(write(1, { progress: redriven })));
      expect(await store.findExecution(1)).toEqual({
        number: 1,
        ...creation('one'),
        ...redriven,
      });
    });

    it('have a name that is one of its pipeline and team', async () => {
      const { store } = stage;
      const of = (number: number, id: string, pipeline: string, team: string) =>
        write(number, {
          create: creation('same', { id, pipeline, team }),
          progress: progress(),
        });
      await store.commit(
        commit(
          of(1, 'a', 'orders', 'shop'),
          of(2, 'b', 'orders', 'depot'),
          of(3, 'c', 'returns', 'shop'),
        ),
      );
      const found = async (team: string, name: string): Promise<number | undefined> =>
        (await store.findExecutionByName({ team, name }, 'same'))?.number;
      expect(await found('shop', 'orders')).toBe(1);
      expect(await found('depot', 'orders')).toBe(2);
      expect(await found('shop', 'returns')).toBe(3);
      expect(await found('depot', 'returns')).toBeUndefined();
      const again = async () => store.commit(commit(of(4, 'd', 'orders', 'shop')));
      expect(await failure(again)).toMatchObject({ code: 'constraint' });
    });

    it('are not found by a name that nobody chose', async () => {
      const unnamed = creation('x', { id: 'given', name: 'given' });
      await stage.store.commit(commit(write(1, { create: unnamed, progress: progress() })));
      expect(await stage.store.findExecutionByName(orders, 'given')).toBeUndefined();
      expect((await stage.store.findExecutionById('given'))?.number).toBe(1);
    });

    it('are loaded with threads, attempts and timers, and without what was removed', async () => {
      const { store } = stage;
      await store.commit(
        commit(
          create(1, 'one', {
            threads: [thread(9), thread(5), thread(10)],
            attempts: [attempt(1)],
            timers: [{ execution: 1, thread: 5, kind: 'wait', sequence: 1, at: 5000 }],
          }),
          create(2, 'two', { threads: [thread(5)], attempts: [attempt(2)] }),
        ),
      );
      const loaded = await store.loadExecution(1);
      expect(loaded).toEqual({
        record: await store.findExecution(1),
        threads: [thread(5), thread(9), thread(10)],
        attempts: [attempt(1)],
        timers: [{ execution: 1, thread: 5, kind: 'wait', sequence: 1, at: 5000 }],
      });
      expect(await store.listThreads(1)).toEqual(loaded?.threads);
      const changed = thread(9, { state: 'later' });
      await store.commit(
        commit(
          write(1, {
            threads: [changed],
            removedThreads: [5, 10],
            closedAttempts: [{ thread: 0, sequence: 1 }],
            clearedTimers: [{ thread: 5, kind: 'wait' }],
          }),
        ),
      );
      expect(await store.loadExecution(1)).toMatchObject({ attempts: [], timers: [] });
      expect(await store.listThreads(1)).toEqual([changed]);
      expect(await store.loadExecution(2)).toMatchObject({ threads: [{ id: 5 }] });
      expect((await store.loadExecution(2))?.attempts).toHaveLength(1);
    });

    it('are written with all of a commit or not at all', async () => {
      const { store } = stage;
      await store.commit(commit(create(1, 'one')));
      const timer = { execution: 2, thread: 0, kind: 'wait', sequence: 1, at: 1 } as const;
      const two = create(2, 'two', {
        history: events(1, 2),
        threads: [thread(3)],
        attempts: [attempt(2)],
        timers: [timer],
      });
      const line = { at: 1, stream: 'stdout', level: 'info', message: 'x' } as const;
      const of = { execution: 2, team: 'shop', pipeline: 'orders' };
      const logs = [{ ...of, state: 'A', attempt: 0, tags: {}, lines: [line] }];
      const rows = [put(PIPELINES, { ...orders, machine: 1 })];
      const impossible = create(3, 'one');
      const failed = async () =>
        store.commit({
          ...commit(write(1, { progress: progress('FAILED') }), two, impossible),
          logs,
          rows,
        });
      expect(await failure(failed)).toMatchObject({ name: 'StoreError', code: 'constraint' });
      expect((await store.findExecution(1))?.header.status).toBe('RUNNING');
      expect(await store.loadExecution(2)).toBeUndefined();
      expect(await store.listThreads(2)).toEqual([]);
      expect(await store.readHistory({ execution: 2, order: 'ascending', limit: 9 })).toEqual([]);
      expect(await store.listAttempts({ status: 'scheduled', after: 0, limit: 9 })).toEqual([]);
      expect(await store.listTimers(GREATEST, 9)).toEqual([]);
      expect((await store.readLogs({ execution: 2, limit: 9 })).lines).toEqual([]);
      // And the store goes on.
      await store.commit(commit(create(2, 'two')));
      expect((await store.findExecution(2))?.name).toBe('two');
    });
  });

  describe('machines', () => {
    it('are kept one version after the other, and the current one is known', async () => {
      const { store } = stage;
      const second = machine(2, { tags: { [AWKWARD]: 'x' }, deployment: { v: 2, text: AWKWARD } });
      await deploy(store, second);
      expect(await store.currentMachine(orders)).toEqual(second);
      expect(await store.findVersion(orders, 1)).toEqual(
        machine(1, { deployment: { name: 'orders' } }),
      );
      expect(await store.findMachine(2)).toEqual(second);
      expect(await store.currentMachines()).toEqual([second]);
      expect(await store.lastVersion(orders)).toBe(2);
      expect(await store.findVersion(orders, 3)).toBeUndefined();
      expect(await store.findMachine(3)).toBeUndefined();
    });

    it('of a name in two teams are two, listed by team and name as bytes have it', async () => {
      const { store } = stage;
      for (const [number, team, pipeline] of [
        [2, 'depot', 'orders'],
        [3, 'Zoo', 'ärger'],
        [4, 'Zoo', 'a-b'],
        [5, 'Zoo', 'a_b'],
        [6, 'Zoo', 'aB'],
      ] as const) {
        await deploy(store, machine(number, { team, pipeline, version: 1 }));
      }
      const names = (await store.currentMachines()).map(
        ({ team, pipeline }) => `${team}/${pipeline}`,
      );
      const expected = ['Zoo/a-b', 'Zoo/aB', 'Zoo/a_b', 'Zoo/ärger', 'depot/orders', 'shop/orders'];
      expect(names).toEqual(expected);
      expect((await store.currentMachine({ team: 'depot', name: 'orders' }))?.number).toBe(2);
      expect((await store.currentMachine(orders))?.number).toBe(1);
      const listed = (await store.listPipelineNames()).map(({ team, name }) => `${team}/${name}`);
      expect(listed).toEqual(expected);
    });

    it('stay known when their pipeline is gone', async () => {
      const { store } = stage;
      await store.commit({ ...commit(), rows: [{ table: PIPELINES, key: ['shop', 'orders'] }] });
      expect(await store.currentMachine(orders)).toBeUndefined();
      expect(await store.currentMachines()).toEqual([]);
      expect(await store.lastVersion(orders)).toBe(1);
      expect(await store.lastVersion({ team: 'shop', name: 'never' })).toBe(0);
      expect(await store.listPipelineNames()).toEqual([orders]);
    });

    it('that are current must be there', async () => {
      const missing = put(PIPELINES, { team: 'shop', name: 'ghost', machine: 99 });
      const call = async () => stage.store.commit({ ...commit(), rows: [missing] });
      expect(await failure(call)).toMatchObject({ code: 'constraint' });
    });
  });
}

/** So many arrays, each in the other. */
function deep(levels: number): Json {
  let value: Json = [];
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
