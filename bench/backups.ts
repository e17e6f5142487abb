/**
 * What a backup costs: of the same records in a file and in PostgreSQL, and what clients get of a server while one is made.
 * @module
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyStore, recordsIn, verifyStore } from '../src/copy-store.js';
import { makeBackup } from '../src/store/backups/make-backup.js';
import { examineFile } from '../src/store/backups/verify-file.js';
import { withDatabase } from './database.js';
import { closedLoop, executions, newDataFolder, report, round, startBenchServer } from './load.js';

const CLIENTS = 20;

/** @param count executions of ten states each, with their histories */
export async function backups(count: number): Promise<void> {
  await withDatabase(async ({ place }) => {
    const data = newDataFolder();
    const filling = await startBenchServer(data);
    await closedLoop(count, CLIENTS, executions(filling, 'pass'));
    await filling.close({ remove: false });
    await copyStore(data, place);
    const folder = newDataFolder();
    let made = 0;
    const backUp = async (database: Parameters<typeof makeBackup>[0]['database']) => {
      made += 1;
      const file = join(folder, `${made}.db`);
      const seconds = await secondsOf(async () => {
        await makeBackup({ database, file, version: '0' });
      });
      return { file, seconds };
    };
    const ofFile = await backUp(join(data, 'millrace.db'));
    const ofDatabase = await backUp(recordsIn(place));
    const verified = await secondsOf(() => examineFile(ofFile.file));
    const there = await secondsOf(() => verifyStore(place));
    report({
      bench: 'backup and verify, SQLite and PostgreSQL',
      executions: count,
      backup_sqlite_s: round(ofFile.seconds),
      backup_postgres_s: round(ofDatabase.seconds),
      backup_ratio: round(ofDatabase.seconds / ofFile.seconds, 1),
      verify_sqlite_s: round(verified),
      verify_postgres_s: round(there),
      verify_ratio: round(there / verified, 1),
    });
    const server = await startBenchServer(undefined, { place });
    const one = executions(server, 'pass');
    const rounds: { alone: number; beside: number }[] = [];
    for (let at = 0; at < 3; at += 1) {
      const alone = await closedLoop(500, CLIENTS, one);
      let isOver = false;
      const making = (async () => {
        while (!isOver) await backUp(recordsIn(place));
      })();
      const beside = await closedLoop(500, CLIENTS, one);
      isOver = true;
      await making;
      rounds.push({ alone: alone.per_s, beside: beside.per_s });
    }
    for (const { alone, beside } of rounds) {
      report({
        bench: 'executions a second while backups of PostgreSQL are made one after another',
        alone_per_s: Math.round(alone),
        beside_per_s: Math.round(beside),
        ratio: round(beside / alone, 2),
      });
    }
    await server.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(data, { recursive: true, force: true });
  });
}

async function secondsOf(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return (performance.now() - started) / 1000;
}
