/**
 * Log lines are searched over all executions, packed or not, and go when they are old.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../search/parse-query.js';
import type { LogFindings, LogSearch, LogSegment } from '../store.js';
import { AWKWARD, commit, create, creation, type Stage } from './stage.js';

const NOW = 1_795_176_000_000;

type Line = LogSegment['lines'][number];

function segment(lines: (string | Partial<Line>)[], more: Partial<LogSegment> = {}): LogSegment {
  return {
    ...{ execution: 1, team: 'shop', pipeline: 'orders', state: 'Load', attempt: 0 },
    tags: { County: 'Monroe' },
    lines: lines.map((line, index) => ({
      ...{ at: NOW + index, stream: 'stdout' as const, level: 'info' as const },
      ...(typeof line === 'string' ? { message: line } : { message: '', ...line }),
    })),
    ...more,
  };
}

export function logSearchSuite(stage: Stage): void {
  describe('a search of log lines', () => {
    const search = async (text: string, more: Partial<LogSearch> = {}): Promise<LogFindings> => {
      const parsed = parseQuery(text, 'logs', NOW + 3_600_000);
      if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
      return stage.store.searchLogs({
        ...{ query: parsed.query, limit: 100, count: 'page' },
        ...{ most: { milliseconds: 10_000, bytes: 1_000_000_000 } },
        ...more,
      });
    };
    const found = async (text: string, more: Partial<LogSearch> = {}): Promise<string[]> =>
      (await search(text, more)).lines.map(({ message }) => message);
    const write = async (...logs: LogSegment[]): Promise<void> =>
      stage.store.commit({ ...commit(), logs });
    const begin = async (): Promise<void> => {
      const claims = creation('two', { team: 'claims', pipeline: 'audit' });
      await stage.store.commit(
        commit(create(1, 'one'), create(2, 'two', { create: claims }), create(3, 'three')),
      );
    };

    it('finds the newest first, with whose they are', async () => {
      await begin();
      await write(segment(['one', 'two']), segment([{ at: NOW + 900, message: 'three' }]));
      const { lines, count, next } = await search('');
      expect(lines.map(({ message }) => message)).toEqual(['three', 'two', 'one']);
      expect(lines[1]).toEqual({
        ...{ at: NOW + 1, stream: 'stdout', level: 'info', message: 'two' },
        ...{ state: 'Load', attempt: 0, tags: { County: 'Monroe' } },
        ...{ number: 1, execution: 'id-one', name: 'one', team: 'shop', pipeline: 'orders' },
        startedAt: 1000,
      });
      expect(count).toEqual({ value: 3, isExact: true });
      expect(next).toBeUndefined();
    });

    it('asks for tags, levels, text, fields, time, pipeline, state and execution', async () => {
      await begin();
      await write(
        segment([
          { level: 'error', message: 'Access Denied' },
          { message: `${AWKWARD}\u0000`, fields: { rows: 12, deep: { key: 'Gefunden' } } },
        ]),
        segment([{ at: NOW + 10_000, message: 'later' }], { state: 'Save', tags: { env: 'dev' } }),
      );
      expect(await found('level:error')).toEqual(['Access Denied']);
      expect(await found('tag.county:MONROE "access denied"')).toEqual(['Access Denied']);
      expect(await found('-tag.env:dev denied')).toEqual(['Access Denied']);
      expect(await found('-tag.county:monroe')).toEqual(['later']);
      expect(await found('field.rows:>10')).toHaveLength(1);
      expect(await found('gefunden')).toHaveLength(1);
      expect(await found('世界')).toEqual([`${AWKWARD}\u0000`]);
      expect(await found('"\\"quoted\\""')).toHaveLength(1);
      expect(await found('state:save')).toEqual(['later']);
      expect(await found('pipeline:audit')).toEqual([]);
      expect(await found('execution:id-one later')).toEqual(['later']);
      expect(await found('execution:2')).toEqual([]);
      expect(await found('time:>2026-11-20T12:00:09.999Z')).toEqual(['later']);
      expect(await found('until:2026-11-20T12:00:00.001Z')).toEqual(['Access Denied']);
    });

    it('finds only what is of the teams that are asked for', async () => {
      await begin();
      const theirs = { execution: 2, team: 'claims', pipeline: 'audit' };
      await write(segment(['ours']), segment(['theirs'], theirs), segment(['ours too']));
      expect(await found('', { teams: ['shop'] })).toEqual(['ours too', 'ours']);
      expect(await found('', { teams: ['claims'] })).toEqual(['theirs']);
      expect(await found('team:claims', { teams: ['shop'] })).toEqual([]);
      expect(await found('', { teams: [] })).toEqual([]);
      expect(await found('', { teams: ['shop', 'claims', 'nobody'] })).toHaveLength(3);
      expect(await found('team:claims')).toEqual(['theirs']);
    });

    it('goes on page by page, and misses and repeats nothing', async () => {
      await begin();
      const theirs = { execution: 2, team: 'claims', pipeline: 'audit' };
      for (let part = 0; part < 5; part += 1) {
        const lines = Array.from({ length: 7 }, (_, line) => ({
          at: NOW + part * 1_000 + line,
          message: `${part}.${line}`,
        }));
        await write(segment(lines), segment(lines, theirs));
      }
      const seen: string[] = [];
      let after: LogSearch['after'];
      for (;;) {
        const page = await search('', { limit: 4, ...(after ? { after } : {}) });
        seen.push(...page.lines.map(({ team, message }) => `${team} ${message}`));
        expect(page.lines.length).toBeLessThanOrEqual(4);
        after = page.next;
        if (after === undefined) break;
      }
      expect(new Set(seen).size).toBe(70);
      expect(seen).toHaveLength(70);
      expect(seen[0]).toBe('claims 4.6');
    });

    it('counts all that match when that is asked, and says at least when it was stopped', async () => {
      await begin();
      const lines = Array.from({ length: 300 }, (_, n) => `line ${n} ${'x'.repeat(50)}`);
      for (let part = 0; part < 40; part += 1) await write(segment(lines));
      const all = await search('line', { limit: 10, count: 'all' });
      expect(all.lines).toHaveLength(10);
      expect(all.count).toEqual({ value: 12_000, isExact: true });
      const page = await search('line', { limit: 10 });
      expect(page.count).toEqual({ value: 10, isExact: false });
      const most = { milliseconds: 10_000, bytes: 100_000 };
      const stopped = await search('nowhere', { most });
      expect(stopped).toMatchObject({ lines: [], count: { value: 0, isExact: false } });
      expect(stopped.searched.bytes).toBeLessThan(200_000);
      expect(stopped.searched.backTo).toBe(NOW);
      const late = await search('line', { most: { milliseconds: 0, bytes: 1 } });
      expect(late.next).toBeDefined();
      // However little it may do, it comes to the end by and by.
      let after = (await search('"line 7 "', { most })).next;
      let lineCount = (await search('"line 7 "', { most })).lines.length;
      for (let pages = 0; after !== undefined && pages < 100; pages += 1) {
        const next = await search('"line 7 "', { most, after });
        lineCount += next.lines.length;
        after = next.next;
      }
      expect(lineCount).toBe(40);
    });

    it('does not read what a row rules out', async () => {
      await begin();
      const big = Array.from({ length: 300 }, () => 'x'.repeat(50));
      await write(segment(big), segment(big, { tags: { County: 'Gulf' } }), segment(['only']));
      const { searched } = await search('level:error');
      expect(searched).toEqual({ segments: 3, lines: 0, bytes: 0 });
      const ofGulf = await search('tag.county:gulf');
      expect(ofGulf.searched.lines).toBe(300);
    });

    it('reads long segments packed and unpacked alike, letters of two units and halves included', async () => {
      await begin();
      const odd = ['İstanbul', 'a\ud800b', '🌍'.repeat(700), 'ς'];
      await write(segment(odd));
      await stage.reopen();
      expect(await found('')).toEqual([...odd].reverse());
      expect(await found('istanbul')).toEqual([]);
      expect(await found('İSTANBUL')).toEqual(['İstanbul']);
      expect(await found('Σ')).toEqual(['ς']);
    });

    it('tells what is old, by the time of lines, and removes it', async () => {
      await begin();
      const later = [{ at: NOW + 60_000, message: 'later' }];
      const theirs = { execution: 2, team: 'claims', pipeline: 'audit' };
      await write(segment(['old']), segment(later), segment(['old, too'], theirs));
      const { store } = stage;
      expect(await store.listOldLogs({ before: NOW, limit: 9 })).toEqual([]);
      const old = await store.listOldLogs({ before: NOW + 30_000, limit: 9 });
      expect(old).toHaveLength(2);
      expect(await store.listOldLogs({ before: NOW + 30_000, limit: 1 })).toHaveLength(1);
      await store.commit({ ...commit(), logRemovals: old });
      expect(await found('')).toEqual(['later']);
    });
  });
}
