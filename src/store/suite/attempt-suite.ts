/**
 * Attempts and timers, and what a start after a crash asks for.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { AttemptRecord, ExecutionWrite, TimerRecord } from '../store.js';
import {
  AWKWARD,
  attempt,
  commit,
  commitRows,
  create,
  creation,
  failure,
  GREATEST,
  MAP_RUNS,
  progress,
  put,
  type Stage,
  thread,
  write,
} from './stage.js';

export function attemptSuite(stage: Stage): void {
  describe('attempts', () => {
    const listed = async (
      status: AttemptRecord['status'],
      more: { kind?: string; after?: number; limit?: number } = {},
    ): Promise<string[]> => {
      const query = { status, after: 0, limit: 10, ...more };
      return (await stage.store.listAttempts(query)).map(({ attempt: { id } }) => id);
    };

    it('are listed by status and kind in the order of their scheduling, page by page', async () => {
      const { store } = stage;
      const kinds = ['shell', 'http', 'shell', 'sql', 'shell'];
      const writes = kinds.map((kind, at) =>
        create(at + 1, `e${at + 1}`, { attempts: [attempt(at + 1, { kind, id: `a${at + 1}` })] }),
      );
      for (const one of writes) await store.commit(commit(one));
      const started = attempt(1, { id: 'a1', status: 'started', owner: 'me', startedAt: 9 });
      await store.commit(commit(write(1, { attempts: [started] })));
      const waiting = attempt(4, { id: 'a4', kind: 'sql', status: 'submitted', child: 5 });
      await store.commit(commit(write(4, { attempts: [waiting] })));
      expect(await listed('scheduled')).toEqual(['a2', 'a3', 'a5']);
      expect(await listed('scheduled', { kind: 'shell' })).toEqual(['a3', 'a5']);
      expect(await listed('scheduled', { kind: 'none' })).toEqual([]);
      expect(await listed('started')).toEqual(['a1']);
      expect(await listed('submitted')).toEqual(['a4']);
      const [first] = await store.listAttempts({ status: 'scheduled', after: 0, limit: 1 });
      const after = first?.position ?? 0;
      expect(await listed('scheduled', { after, limit: 1 })).toEqual(['a3']);
      expect(await listed('scheduled', { kind: 'shell', after, limit: 1 })).toEqual(['a3']);
      // What is written again keeps its place and what never changes.
      expect((await store.loadExecution(1))?.attempts).toEqual([
        { ...attempt(1, { id: 'a1' }), status: 'started', owner: 'me', startedAt: 9 },
      ]);
    });

    it('are counted with what else is open, for who takes a copy into use', async () => {
      const { store } = stage;
      expect(await store.countOpenWork()).toEqual({ running: 0, attempts: 0, deliveries: 0 });
      const waits = attempt(2, { id: 'a2', status: 'submitted', child: 9 });
      await store.commit(commit(create(1, 'e1', { attempts: [attempt(1, { id: 'a1' })] })));
      await store.commit(commit(create(2, 'e2', { attempts: [waits] })));
      await store.commit(commit(create(3, 'e3', { progress: progress('FAILED') })));
      expect(await store.countOpenWork()).toEqual({ running: 2, attempts: 1, deliveries: 0 });
    });

    it('keep everything that they can have', async () => {
      const whole = attempt(1, {
        thread: GREATEST,
        sequence: GREATEST,
        id: AWKWARD,
        status: 'submitted',
        kind: 'activity:shop/approve',
        owner: AWKWARD,
        token: AWKWARD,
        child: GREATEST,
        scheduledAt: GREATEST,
        startedAt: GREATEST,
        request: { state: AWKWARD, 'nul\u0000': ['\u0000', { deep: null }] },
      });
      await stage.store.commit(commit(create(1, 'one', { attempts: [whole] })));
      await stage.reopen();
      expect((await stage.store.loadExecution(1))?.attempts).toEqual([whole]);
      expect(await stage.store.findAttemptByToken(AWKWARD)).toEqual(whole);
      expect(await stage.store.findAttemptByToken('another')).toBeUndefined();
    });

    it('have a token of their own', async () => {
      const two = ['one', 'two'].map((name, at) =>
        create(at + 1, name, { attempts: [attempt(at + 1, { token: 'same' })] }),
      );
      const call = async () => stage.store.commit(commit(...two));
      expect(await failure(call)).toMatchObject({ code: 'constraint' });
      expect(await stage.store.findExecution(1)).toBeUndefined();
    });

    it('put the next attempt of a thread in the place of the closed one', async () => {
      const { store } = stage;
      const begun = (number: number, id: string) =>
        create(number, id, { attempts: [attempt(number, { id, status: 'started', token: id })] });
      await store.commit(commit(begun(1, 'first'), begun(2, 'second')));
      const next = attempt(1, {
        ...{ sequence: 2, id: 'next', status: 'started', token: 't2', kind: 'http' },
        ...{ owner: 'me', startedAt: 7, scheduledAt: 6, request: { state: 'B' } },
      });
      await store.commit(
        commit(write(1, { closedAttempts: [{ thread: 0, sequence: 1 }], attempts: [next] })),
      );
      expect((await store.loadExecution(1))?.attempts).toEqual([next]);
      expect(await store.findAttemptByToken('t2')).toEqual(next);
      expect(await store.findAttemptByToken('first')).toBeUndefined();
      expect(await listed('started')).toHaveLength(2);
    });

    it('put one that waits behind all others, though another of its thread closed', async () => {
      const { store } = stage;
      await store.commit(
        commit(create(1, 'one', { attempts: [attempt(1, { status: 'started', id: 'a' })] })),
      );
      await store.commit(commit(create(2, 'two', { attempts: [attempt(2, { id: 'b' })] })));
      await store.commit(
        commit(
          write(1, {
            closedAttempts: [{ thread: 0, sequence: 1 }],
            attempts: [attempt(1, { sequence: 2, id: 'c' })],
          }),
        ),
      );
      expect(await listed('scheduled')).toEqual(['b', 'c']);
    });
  });

  describe('timers', () => {
    const timer = (execution: number, more: Partial<TimerRecord>): TimerRecord => ({
      execution,
      thread: 0,
      kind: 'wait',
      sequence: 1,
      at: 100,
      ...more,
    });

    it('that are due are listed, soonest first, up to so many', async () => {
      const { store } = stage;
      const timers = [
        timer(1, { thread: 1, at: 300 }),
        timer(1, { thread: 2, at: 100 }),
        timer(1, { thread: 3, at: 900 }),
        timer(1, { thread: 4, at: 500 }),
        timer(1, { kind: 'continue', at: 1 }),
      ];
      await store.commit(commit(create(1, 'one', { timers })));
      expect((await store.listTimers(500, 10)).map((one) => one.thread)).toEqual([2, 1]);
      expect((await store.listTimers(501, 10)).map((one) => one.thread)).toEqual([2, 1, 4]);
      expect(await store.listTimers(GREATEST, 1)).toEqual([timers[1]]);
      expect(await store.listTimers(100, 10)).toEqual([]);
    });

    it('are one of a kind for each thread: a later one takes the place', async () => {
      const { store } = stage;
      const first = [
        timer(1, {}),
        timer(1, { kind: 'execution', at: 50 }),
        timer(1, { thread: 1 }),
      ];
      await store.commit(commit(create(1, 'one', { timers: first })));
      const later = timer(1, { sequence: 2, at: GREATEST });
      await store.commit(
        commit(write(1, { timers: [later], clearedTimers: [{ thread: 0, kind: 'execution' }] })),
      );
      expect((await store.loadExecution(1))?.timers).toEqual([later, timer(1, { thread: 1 })]);
    });
  });

  describe('what a start asks for', () => {
    const ofParent = (number: number, name: string, attached: boolean, redriveCount = 0) =>
      write(number, {
        create: creation(name, {
          parent: { execution: 1, thread: 0, sequence: number, attached },
        }),
        progress: progress('RUNNING', { redriveCount }),
      });

    it('attempts that wait for an execution that has ended', async () => {
      const { store } = stage;
      const waiting = (child: number) =>
        attempt(1, { sequence: child, id: `w${child}`, status: 'submitted', child });
      await store.commit(
        commit(
          create(1, 'parent', { attempts: [2, 3, 4, 5].map(waiting) }),
          create(2, 'runs'),
          create(3, 'done', { progress: progress('SUCCEEDED', { root: null }) }),
          create(4, 'failed', { progress: progress('FAILED') }),
        ),
      );
      const answered = await store.listAnsweredAttempts();
      expect(answered).toEqual([waiting(3), waiting(4)]);
    });

    it('running executions whose parent waits no more, in the order of their numbers', async () => {
      const { store } = stage;
      const run = (number: number, status: string) =>
        put(MAP_RUNS, {
          ...{ number, id: `run-${number}`, execution: 1, thread: 0, sequence: 1 },
          ...{ status, state: {}, startedAt: 1 },
        });
      const child = (number: number, mapRun: number): ExecutionWrite =>
        write(number, {
          create: creation(`child-${number}`, { mapRun: { number: mapRun, child: number } }),
          progress: progress(),
        });
      const waits = attempt(1, { sequence: 2, status: 'submitted', child: 2 });
      await commitRows(store, run(1, 'RUNNING'), run(2, 'FAILED'));
      await store.commit(
        commit(
          child(9, 2),
          child(8, 1),
          create(1, 'parent', { attempts: [waits] }),
          ofParent(2, 'waited-for', true),
          ofParent(3, 'orphan', true),
          ofParent(4, 'only-started', false),
          ofParent(5, 'redriven', true, 1),
          write(6, {
            create: creation('ended', {
              parent: { execution: 1, thread: 0, sequence: 6, attached: true },
            }),
            progress: progress('FAILED'),
          }),
        ),
      );
      expect(await store.listOrphans()).toEqual([3, 9]);
      await store.commit(commit(write(1, { closedAttempts: [{ thread: 0, sequence: 2 }] })));
      expect(await store.listOrphans()).toEqual([2, 3, 9]);
    });

    it('executions that have not begun, in the order of their numbers', async () => {
      const { store } = stage;
      const unbegun = progress('RUNNING', { root: null });
      await store.commit(
        commit(
          create(3, 'late', { progress: unbegun }),
          create(1, 'begun'),
          create(2, 'early', { progress: unbegun }),
          create(4, 'done', { progress: progress('SUCCEEDED', { root: null }) }),
        ),
      );
      expect(await store.listUnstarted()).toEqual([2, 3]);
      const begun = progress('RUNNING', { root: thread(0) });
      await store.commit(commit(write(2, { progress: begun })));
      expect(await store.listUnstarted()).toEqual([3]);
    });

    it('executions in the middle of a turn, in the order of their numbers', async () => {
      const { store } = stage;
      const more = (execution: number): TimerRecord => ({
        ...{ execution, thread: 0, kind: 'continue', sequence: 0, at: 5 },
      });
      await store.commit(
        commit(
          create(2, 'two', { timers: [more(2)] }),
          create(1, 'one', { timers: [more(1)] }),
          create(3, 'three'),
        ),
      );
      expect(await store.listInterrupted()).toEqual([1, 2]);
      const clearedTimers = [{ thread: 0, kind: 'continue' as const }];
      await store.commit(commit(write(1, { clearedTimers })));
      expect(await store.listInterrupted()).toEqual([2]);
    });

    it('a backup that is taken into use: what was about to begin counts as begun', async () => {
      const { store } = stage;
      await store.writeSetting('backup', { madeAt: 'yesterday' });
      await store.writeSetting('other', 1);
      await store.commit(
        commit(
          create(1, 'one', { attempts: [attempt(1)] }),
          create(2, 'two', { attempts: [attempt(2, { status: 'started', owner: 'me' })] }),
          create(3, 'three', { attempts: [attempt(3, { status: 'submitted', token: 't' })] }),
        ),
      );
      await store.leaveBackup();
      expect(await store.readSetting('backup')).toBeUndefined();
      expect(await store.readSetting('other')).toBe(1);
      expect(await store.listAttempts({ status: 'scheduled', after: 0, limit: 9 })).toEqual([]);
      const started = await store.listAttempts({ status: 'started', after: 0, limit: 9 });
      expect(started.map((row) => [row.attempt.execution, row.attempt.owner])).toEqual([
        [1, 'before the backup'],
        [2, 'me'],
      ]);
      expect((await store.findAttemptByToken('t'))?.status).toBe('submitted');
    });
  });
}
