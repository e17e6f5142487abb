/**
 * What files of expectations declare, file by file, durably: it is expected on before the folder has been read again.
 * @module
 */
import { type Home, ownSubject, subjectKey } from '../../../monitoring/subject.js';
import type { WrittenWatch } from '../../../pipelines/expectations/expectation-file.js';
import { readExpectation } from '../../../pipelines/sections/expect-section.js';
import type { Store } from '../../../store/store.js';
import { defineTable, type Table } from '../../../store/table.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import type { Declared } from './declared.js';
import { placeOf } from './standings.js';

export interface WatchFile {
  /** Relative to the folder. */
  readonly file: string;
  readonly team: string;
  readonly watches: readonly WrittenWatch[];
}

export const WATCH_FILES: Table<WatchFile> = defineTable<WatchFile>({
  name: 'expectation_files',
  columns: { file: 'text', team: 'text', watches: 'json' },
  key: ['file'],
  migrations: [
    `CREATE TABLE expectation_files (
       file TEXT PRIMARY KEY,
       team TEXT NOT NULL,
       watches TEXT NOT NULL
     );`,
  ],
});

/** What a file declares, subject by subject. */
export function declaredIn({ team, watches }: WatchFile, home: Home): Declared[] {
  const all = new Map<string, Declared & { expectations: Declared['expectations'][number][] }>();
  for (const { check, subject, tags = {}, owner, timezone = 'UTC', expect } of watches) {
    for (const written of expect) {
      const read = readExpectation(written, timezone);
      if ('problem' in read) continue;
      const { about, expectation } = read;
      const file = about !== undefined && 'file' in about ? about.file : undefined;
      const site = about !== undefined && 'site' in about ? about.site : undefined;
      const of =
        file !== undefined
          ? ownSubject(home, 'file', team, file)
          : site !== undefined
            ? ownSubject(home, 'site', team, site)
            : (subject ?? ownSubject(home, 'check', team, check ?? ''));
      const known = all.get(subjectKey(of)) ?? {
        ...{ team, subject: of, tags, expectations: [] },
        ...(owner === undefined ? {} : { owner }),
        ...(file === undefined ? {} : { file }),
        ...(site === undefined ? {} : { site }),
      };
      known.expectations.push(expectation);
      all.set(subjectKey(of), known);
    }
  }
  return [...all.values()];
}

/** Something of which two places say what is expected. */
export interface Doubled {
  readonly file: string;
  readonly subject: string;
}

/** By whom something is watched already, and who hears of a file that says something else than before. */
export interface WatchPeers {
  readonly home: Home;
  /** Keys of pipelines and files by team and subject. */
  readonly taken: Map<string, string>;
  changed(name: string, file: WatchFile | undefined): void;
}

export class WatchFiles {
  readonly #rows: RowMap<WatchFile> = new RowMap(WATCH_FILES);

  open(store: Pick<Store, 'listRows'>): Promise<void> {
    return this.#rows.open(store);
  }

  all(): IterableIterator<WatchFile> {
    return this.#rows.values();
  }

  /**
   * What files say from now on; those that are not named say nothing any longer, broken ones what they said.
   * @returns what is said elsewhere already, and does not count
   */
  declare(
    turn: Turn,
    files: readonly WatchFile[],
    broken: readonly string[],
    { home, taken, changed }: WatchPeers,
  ): Doubled[] {
    const kept = new Set([...files.map(({ file }) => file), ...broken]);
    for (const { file } of [...this.#rows.values()]) {
      if (kept.has(file)) continue;
      this.#rows.delete(turn, file);
      turn.afterCommit(() => changed(file, undefined));
    }
    const doubled: Doubled[] = [];
    for (const file of files) {
      const key = keyOfFile(file.file);
      for (const declared of declaredIn(file, home)) {
        const by = taken.get(placeOfDeclared(declared)) ?? key;
        if (by !== key) doubled.push({ file: file.file, subject: declared.subject.name });
        taken.set(placeOfDeclared(declared), by);
      }
      if (JSON.stringify(this.#rows.get(file.file)) === JSON.stringify(file)) continue;
      this.#rows.put(turn, file);
      turn.afterCommit(() => changed(file.file, file));
    }
    return doubled;
  }
}

/** By team and subject. */
export function placeOfDeclared({ team, subject }: Pick<Declared, 'team' | 'subject'>): string {
  return placeOf({ team, key: subjectKey(subject) });
}

/** Apart from the keys of pipelines. */
export function keyOfFile(file: string): string {
  return `file ${file}`;
}
