/**
 * The program that looks for damage beside a running server: `check-process.js DATABASE DRIVER`.
 *
 * A process and not a thread: it may be slow, run out of memory or be killed by a file that was cut under it, and the
 * server goes on. It opens the database so that it cannot write, at the lowest priority, and rests after each step as long
 * as the step took.
 *
 * It sends one message, `{ damage }`, or none when everything is well, and ends.
 * @module
 */
import { setPriority } from 'node:os';
import { setTimeout as rest } from 'node:timers/promises';
import { type DriverName, openReader } from './driver.js';
import { StoreError } from './errors.js';
import { verifyDatabase } from './verify-database.js';

/** Milliseconds that a rest takes at most: a rest is no excuse for not finishing. */
const LONGEST_REST = 200;
const LOWEST_PRIORITY = 19;

/** What the process tells whoever started it. */
export interface CheckMessage {
  damage: string;
}

async function check(database: string, driver: DriverName): Promise<string | undefined> {
  const reader = openReader(database, driver);
  try {
    let begun = performance.now();
    for (const finding of verifyDatabase(reader)) {
      if (finding !== undefined) return finding;
      await rest(Math.min(performance.now() - begun, LONGEST_REST));
      begun = performance.now();
    }
    return undefined;
  } finally {
    reader.close();
  }
}

async function run(): Promise<void> {
  // Without the server there is nobody to tell.
  process.once('disconnect', () => process.exit());
  setPriority(LOWEST_PRIORITY);
  const [database = '', driver = 'libsql'] = process.argv.slice(2);
  let damage: string | undefined;
  try {
    damage = await check(database, driver as DriverName);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error;
    damage = error.message;
  }
  if (damage === undefined) process.exit();
  process.send?.({ damage } satisfies CheckMessage, () => process.exit());
}

await run();
