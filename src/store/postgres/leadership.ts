/**
 * Which of several servers on one schema is active.
 *
 *     stands by ──the lock is free──▶ active ──ends──▶ the lock is free
 *         └──the lease has run out──▶ the session that holds the lock is ended ──▶ the lock is free
 *
 * - **The lock** is PostgreSQL's own, of a session (writer.ts). A server that is killed loses it with its connection, at once.
 * - **The lease** is for a server that lives and does nothing: one that is stopped, or cut off without a word. It says every two
 *   seconds, by the database's clock, that it is there; when it has not for `LEASE`, another ends its session.
 * - **The epoch** is in every commit (writer.ts): a server that comes back after it was replaced can write nothing.
 *
 * The lease is renewed on a connection of its own, so that a long commit does not look like a server that is gone.
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../errors.js';
import { all, one, tell } from '../plan.js';
import { type Connection, type PostgresPool, withConnection } from './connection.js';
import { LOCK } from './writer.js';

/** How a server is told to the others. */
export interface ServerName {
  /** For people: host and process. */
  readonly name: string;
  /** Where the others reach it. */
  readonly url: string;
}

/** The server that is active, as the others see it. */
export interface Leader extends ServerName {
  /** Milliseconds since it said last that it is there, by the database's clock. */
  readonly silentFor: number;
}

/** Milliseconds of silence after which a server counts as gone. */
export const LEASE = 6_000;
const RENEWAL = 2_000;
/** Milliseconds between two looks of a server that stands by. */
const LOOK = 250;

const LEADER = 'leader';
const RENEWED = 'leader-renewed';
/** Settings that belong to the servers of a schema, and not to its records. */
export const LEADER_SETTINGS: readonly string[] = ['epoch', LEADER, RENEWED];

const NOW = 'CAST(CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS TEXT)';

/** Says that this server is there, as part of the transaction that begins its epoch. */
export async function writeLeader(connection: Connection, server: ServerName): Promise<void> {
  const put = `ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  const { name, url } = server;
  await connection.ask(
    tell(`INSERT INTO settings (key, value) VALUES (?, ?) ${put}`, [
      LEADER,
      JSON.stringify({ name, url }),
    ]),
  );
  await connection.ask(
    tell(`INSERT INTO settings (key, value) VALUES (?, ${NOW}) ${put}`, [RENEWED]),
  );
}

/** Who is active, or was last; undefined when nobody has said so. */
export async function readLeader(connection: Connection): Promise<Leader | undefined> {
  const rows = await connection.ask(
    all(`SELECT key, value, ${NOW} AS now FROM settings WHERE key IN (?, ?)`, [LEADER, RENEWED]),
  );
  const found = new Map(rows.map(({ key, value }) => [key, String(value)]));
  const leader = found.get(LEADER);
  if (leader === undefined) return undefined;
  const silentFor = Number(rows[0]?.now) - Number(found.get(RENEWED) ?? 0);
  return { ...(JSON.parse(leader) as ServerName), silentFor };
}

/**
 * Renews the lease until it is closed.
 * @param onLost told once: the epoch is another server's, or the database has been out of reach for longer than the lease
 */
export function keepLease(
  pool: PostgresPool,
  epoch: number,
  onLost: (error: StoreError) => void,
): { close(): void } {
  let isOpen = true;
  let renewedAt = performance.now();
  let next: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    try {
      const isOurs = await withConnection(pool, async (connection) => {
        const rows = await connection.ask(
          all(
            `UPDATE settings SET value = ${NOW} WHERE key = ? AND EXISTS (
               SELECT 1 FROM settings AS own WHERE own.key = 'epoch' AND own.value = ?) RETURNING key`,
            [RENEWED, String(epoch)],
          ),
        );
        return rows.length > 0;
      });
      if (!isOurs)
        return lost(new StoreError('fenced', 'Another server has taken over this database.'));
      renewedAt = performance.now();
    } catch (error) {
      // The commit that comes next is told the same; this one looks for a server that has nothing to commit.
      if (performance.now() - renewedAt > LEASE) return lost(error as StoreError);
    }
    if (isOpen) next = setTimeout(renew, RENEWAL).unref();
  }

  function lost(error: StoreError): void {
    if (!isOpen) return;
    isOpen = false;
    onLost(error);
  }

  next = setTimeout(renew, RENEWAL).unref();
  return {
    close() {
      isOpen = false;
      clearTimeout(next);
    },
  };
}

export interface StandbyOptions {
  readonly signal: AbortSignal;
  /** Told who is active when that changes. */
  onWaiting(leader: Leader | undefined): void;
}

/**
 * Waits until nobody else is active, and opens the store then.
 *
 * Throws what `open` throws but `locked`, and a StoreError `closing` when the signal ends it.
 * @example const store = await whenFree(pool, () => openPostgresStore({ pool, … }), { signal, onWaiting: show });
 */
export async function whenFree<Store>(
  pool: PostgresPool,
  open: () => Promise<Store>,
  { signal, onWaiting }: StandbyOptions,
): Promise<Store> {
  let known: string | undefined;
  for (;;) {
    if (signal.aborted) throw new StoreError('closing', 'it stood by, and was ended');
    try {
      return await open();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    const leader = await withConnection(pool, lookAtLeader).catch(() => undefined);
    if (leader !== undefined && leader.silentFor > LEASE) {
      await withConnection(pool, endHolder).catch(() => undefined);
    }
    const told = leader === undefined ? '' : `${leader.name} ${leader.url}`;
    if (told !== known) onWaiting(leader);
    known = told;
    await wait(LOOK, undefined, { signal }).catch(() => undefined);
  }
}

/** Another one is active, or the database cannot be reached now. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    (error.code === 'locked' || error.code === 'io' || error.code === 'busy')
  );
}

/** Nobody has said anything yet in a schema that is being made. */
async function lookAtLeader(connection: Connection): Promise<Leader | undefined> {
  const [table] = await connection.ask(
    one(
      "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'settings'",
    ),
  );
  return table?.n === 0 ? undefined : await readLeader(connection);
}

/** Ends the session that holds the lock of the schema; what it had not committed is undone. */
async function endHolder(connection: Connection): Promise<void> {
  await connection.ask(
    all(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE locktype = 'advisory' AND granted AND classid = CAST(? AS oid) AND objid = CAST(hashtext(current_schema()) AS oid)
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [LOCK],
    ),
  );
}
