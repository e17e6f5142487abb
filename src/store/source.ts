/**
 * Where a store lies, as it is told to the processes that read it beside the server.
 *
 * It is handed over as a message: an address may hold a password, and neither the arguments nor the environment of a process are
 * for its eyes alone.
 * @module
 */
import type { DriverName } from './driver.js';
import type { Plan } from './plan.js';
import type { Awaitable } from './store.js';

export type StoreSource =
  | { readonly kind: 'sqlite'; readonly database: string; readonly driver: DriverName }
  | { readonly kind: 'postgres'; readonly url: string };

export interface SourceReader {
  /** Runs a plan in one transaction that cannot write: what it sees is of one piece. Throws a StoreError. */
  read<Answer>(plan: Plan<Answer>): Awaitable<Answer>;
  close(): Awaitable<void>;
}
