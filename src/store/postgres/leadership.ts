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
 * - **Before it acts** on a commit that is durable, a server that has not renewed its lease for a while asks again.
 *
 * The lease is renewed on a connection of its own, so that a long commit does not look like a server that is gone.
 * @module
 */
import { StoreError } from '../errors.js';
import { all, one, tell } from '../plan.js';
import type { Store } from '../store.js';
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

/** How a server measures time: by its own clock, which is compared with nobody else's. */
export interface LeaseClock {
  /** Milliseconds since some fixed moment; never jumps. */
  monotonic(): number;
  /** Calls back once after `ms`; the answer cancels it. */
  setTimer(callback: () => void, ms: number): () => void;
}

/** A server that waits lives for that. */
const WAITING: LeaseClock = {
  monotonic: () => performance.now(),
  setTimer(callback, ms) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** One that is active ends although it would renew its lease. */
const RENEWING: LeaseClock = {
  monotonic: () => performance.now(),
  setTimer(callback, ms) {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Milliseconds of silence after which a server counts as gone. */
export const LEASE = 6_000;
const RENEWAL = 2_000;
/** Milliseconds for which a server that has renewed its lease need not ask: less than `LEASE`, for clocks go differently. */
const SURE = 5_000;
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

/** The lease of the server that is active. */
export interface Lease {
  /**
   * Nothing, at once, while nobody else can have taken over by this server's own clock; otherwise it is renewed first. Throws a
   * StoreError: `fenced` when another server has taken over, or why that cannot be asked.
   */
  expectOurs(): Promise<void> | undefined;
  close(): void;
}

/**
 * Renews the lease until it is closed.
 * @param onLost told once: the epoch is another server's, or the database has been out of reach for longer than the lease
 * @example const lease = keepLease(pool, store.epoch, (error) => end(error));
 */
export function keepLease(
  pool: PostgresPool,
  epoch: number,
  onLost: (error: StoreError) => void,
  clock: LeaseClock = RENEWING,
): Lease {
  let isOpen = true;
  const begun = clock.monotonic();
  /** When the last renewal was asked for that was granted: when it was is later, and nobody here knows how much. */
  let askedAt: number | undefined;
  let renewing: Promise<void> | undefined;

  async function renew(): Promise<void> {
    const asked = clock.monotonic();
    const isOurs = await withConnection(pool, async (connection) => {
      const rows = await connection.ask(
        all(
          // Who begins an epoch meanwhile is waited for, as by a commit (writer.ts).
          `UPDATE settings SET value = ${NOW} WHERE key = ? AND EXISTS (
             SELECT 1 FROM settings AS own WHERE own.key = 'epoch' AND own.value = ? FOR SHARE) RETURNING key`,
          [RENEWED, String(epoch)],
        ),
      );
      return rows.length > 0;
    });
    if (!isOurs) throw new StoreError('fenced', 'Another server has taken over this database.');
    askedAt = asked;
  }

  function renewed(): Promise<void> {
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function goOn(): Promise<void> {
    try {
      await renewed();
    } catch (error) {
      const { code } = error as StoreError;
      // The commit that comes next is told the same; this one looks for a server that has nothing to commit.
      if (code === 'fenced' || clock.monotonic() - (askedAt ?? begun) > LEASE) {
        return lost(error as StoreError);
      }
    }
    if (isOpen) cancel = clock.setTimer(goOn, RENEWAL);
  }

  function lost(error: StoreError): void {
    if (!isOpen) return;
    isOpen = false;
    onLost(error);
  }

  let cancel = clock.setTimer(goOn, RENEWAL);
  return {
    expectOurs() {
      const isSure = askedAt !== undefined && clock.monotonic() - askedAt < SURE;
      return isSure ? undefined : renewed();
    },
    close() {
      isOpen = false;
      cancel();
    },
  };
}

/**
 * The same store, whose commits are acknowledged only while the lease is this server's. One that was stopped between a commit and
 * its answer comes back when another has taken over, and must not begin what that commit has announced.
 */
export function underLease<Own extends Pick<Store, 'commit'>>(store: Own, lease: Lease): Own {
  return {
    ...store,
    async commit(turn) {
      await store.commit(turn);
      await lease.expectOurs();
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
export async function whenFree<Opened>(
  pool: PostgresPool,
  open: () => Promise<Opened>,
  { signal, onWaiting }: StandbyOptions,
  clock: LeaseClock = WAITING,
): Promise<Opened> {
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
    await pause(clock, LOOK, signal);
  }
}

/** Resolves after a while, or when the signal ends it. */
function pause(clock: LeaseClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.setTimer(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
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

/**
 * Ends the session that holds the lock of the schema; what it had not committed is undone. The lease is looked at in the same
 * statement: since the last look another server may have taken over, and its session is not to be ended.
 */
async function endHolder(connection: Connection): Promise<void> {
  await connection.ask(
    all(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE locktype = 'advisory' AND granted AND classid = CAST(? AS oid) AND objid = CAST(hashtext(current_schema()) AS oid)
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND (SELECT CAST(${NOW} AS BIGINT) - CAST(value AS BIGINT) FROM settings WHERE key = ?) > CAST(? AS BIGINT)`,
      [LOCK, RENEWED, LEASE],
    ),
  );
}
