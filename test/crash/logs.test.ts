/**
 * A server that is killed while its tasks print loses no line that it has said to be durable, and doubles none.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { parseQuery } from '../../src/search/parse-query.js';
import type { SearchQuery } from '../../src/search/query.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { LogPlace } from '../../src/store/store.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-killed-logs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KILLS = 12;
const PROGRAM = fileURLToPath(new URL('./log-server.mjs', import.meta.url));

/** Runs a server until it has acknowledged so many lines, and kills it. Answers all that it has acknowledged. */
function killedAfter(lines: number, first: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, folder, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said: number[] = [];
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.lastIndexOf('\n');
      if (end < 0) return;
      said.push(...text.slice(0, end).split(/\s+/).filter(Boolean).map(Number));
      text = text.slice(end + 1);
      if (said.length >= lines) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}

function* linesIn(file: string): Generator<string> {
  const store = openSqliteStore({ file });
  const { query } = parseQuery('', 'logs', 0) as { query: SearchQuery };
  try {
    for (let after: LogPlace | undefined; ; ) {
      const page = store.searchLogs({
        ...{ query, limit: 1_000, count: 'page', ...(after ? { after } : {}) },
        most: { milliseconds: 10_000, bytes: 1e9 },
      });
      for (const { message } of page.lines) yield message;
      after = page.next;
      if (after === undefined) return;
    }
  } finally {
    store.close();
  }
}

it('keeps each acknowledged line once, however often it is killed', async () => {
  const acknowledged: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    acknowledged.push(...(await killedAfter(100 + kill * 731, kill * 10_000_000)));
  }
  expect(acknowledged.length).toBeGreaterThan(10_000);
  const kept = new Map<number, number>();
  for (const message of linesIn(join(folder, 'logs.db'))) {
    const number = Number(message.split(' ')[1]);
    // The rest of the line is as it was printed.
    if (message !== `line ${number} ${'x'.repeat(40)}`) expect(message).toContain('left out');
    else kept.set(number, (kept.get(number) ?? 0) + 1);
  }
  expect(acknowledged.filter((number) => number > 0 && kept.get(number) !== 1)).toEqual([]);
  expect([...kept.values()].filter((times) => times !== 1)).toEqual([]);
}, 120_000);
