/**
 * How an engine begins: first everybody knows what there is, then everybody acts. Between the two stands a server that was
 * restored from a backup, until somebody says that it may go on.
 * @module
 */
import type { Features } from './compose.js';
import type { Kernel } from './kernel/kernel.js';
import { ALIASES, MACHINES, PIPELINES, PUBLISHED_VERSIONS } from './kernel/machine-tables.js';
import { recover } from './kernel/recovery.js';
import { TAKEN_NAMES } from './kernel/taken-names.js';
import { listenerOf } from './kernel/test-runs.js';

/** Tables of the kernel itself that are rows like those of features. */
const KERNEL_TABLES = [MACHINES, PIPELINES, PUBLISHED_VERSIONS, ALIASES, TAKEN_NAMES];

/** Reads what must be known to answer; nothing acts yet. */
export async function openRecords(kernel: Kernel, { all }: Features): Promise<void> {
  const { store } = kernel;
  await store.joinTables([...KERNEL_TABLES, ...all.flatMap(({ tables }) => tables ?? [])]);
  kernel.time.goOnFrom(await store.lastHistoryTime());
  await kernel.machines.open();
  await kernel.creations.open();
  await kernel.takenNames.open();
  for (const feature of all) await feature.open?.();
}

/** Takes up what is open, and acts from here on. */
export async function openWork(kernel: Kernel, { all }: Features): Promise<void> {
  for (const feature of all) {
    const { heard, hearsOfTestRuns } = feature;
    if (heard === undefined) continue;
    const asked = hearsOfTestRuns === undefined ? {} : { hearsOfTestRuns };
    kernel.hooks.listen(listenerOf({ ...asked, heard: heard.bind(feature) }));
  }
  await kernel.deployments.open(all);
  await recover(kernel);
  for (const feature of all) await feature.begin?.();
  kernel.dueTimes.begin(all);
  await kernel.timers.open();
}

/** They act no more. */
export async function closeFeatures({ all }: Features): Promise<void> {
  for (const feature of all) await feature.close?.();
}
