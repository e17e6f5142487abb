/**
 * Remembers on disk which processes run for which attempt, so that a server that was killed finds and ends them when it
 * comes back. A file an attempt, written when its process starts and removed when the attempt has ended.
 *
 * It need not survive a power cut: then the processes have not survived it, either.
 * @module
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LedgerEntry {
  attemptId: string;
  pid: number;
  /** Tells the process from a later one of the same pid. */
  startTime: string;
}

export interface ProcessLedger {
  started(entry: LedgerEntry): void;
  ended(attemptId: string): void;
  /** What an earlier server left behind; forgotten with this call. */
  takeLeftovers(): LedgerEntry[];
}

/**
 * Opens the ledger in a folder, which is created.
 * @example await endOrphans(openProcessLedger('data/processes').takeLeftovers())
 */
export function openProcessLedger(folder: string): ProcessLedger {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = (attemptId: string): string => join(folder, `${attemptId}.json`);
  const written = new Set<string>();
  return {
    started(entry) {
      written.add(entry.attemptId);
      writeFileSync(fileOf(entry.attemptId), JSON.stringify(entry));
    },
    ended(attemptId) {
      if (written.delete(attemptId)) rmSync(fileOf(attemptId), { force: true });
    },
    takeLeftovers() {
      const entries: LedgerEntry[] = [];
      for (const name of readdirSync(folder)) {
        const file = join(folder, name);
        try {
          entries.push(JSON.parse(readFileSync(file, 'utf8')) as LedgerEntry);
        } catch {
          // Cut off by the crash: its process is found by the attempt id that it carries, or not at all.
        }
        rmSync(file, { force: true });
      }
      return entries;
    },
  };
}
