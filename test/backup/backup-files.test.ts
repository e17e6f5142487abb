/**
 * Files of backups: made whole or not at all, never in the place of others, and refused when they are damaged.
 */
import { execFileSync, fork } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/asl/transition.js';
import { makeBackup } from '../../src/store/backups/make-backup.js';
import { restoreBackup } from '../../src/store/backups/restore-backup.js';
import { examineFile } from '../../src/store/backups/verify-file.js';
import { openDriver } from '../../src/store/driver.js';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite-store.js';
import type { Commit } from '../../src/store/store.js';

let folder: string;
let data: string;
let database: string;
let file: string;
let store: SqliteStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-backup-'));
  data = join(folder, 'data');
  database = join(data, 'millrace.db');
  file = join(folder, 'backup.db');
  store = openSqliteStore({ file: database });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Commits executions with a history of four events each, in two rows. */
function add(first: number, count: number): void {
  const events = (from: number): HistoryEvent[] =>
    [from, from + 1].map((id) => ({
      id,
      at: id,
      type: 'PassStateEntered',
      previous: id - 1,
      details: { name: 'Sort', text: 'y'.repeat(200) },
    })) as unknown as HistoryEvent[];
  for (const half of [1, 3]) {
    const executions = Array.from({ length: count }, (_, at) => {
      const number = first + at;
      const id = `id-${number}`;
      const header = {
        format: 1,
        status: 'SUCCEEDED',
        nextEvent: half + 2,
        nextThread: 1,
        forks: {},
      };
      return {
        number,
        ...(half === 1 ? { create: creationOf(id) } : {}),
        progress: { machine: 1, header, root: null, redriveCount: 0 },
        threads: [],
        removedThreads: [],
        history: events(half),
        attempts: [],
        closedAttempts: [],
        timers: [],
        clearedTimers: [],
      };
    });
    const turn = { at: 1, executions, logs: [], rows: [] };
    store.commit(turn as unknown as Commit);
  }
}

function creationOf(id: string): object {
  return {
    id,
    name: id,
    pipeline: 'orders',
    team: 'shop',
    tags: {},
    startedAt: 1,
    pointer: '',
    context: { Execution: { Id: id, Name: id, Input: {}, StartTime: 'now', RoleArn: 'none' } },
  };
}

const backUp = (more: object = {}): ReturnType<typeof makeBackup> =>
  makeBackup({ database, file, version: '1.2.3', ...more });

describe('a backup', () => {
  it('is one moment of a database that is written meanwhile, for its owner alone', async () => {
    add(1, 2_000);
    let isMaking = true;
    const making = backUp().finally(() => {
      isMaking = false;
    });
    let next = 2_001;
    while (isMaking) {
      add(next, 5);
      next += 5;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const made = await making;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(made.executions).toBeGreaterThanOrEqual(2_000);
    expect(made.executions).toBeLessThanOrEqual(next);
    const verified = await examineFile(file);
    expect(verified).toMatchObject({
      findings: [],
      executions: made.executions,
      note: { version: '1.2.3' },
      sha256: made.sha256,
    });
    // The moment may lie between the two commits of five executions.
    expect(2 * made.executions - verified.histories).toBeLessThanOrEqual(5);
    // As `sha256sum -c` reads it.
    const told = execFileSync('sha256sum', ['-c', 'backup.db.sha256'], { cwd: folder });
    expect(String(told)).toContain('backup.db: OK');
    expect(readdirSync(folder).sort()).toEqual(['backup.db', 'backup.db.sha256', 'data']);
  });

  it('is made of a database that nobody has open, too', async () => {
    add(1, 3);
    store.close();
    expect((await backUp()).executions).toBe(3);
    store = openSqliteStore({ file: database });
  });

  it('replaces nothing: neither the file nor its digest', async () => {
    add(1, 1);
    writeFileSync(file, 'mine');
    await expect(backUp()).rejects.toMatchObject({ code: 'constraint' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    rmSync(file);
    writeFileSync(`${file}.sha256`, 'mine');
    await expect(backUp()).rejects.toMatchObject({ code: 'constraint' });
    expect(existsSync(file)).toBe(false);
  });

  it('does not replace a file that came while it was made', async () => {
    add(1, 200);
    const making = backUp({
      onProgress: ({ step }: { step: string }) => {
        if (step === 'checking') writeFileSync(file, 'mine');
      },
    });
    await expect(making).rejects.toMatchObject({ code: 'constraint' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual(['backup.db', 'data']);
  });

  it('leaves nothing when it is given up, or cannot be written', async () => {
    add(1, 200);
    const stop = new AbortController();
    const making = backUp({ signal: stop.signal });
    stop.abort(new Error('given up'));
    await expect(making).rejects.toThrow('given up');
    await expect(backUp({ file: join(folder, 'no', 'such', 'folder.db') })).rejects.toMatchObject({
      code: 'io',
    });
    await expect(backUp({ database: join(folder, 'nothing.db') })).rejects.toMatchObject({
      code: 'io',
    });
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('is not made of a damaged database', async () => {
    add(1, 5);
    store.close();
    const driver = openDriver(database);
    driver.exec("UPDATE history SET events = replace(events, 'Sort', 'Sart') WHERE first = 3");
    driver.close();
    await expect(backUp()).rejects.toMatchObject({ code: 'corrupt' });
    expect(readdirSync(folder)).toEqual(['data']);
    store = openSqliteStore({ file: database });
  });

  it('ends without a file when whoever asked for it is killed', async () => {
    add(1, 20);
    const program = new URL('../../dist/store/backups/backup-process.js', import.meta.url);
    const child = fork(program, [database, join(folder, 'draft'), '1'], { stdio: 'ignore' });
    child.disconnect();
    await new Promise((resolve) => child.once('exit', resolve));
    expect(existsSync(file)).toBe(false);
  });
});

describe('restoring', () => {
  it('makes a data folder, which a server may open, and says that it is a copy', async () => {
    add(1, 4);
    await backUp();
    const restored = join(folder, 'restored');
    const { executions, hasSealKey, note } = await restoreBackup({ file, folder: restored });
    expect([executions, hasSealKey]).toEqual([4, false]);
    expect(note).toMatchObject({ version: '1.2.3', restoredAt: expect.any(String) });
    expect(statSync(restored).mode & 0o777).toBe(0o700);
    expect(statSync(join(restored, 'millrace.db')).mode & 0o777).toBe(0o600);
    const opened = openSqliteStore({ file: join(restored, 'millrace.db') });
    expect(opened.listExecutions({ limit: 10 })).toHaveLength(4);
    expect(opened.readSetting('backup')).toEqual(note);
    opened.close();
  });

  it('takes a folder with a seal.key alone, and no other one', async () => {
    add(1, 1);
    await backUp();
    const restored = join(folder, 'restored');
    mkdirSync(restored);
    writeFileSync(join(restored, 'seal.key'), 'key');
    expect((await restoreBackup({ file, folder: restored })).hasSealKey).toBe(true);
    await expect(restoreBackup({ file, folder: restored })).rejects.toMatchObject({
      code: 'constraint',
    });
    await expect(restoreBackup({ file, folder: data })).rejects.toMatchObject({
      code: 'constraint',
    });
  });

  it.each([
    [
      'a byte of it changed',
      (bytes: Buffer) => void bytes.writeUInt8(bytes[9_000] === 1 ? 2 : 1, 9_000),
    ],
    ['it was cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4_096)],
    ['it is no database', () => Buffer.from('not a database, but long enough to be looked at')],
  ])('refuses a backup when %s, and leaves no folder', async (_what, change) => {
    add(1, 50);
    await backUp();
    const bytes = readFileSync(file);
    const changed = change(bytes) ?? bytes;
    rmSync(file);
    writeFileSync(file, changed);
    const restored = join(folder, 'restored');
    const restoring = restoreBackup({ file, folder: restored });
    await expect(restoring).rejects.toMatchObject({ code: 'corrupt' });
    expect(existsSync(restored)).toBe(false);
  });

  it('refuses what a newer Millrace has written', async () => {
    add(1, 1);
    await backUp();
    rmSync(`${file}.sha256`);
    const driver = openDriver(file);
    driver.exec('INSERT INTO schema_version (version) VALUES (999)');
    driver.close();
    const restoring = restoreBackup({ file, folder: join(folder, 'restored') });
    await expect(restoring).rejects.toMatchObject({ code: 'newer-schema' });
  });
});

describe('verifying', () => {
  async function findingsAfter(sql: string): Promise<string[]> {
    add(1, 5);
    store.close();
    const driver = openDriver(database);
    driver.exec(sql);
    driver.close();
    const { findings } = await examineFile(database);
    store = openSqliteStore({ file: join(folder, 'other', 'millrace.db') });
    return findings;
  }

  it.each([
    [
      'a row is missing in the middle',
      'DELETE FROM history WHERE execution = 2 AND first = 1',
      'execution number 2 goes from event 0 to 3',
    ],
    [
      'a row is missing at the end',
      'DELETE FROM history WHERE execution = 4 AND first = 3',
      'execution number 4 ends at event 2, and the execution says 4',
    ],
    [
      'a row says more than it holds',
      'UPDATE history SET last = 9, digest = NULL WHERE execution = 3 AND first = 3',
      'says events 3 to 9 and holds 2',
    ],
    [
      'a text has changed',
      "UPDATE history SET events = replace(events, 'Sort', 'Sart') WHERE execution = 5",
      'execution number 5 is damaged at its events 1 to 2',
    ],
    [
      'a record holds foreign bytes',
      "UPDATE executions SET tags = '{' || char(2) || '}' WHERE number = 1",
      'record 1 of executions is damaged',
    ],
  ])('finds it when %s', async (_what, sql, told) => {
    const findings = await findingsAfter(sql);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.join('\n')).toContain(told);
  });

  it('finds nothing in what a server writes at the moment', async () => {
    add(1, 1_200);
    const examining = examineFile(database);
    add(1_201, 300);
    expect((await examining).findings).toEqual([]);
  });

  it('says that there is nothing to be verified', async () => {
    await expect(examineFile(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'io' });
    const empty = join(folder, 'empty.db');
    writeFileSync(empty, '');
    await expect(examineFile(empty)).rejects.toMatchObject({ code: 'io' });
  });
});
