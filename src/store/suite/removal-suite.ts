/**
 * What is old, and its removal.
 * @module
 */
import { describe, expect, it } from 'vitest';
import {
  attempt,
  commit,
  create,
  creation,
  events,
  progress,
  type Stage,
  thread,
  write,
} from './stage.js';

const orders = { team: 'shop', name: 'orders' };

export function removalSuite(stage: Stage): void {
  describe('old executions', () => {
    it('are those of a pipeline that have ended and started before a moment, test runs too, the oldest first', async () => {
      const { store } = stage;
      const at = (number: number, startedAt: number, more: object = {}) =>
        write(number, {
          create: creation(`e${number}`, { startedAt, ...more }),
          progress: progress(number % 2 === 0 ? 'FAILED' : 'SUCCEEDED', {
            redriveCount: number % 3,
            ...(number === 3 ? {} : { stoppedAt: startedAt + 5 }),
          }),
        });
      await store.commit(
        commit(
          ...[at(5, 500), at(1, 100), at(2, 200, { testRun: { root: 2 } }), at(3, 300), at(4, 400)],
          at(6, 100, { team: 'depot' }),
          at(7, 100, { mapRun: { number: 1, child: 0 } }),
          create(8, 'running'),
        ),
      );
      const query = { pipeline: orders, startedBefore: 450, after: 0, limit: 3 };
      const page = await store.listOldExecutions(query);
      expect(page.map(({ number }) => number)).toEqual([1, 2, 3]);
      expect(page[0]).toEqual({
        ...{ number: 1, id: 'id-e1', name: 'e1', status: 'SUCCEEDED' },
        ...{ startedAt: 100, stoppedAt: 105 },
      });
      expect(page[2]).not.toHaveProperty('stoppedAt');
      const rest = await store.listOldExecutions({ ...query, after: 3 });
      expect(rest.map(({ number }) => number)).toEqual([4]);
      const none = { ...query, pipeline: { team: 'nobody', name: 'orders' } };
      expect(await store.listOldExecutions(none)).toEqual([]);
    });

    it('are found by their numbers, also those that run, with what started them', async () => {
      const { store } = stage;
      const triggeredBy = { type: 'files', file: 'a.csv' };
      const ended = write(1, {
        create: creation('e1', { triggeredBy }),
        progress: progress('FAILED', { stoppedAt: 5 }),
      });
      await store.commit(commit(ended, create(2, 'running')));
      const found = await store.findOldExecutions([2, 9, 1]);
      expect(found.map(({ number, status }) => [number, status])).toEqual([
        [2, 'RUNNING'],
        [1, 'FAILED'],
      ]);
      expect(found[1]).toMatchObject({ stoppedAt: 5, triggeredBy: 'files' });
      expect(found[0]).not.toHaveProperty('triggeredBy');
      expect(await store.findOldExecutions([])).toEqual([]);
    });

    it('have children, which are listed in the order of their items', async () => {
      const { store } = stage;
      const child = (number: number, item: number) =>
        write(number, {
          create: creation(`c${number}`, { mapRun: { number: 4, child: item } }),
          progress: progress('SUCCEEDED', { stoppedAt: 2000 }),
        });
      await store.commit(commit(child(3, 0), child(2, 2), child(1, 1)));
      const listed = await store.listOldMapChildren({ mapRun: 4, limit: 2 });
      expect(listed.map(({ number }) => number)).toEqual([3, 1]);
      expect(listed[0]).toEqual({
        ...{ number: 3, id: 'id-c3', name: 'c3', status: 'SUCCEEDED' },
        ...{ startedAt: 1000, stoppedAt: 2000 },
      });
      expect(await store.listOldMapChildren({ mapRun: 5, limit: 2 })).toEqual([]);
    });

    it('are removed with all that is theirs, and their names are free', async () => {
      const { store } = stage;
      const line = { at: 1, stream: 'stdout', level: 'info', message: 'x' } as const;
      const whole = (number: number, name: string) =>
        create(number, name, {
          history: events(1, 3),
          threads: [thread(2)],
          attempts: [attempt(number, { token: name })],
          timers: [{ execution: number, thread: 0, kind: 'wait', sequence: 1, at: 5 }],
        });
      const logs = [1, 2].map((execution) => ({
        ...{ team: 'shop', pipeline: 'orders' },
        ...{ execution, state: 'A', attempt: 0, tags: {}, lines: [line] },
      }));
      await store.commit({ ...commit(whole(1, 'one'), whole(2, 'two')), logs });
      await store.commit({ ...commit(), removals: [1, 77] });
      await stage.reopen();
      const left = async (execution: number) => ({
        record: (await stage.store.findExecution(execution))?.number,
        threads: (await stage.store.listThreads(execution)).length,
        history: (await stage.store.readHistory({ execution, order: 'ascending', limit: 9 }))
          .length,
        logs: (await stage.store.readLogs({ execution, limit: 9 })).lines.length,
      });
      expect(await left(1)).toEqual({ record: undefined, threads: 0, history: 0, logs: 0 });
      expect(await left(2)).toEqual({ record: 2, threads: 1, history: 3, logs: 1 });
      expect(await stage.store.findAttemptByToken('one')).toBeUndefined();
      expect((await stage.store.listTimers(9, 9)).map(({ execution }) => execution)).toEqual([2]);
      await stage.store.commit(commit(create(3, 'one')));
      expect((await stage.store.findExecutionByName(orders, 'one'))?.number).toBe(3);
    });

    it('are removed many at a time', async () => {
      const { store } = stage;
      const numbers = Array.from({ length: 71 }, (_, index) => index + 1);
      const all = numbers.map((number) => create(number, `e${number}`, { history: events(1, 2) }));
      await store.commit(commit(...all));
      await store.commit({ ...commit(), removals: numbers.filter((number) => number !== 40) });
      const found = await store.findOldExecutions(numbers);
      expect(found.map(({ number }) => number)).toEqual([40]);
      const query = { order: 'ascending', limit: 9 } as const;
      expect(await store.readHistory({ execution: 71, ...query })).toEqual([]);
      expect(await store.readHistory({ execution: 40, ...query })).toHaveLength(2);
    });

    it('leave space that is given back', async () => {
      const { store } = stage;
      const long = events(1, 200).map((event) => ({ ...event, details: { x: 'y'.repeat(2000) } }));
      await store.commit(commit(create(1, 'one', { history: long })));
      await store.commit({ ...commit(), removals: [1] });
      let left = await store.giveBack(10);
      for (let round = 0; left > 0 && round < 100; round += 1) {
        const before = left;
        left = await store.giveBack(10);
        expect(left).toBeLessThan(before);
      }
      expect(left).toBe(0);
      expect(await store.lastExecutionNumber()).toBe(0);
    });
  });
}
