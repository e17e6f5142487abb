/**
 * How an engine begins: first it knows what there is, then it acts. Between the two stands a server that was restored from a
 * backup, until somebody says that it may go on.
 * @module
 */
import { createEngineTime } from './engine-time.js';
import type { Machinery } from './machinery.js';
import { recover } from './recovery.js';

/** Reads what must be known to answer; nothing acts yet. */
export async function openRecords(parts: Machinery): Promise<void> {
  const { store, clock, machines, children } = parts;
  parts.time = createEngineTime(clock, await store.lastHistoryTime());
  await machines.open();
  await parts.activities.open();
  children.open(await store.lastExecutionNumber());
}

/** Takes up what is open, and acts from here on. */
export async function openWork(parts: Machinery): Promise<void> {
  await parts.admission.open();
  await parts.triggers.open();
  await recover(parts);
  await parts.scheduler.open();
  await parts.timers.open();
}
