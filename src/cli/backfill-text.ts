/**
 * How a backfill looks in a terminal: its plan, and one line for each execution that has ended.
 * @module
 */
import colors from 'picocolors';
import type { BackfillDetail, BackfillPlan, BackfillSlot } from '../api/backfills.js';
import { PATHS, pathTo } from '../api/paths.js';
import type { Client } from './client.js';
import { money } from './money.js';
import { printable, status, table } from './text.js';

/** Milliseconds between two looks: an answer has all slots, so long ones are asked for less often. */
const PAUSE = 500;
const LONG_PAUSE = 5000;
const LONG = 500;

/** The slots of a plan as a table. @param most rows; the others are only counted */
export function planTable(slots: readonly BackfillSlot[], most: number): string {
  const rows = slots
    .slice(0, most)
    .map(({ interval, action, reason }) => [printable(interval), action, printable(reason)]);
  const shown = table(['interval', 'action', 'reason'], rows);
  return slots.length > most ? `${shown}\n… and ${slots.length - most} more` : shown;
}

/** @example planSummary(slots) // '3 to start, 1 left alone' */
export function planSummary(slots: readonly BackfillSlot[]): string {
  const count = slots.filter(({ action }) => action === 'create').length;
  return `${count} to start, ${slots.length - count} left alone`;
}

/** What a plan is going to cost; empty when nobody knows. */
export function planPrice({ price }: BackfillPlan): string {
  if (price === undefined) return '';
  const { each, total, currency, of } = price;
  const known = `${of} last ${of === 1 ? 'execution' : 'executions'}`;
  return `, about ${money(total, currency)} (${money(each, currency)} each, by its ${known})`;
}

/** One line about how a backfill stands. */
export function backfillText({ id, pipeline, status: now, counts }: BackfillDetail): string {
  const parts = [
    `${counts.succeeded} succeeded`,
    `${counts.failed} failed`,
    `${counts.running} running`,
    `${counts.pending} pending`,
    `${counts.skipped} skipped`,
  ];
  return `${status(now)} backfill ${id} of ${printable(pipeline)} ${colors.dim(parts.join(' · '))}`;
}

/** Shows each execution of a backfill as it ends. @returns the backfill when it has ended */
export async function followBackfill(
  client: Client,
  id: string,
  write: (text: string) => void,
): Promise<BackfillDetail> {
  const shown = new Set<string>();
  for (;;) {
    const backfill = await client.get<BackfillDetail>(pathTo(PATHS.backfill, { id }));
    for (const { interval, execution = '', status: now = '' } of backfill.slots) {
      const isOver = now === 'succeeded' || now === 'failed';
      if (!isOver || shown.has(execution)) continue;
      shown.add(execution);
      write(`${status(now)} ${printable(interval)} ${colors.dim(printable(execution))}`);
    }
    if (backfill.status !== 'RUNNING' && backfill.status !== 'STOPPING') return backfill;
    const pause = backfill.slots.length > LONG ? LONG_PAUSE : PAUSE;
    await new Promise((resume) => setTimeout(resume, pause));
  }
}
