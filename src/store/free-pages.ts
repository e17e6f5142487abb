/**
 * Pages of a SQLite file that hold nothing any more.
 * @module
 */
import type { Driver } from './driver.js';

/** Gives up to so many of them back to the file system; answers how many are left. */
export function giveBack(driver: Driver, pages: number): number {
  // Only a database that was made so can give pages back; one that was not uses them again.
  if (Number(driver.prepare('PRAGMA auto_vacuum').get()?.auto_vacuum) !== 2) return 0;
  const free = driver.prepare('PRAGMA freelist_count');
  const before = Number(free.get()?.freelist_count);
  if (before === 0) return 0;
  driver.prepare(`PRAGMA incremental_vacuum(${Math.trunc(pages)})`).all();
  return Number(free.get()?.freelist_count);
}
