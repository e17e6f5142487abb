/**
 * Children of distributed Maps.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { ExecutionStatus } from '../../asl/execution-state.js';
import type { ExecutionWrite } from '../store.js';
import {
  AWKWARD,
  commit,
  create,
  creation,
  failure,
  progress,
  type Stage,
  write,
} from './stage.js';

const child = (number: number, status: ExecutionStatus, item: number, mapRun = 1): ExecutionWrite =>
  write(number, {
    create: creation(`c${number}`, { mapRun: { number: mapRun, child: item } }),
    progress: progress(status),
  });

export function mapRunSuite(stage: Stage): void {
  describe('children of a map run', () => {
    const fill = async (): Promise<void> => {
      await stage.store.commit(
        commit(
          create(1, 'parent'),
          child(2, 'SUCCEEDED', 0),
          child(3, 'RUNNING', 1),
          child(4, 'FAILED', 2),
          child(5, 'SUCCEEDED', 3),
          child(6, 'TIMED_OUT', 4),
          child(7, 'RUNNING', 5),
          child(8, 'ABORTED', 6),
          child(9, 'FAILED', 0, 2),
        ),
      );
    };

    it('are listed apart from other executions', async () => {
      await fill();
      await stage.reopen();
      const { store } = stage;
      const numbers = async (query: Parameters<typeof store.listExecutions>[0]) =>
        (await store.listExecutions(query)).map(({ number }) => number);
      expect(await numbers({ limit: 10 })).toEqual([1]);
      expect(await numbers({ mapRun: 1, limit: 2 })).toEqual([8, 7]);
      expect(await numbers({ mapRun: 1, limit: 2, below: 4 })).toEqual([3, 2]);
      expect(await numbers({ mapRun: 1, limit: 9, status: 'FAILED', below: 5 })).toEqual([4]);
      expect(await numbers({ mapRun: 2, limit: 9 })).toEqual([9]);
    });

    it('are read in the order of their items, page by page, with what their results need', async () => {
      const { store } = stage;
      await fill();
      const items = async (after: number, limit: number): Promise<number[]> =>
        (await store.listMapChildren({ mapRun: 1, after, limit })).map((one) => one.child);
      expect(await items(-1, 3)).toEqual([0, 1, 2]);
      expect(await items(2, 3)).toEqual([3, 4, 5]);
      expect(await items(5, 3)).toEqual([6]);
      expect(await store.listMapChildren({ mapRun: 2, after: -1, limit: 9 })).toEqual([
        {
          ...{ number: 9, child: 0, name: 'c9', status: 'FAILED', startedAt: 1000 },
          ...{ context: creation('c9').context, redriveCount: 0 },
        },
      ]);
      const header = { ...progress('FAILED').header, error: AWKWARD, cause: 'nul \u0000' };
      const ended = progress('FAILED', { header, stoppedAt: 5, redriveCount: 1 });
      await store.commit(commit(write(9, { progress: ended })));
      const [failed] = await store.listMapChildren({ mapRun: 2, after: -1, limit: 9 });
      const { error, cause } = header;
      expect(failed).toMatchObject({ error, cause, stoppedAt: 5, redriveCount: 1 });
      const output = { text: AWKWARD };
      const succeeded = progress('SUCCEEDED', { root: null });
      succeeded.header = { ...succeeded.header, output };
      await store.commit(commit(write(9, { progress: succeeded })));
      expect((await store.listMapChildren({ mapRun: 2, after: -1, limit: 9 }))[0]).toMatchObject({
        output,
      });
    });

    it('are counted by status, and listed where open or without success', async () => {
      const { store } = stage;
      await fill();
      expect(await store.countMapChildren(1)).toEqual({
        ...{ SUCCEEDED: 2, RUNNING: 2, FAILED: 1, TIMED_OUT: 1, ABORTED: 1 },
      });
      expect(await store.countMapChildren(3)).toEqual({});
      const query = { mapRun: 1, after: 0, limit: 10 };
      expect(await store.listOpenMapChildren({ ...query, which: 'running' })).toEqual([3, 7]);
      const unsuccessful = { ...query, which: 'unsuccessful' } as const;
      expect(await store.listOpenMapChildren(unsuccessful)).toEqual([4, 6, 8]);
      expect(await store.listOpenMapChildren({ ...unsuccessful, limit: 2 })).toEqual([4, 6]);
      expect(await store.listOpenMapChildren({ ...unsuccessful, after: 6 })).toEqual([8]);
    });

    it('are one for each item', async () => {
      await fill();
      const call = async () => stage.store.commit(commit(child(10, 'RUNNING', 6)));
      expect(await failure(call)).toMatchObject({ code: 'constraint' });
    });
  });
}
