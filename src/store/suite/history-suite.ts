/**
 * Histories, and the output of tasks.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { HistoryQuery, LogLine, LogSegment } from '../store.js';
import { AWKWARD, commit, create, events, failure, GREATEST, type Stage, write } from './stage.js';

export function historySuite(stage: Stage): void {
  describe('histories', () => {
    const ids = async (query: Omit<HistoryQuery, 'execution'>): Promise<number[]> =>
      (await stage.store.readHistory({ execution: 1, ...query })).map((event) => event.id);

    it('are paged through both ways, wherever commits have cut them', async () => {
      const { store } = stage;
      await store.commit(commit(create(1, 'one', { history: events(1, 4) }), create(2, 'two')));
      await store.commit(commit(write(1, { history: events(5, 5) })));
      await store.commit(commit(write(2, { history: events(1, 2) })));
      await store.commit(commit(write(1, { history: events(6, 20) })));
      const page = { limit: 6 };
      expect(await ids({ order: 'ascending', ...page })).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await ids({ order: 'ascending', after: 6, ...page })).toEqual([7, 8, 9, 10, 11, 12]);
      expect(await ids({ order: 'ascending', after: 18, ...page })).toEqual([19, 20]);
      expect(await ids({ order: 'ascending', after: 20, ...page })).toEqual([]);
      expect(await ids({ order: 'descending', ...page })).toEqual([20, 19, 18, 17, 16, 15]);
      expect(await ids({ order: 'descending', after: 5, ...page })).toEqual([4, 3, 2, 1]);
      expect(await ids({ order: 'descending', after: 1, ...page })).toEqual([]);
      expect(await store.lastHistoryTime()).toBe(1020);
    });

    it('are whole when a transition had hundreds of events and when a page spans many commits', async () => {
      const { store } = stage;
      await store.commit(commit(create(1, 'one', { history: events(1, 250) })));
      for (let id = 251; id <= 330; id += 1) {
        await store.commit(commit(write(1, { history: events(id, id) })));
      }
      const up = await ids({ order: 'ascending', limit: 1000 });
      expect(up).toEqual(Array.from({ length: 330 }, (_, at) => at + 1));
      expect(await ids({ order: 'descending', limit: 1000 })).toEqual(up.toReversed());
      expect(await ids({ order: 'ascending', after: 99, limit: 3 })).toEqual([100, 101, 102]);
    });

    it('have pages that end early when they have bytes enough, with one event at least', async () => {
      const long = events(1, 3).map((event) => ({ ...event, details: { text: 'x'.repeat(500) } }));
      await stage.store.commit(commit(create(1, 'one', { history: long })));
      expect(await ids({ order: 'ascending', limit: 10, bytes: 1300 })).toEqual([1, 2]);
      expect(await ids({ order: 'descending', limit: 10, bytes: 10 })).toEqual([3]);
    });

    it('keep their events as they were', async () => {
      const [event] = events(1, 1);
      const details = { input: AWKWARD, 'nul\u0000': ['\u0000', '\ud800', GREATEST, -0.1, 1e300] };
      const written = [{ ...(event as NonNullable<typeof event>), at: GREATEST, details }];
      await stage.store.commit(commit(create(1, 'one', { history: written })));
      await stage.reopen();
      const query = { execution: 1, order: 'ascending', limit: 1 } as const;
      expect(await stage.store.readHistory(query)).toEqual(written);
      expect(await stage.store.lastHistoryTime()).toBe(GREATEST);
    });

    it('take no event twice', async () => {
      await stage.store.commit(commit(create(1, 'one', { history: events(1, 2) })));
      const again = async () => stage.store.commit(commit(write(1, { history: events(1, 2) })));
      expect(await failure(again)).toMatchObject({ code: 'constraint' });
      expect(await ids({ order: 'ascending', limit: 10 })).toEqual([1, 2]);
    });
  });

  describe('log lines', () => {
    const segment = (
      state: string,
      messages: string[],
      more: Partial<LogSegment> = {},
    ): LogSegment => ({
      execution: 1,
      team: 'shop',
      pipeline: 'orders',
      state,
      attempt: 0,
      tags: { county: 'alder' },
      lines: messages.map((message) => ({
        at: 1,
        stream: 'stdout' as const,
        level: 'info' as const,
        message,
      })),
      ...more,
    });
    const texts = (lines: readonly LogLine[]): string[] => lines.map(({ message }) => message);

    it('are read from the start, by state, from a place and from the tail', async () => {
      const { store } = stage;
      await store.commit(commit(create(1, 'one'), create(2, 'two')));
      await store.commit({
        ...commit(),
        logs: [
          segment('A', ['one', 'two']),
          segment('other', ['not mine'], { execution: 2 }),
          segment('B', ['three']),
        ],
      });
      await store.commit({ ...commit(), logs: [segment('A', ['four', 'five', 'six'])] });
      const first = await store.readLogs({ execution: 1, limit: 1 });
      expect(texts(first.lines)).toEqual(['one']);
      const rest = await store.readLogs({ execution: 1, after: first.position, limit: 3 });
      expect(texts(rest.lines)).toEqual(['two', 'three', 'four']);
      const last = await store.readLogs({ execution: 1, after: rest.position, limit: 10 });
      expect(texts(last.lines)).toEqual(['five', 'six']);
      const none = await store.readLogs({ execution: 1, after: last.position, limit: 10 });
      expect(none).toEqual({ lines: [], position: last.position });
      const ofB = await store.readLogs({ execution: 1, state: 'B', limit: 10 });
      expect(texts(ofB.lines)).toEqual(['three']);
      const tail = async (lines: number, state?: string): Promise<string[]> => {
        const after = await store.logTail(1, lines, state);
        const of = state === undefined ? {} : { state };
        const query = { execution: 1, limit: 10, ...of, ...(after ? { after } : {}) };
        return texts((await store.readLogs(query)).lines);
      };
      expect(await tail(2)).toEqual(['five', 'six']);
      expect(await tail(4)).toEqual(['three', 'four', 'five', 'six']);
      expect(await tail(4, 'A')).toEqual(['two', 'four', 'five', 'six']);
      expect(await tail(99)).toHaveLength(6);
      expect(await store.logTail(3, 5)).toBeUndefined();
    });

    it('are as they were written', async () => {
      const { store } = stage;
      await store.commit(commit(create(1, 'one')));
      const line: LogSegment['lines'][number] = {
        at: GREATEST,
        stream: 'stderr',
        level: 'error',
        message: `${AWKWARD}\u0000\u001b[31m\ud800`,
        fields: { deep: [{ x: null }] },
      };
      const tags = { [AWKWARD]: AWKWARD };
      const one = segment(AWKWARD, [], { attempt: 3, tags, lines: [line] });
      await store.commit({ ...commit(), logs: [one] });
      await stage.reopen();
      const { lines } = await stage.store.readLogs({ execution: 1, state: AWKWARD, limit: 2 });
      expect(lines).toEqual([{ ...line, state: AWKWARD, attempt: 3, tags }]);
    });
  });
}
