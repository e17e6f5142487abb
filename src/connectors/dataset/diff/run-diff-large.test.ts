/**
 * Two versions compared by a real process, when they are large: what is bounded, what goes to disk, and how it is ended.
 * @module
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { NEVER, RULES, writtenVersions } from '../../../../test/support/written-versions.js';
import { runDiff } from './run-diff.js';

const versions = writtenVersions();
const { version, ask, compare } = versions;

describe('columns', () => {
  test('of which there are ten thousand are compared, with a bounded answer', async () => {
    const wide = (value: number): string =>
      `SELECT 1 AS id, ${Array.from({ length: 10_000 }, (_c, at) => `${at < value ? 1 : 0} AS c${at}`).join(', ')}`;
    const diff = await compare(wide(0), wide(9_000), { key: ['id'] });
    expect(diff).toMatchObject({ compared: 10_001, changedColumns: 9_000, hidden: 9_989 });
    expect(diff.columns).toHaveLength(200);
    expect(diff.shown).toHaveLength(12);
    const none = await compare('SELECT 1 AS other', wide(0));
    expect(none.schema.counts.added).toBe(10_001);
    expect(none.schema.added).toHaveLength(100);
    expect(none).toMatchObject({ compared: 0, rows: { from: 1, to: 1, added: 1, removed: 1 } });
  }, 120_000);
});

describe('a comparison that asks for too much', () => {
  const many = (shift: number): string =>
    `SELECT range AS id, md5((range + ${shift})::VARCHAR) AS v FROM range(2000000)`;

  test('is done with what does not fit into memory on disk', async () => {
    const told = await ask(many(0), many(1), { key: ['id'] }, { memoryMebibytes: 150 });
    expect(told).toMatchObject({ diff: { rows: { changed: 2_000_000, same: 0 } } });
    const whole = await ask(many(0), many(0), {}, { memoryMebibytes: 150 });
    expect(whole).toMatchObject({ diff: { rows: { same: 2_000_000, added: 0 } } });
  }, 120_000);

  test('is ended when its time is over, or nobody waits, and leaves nothing behind', async () => {
    const own = join(versions.folder, 'tmp');
    mkdirSync(own);
    const sides = [await version(many(0)), await version(many(1))] as const;
    vi.stubEnv('TMPDIR', own);
    try {
      const late = await runDiff(...sides, RULES, NEVER, { timeoutMs: 300 });
      expect(late).toEqual({ type: 'failed', problem: 'time', cause: 'it took longer than 0.3 s' });
      const gone = new AbortController();
      const running = runDiff(...sides, RULES, gone.signal);
      gone.abort();
      expect(await running).toMatchObject({ problem: 'aborted' });
      expect(readdirSync(own)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
