/**
 * The note beside a database that says it was found damaged (`.damage`). A server that is started again must not go on as
 * if nothing was known, even where the damage lies in a place that a quick look at the start does not reach.
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

export interface DamageNote {
  /** ISO 8601. */
  at: string;
  what: string;
}

export function writeDamageNote(database: string, what: string): void {
  const note: DamageNote = { at: new Date().toISOString(), what };
  try {
    writeFileSync(noteOf(database), `${JSON.stringify(note)}\n`, { mode: 0o600 });
  } catch {
    // The disk may be the very thing that fails. Whoever runs now knows; the next one looks for itself.
  }
}

/** Undefined when there is none. */
export function readDamageNote(database: string): DamageNote | undefined {
  try {
    return JSON.parse(readFileSync(noteOf(database), 'utf8')) as DamageNote;
  } catch {
    return undefined;
  }
}

/** For a database that was found sound again: another one was put in its place. */
export function removeDamageNote(database: string): void {
  rmSync(noteOf(database), { force: true });
}

function noteOf(database: string): string {
  return `${database}.damage`;
}
