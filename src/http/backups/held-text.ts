/**
 * How a server that waits after a restore says so.
 * @module
 */
import type { Held } from './backup-desk.js';

/** @example heldText({ madeAt: '2026-11-29T10:00:00.000Z', running: 2, attempts: 1, deliveries: 0 }) */
export function heldText(held: Held | undefined): string {
  const of = held?.madeAt === undefined ? 'a copied database' : `a backup of ${held.madeAt}`;
  return `restored from ${of}: nothing starts by itself until \`millrace resume\``;
}
