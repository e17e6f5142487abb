/**
 * How the PostgreSQL store fails, on a real server: lines that are cut, sessions that are ended, locks, other servers.
 */
import type { Pool, PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/requirements.js';
import { type Cut, CuttingProxy } from '../../../test/support/cutting-proxy.js';
import { PostgresServer } from '../../../test/support/postgres-server.js';
import { until } from '../../../test/support/until.js';
import { SCHEMA } from '../migrations.js';
import type { Store } from '../store.js';
import { attempt, commit, create, failure, progress, write } from '../suite/stage.js';
import { normalise } from './errors.js';
import { openPostgresStore } from './postgres-store.js';

const { missing } = requirement('postgresql');
const token = (hash: string) => ({
  ...({ hash, kind: 'api', label: '', teams: [], role: 'viewer', createdAt: 1 } as const),
});

describe.skipIf(missing)(`the PostgreSQL store${missing ? ` (${missing})` : ''}`, () => {
  let server: PostgresServer;
  let schema: string;
  let pool: Pool;
  let store: Store;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(async () => await server?.stop());
  beforeEach(async () => {
    ({ schema, pool, remove } = await server.makeSpace());
    store = await openPostgresStore({ pool });
  });
  afterEach(async () => {
    await store.close();
    await remove();
  });

  /** Holds a lock on a table until `act` has ended. */
  async function withLocked<Value>(table: string, act: () => Promise<Value>): Promise<Value> {
    const visitor: PoolClient = await pool.connect();
    await visitor.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    try {
      return await act();
    } finally {
      await visitor.query('ROLLBACK');
      visitor.release();
    }
  }

  /** The session that waits for a lock. */
  async function waiting(): Promise<number> {
    const rows = await until(
      () =>
        server.query(
          `SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
           WHERE NOT l.granted AND c.relnamespace = '${schema}'::regnamespace`,
        ),
      (found) => found.length > 0,
    );
    return Number(rows[0]?.pid);
  }

  /** Uses another pool for as long as `act` takes. */
  async function withPool<Value>(
    options: Parameters<PostgresServer['poolOf']>[1],
    act: (other: Pool) => Promise<Value>,
  ): Promise<Value> {
    const other = server.poolOf(schema, options);
    try {
      return await act(other);
    } finally {
      await other.end();
    }
  }

  it('lets no second server in while it is open', async () => {
    expect(await failure(() => openPostgresStore({ pool }))).toMatchObject({ code: 'locked' });
    await store.close();
    store = await openPostgresStore({ pool });
    await store.writeSetting('a', 1);
  });

  it('lets servers of other schemas in', async () => {
    const other = await server.makeSpace();
    const second = await openPostgresStore(other);
    await second.writeSetting('a', 2);
    expect(await store.readSetting('a')).toBeUndefined();
    await second.close();
    await other.remove();
  });

  it('begins an epoch with every opening, and writes nothing in another one', async () => {
    const epoch = () => server.query(`SELECT value FROM ${schema}.settings WHERE key = 'epoch'`);
    expect(await epoch()).toEqual([{ value: '1' }]);
    await store.close();
    store = await openPostgresStore({ pool });
    expect(await epoch()).toEqual([{ value: '2' }]);
    await store.writeSetting('colour', 'green');
    await server.query(`UPDATE ${schema}.settings SET value = '3' WHERE key = 'epoch'`);
    expect(await failure(() => store.writeSetting('colour', 'red'))).toMatchObject({
      code: 'fenced',
    });
    expect(await failure(() => store.commit(commit(create(1, 'one'))))).toMatchObject({
      code: 'fenced',
    });
    expect(await store.readSetting('colour')).toBe('green');
    expect(await store.findExecution(1)).toBeUndefined();
  });

  it('refuses data that a newer version has written, and leaves it alone', async () => {
    await store.close();
    await server.query(`INSERT INTO ${schema}.schema_version (version) VALUES (${SCHEMA + 1})`);
    const refused = await failure(() => openPostgresStore({ pool }));
    expect(refused).toMatchObject({ code: 'newer-schema' });
    expect(await server.query(`SELECT value FROM ${schema}.settings`)).toEqual([{ value: '1' }]);
    await server.query(`DELETE FROM ${schema}.schema_version WHERE version > ${SCHEMA}`);
    store = await openPostgresStore({ pool });
  });

  it('says that a database may not be written', async () => {
    await store.close();
    const settings = ['default_transaction_read_only=on'];
    await withPool({ settings }, async (other) => {
      const refused = await failure(() => openPostgresStore({ pool: other }));
      expect(refused).toMatchObject({ code: 'readonly' });
    });
    store = await openPostgresStore({ pool });
  });

  it('says that a database keeps no Unicode', async () => {
    await server.query(
      "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0",
    );
    const { Pool: OtherPool } = (await import('pg')).default;
    const { port } = server;
    const latin = new OtherPool({ host: '127.0.0.1', port, user: 'millrace', database: 'latin' });
    const refused = await failure(() => openPostgresStore({ pool: latin }));
    expect(refused).toMatchObject({ code: 'driver' });
    expect(String(refused)).toContain('LATIN1');
    await latin.end();
  });

  it('says that no server is there', async () => {
    await withPool({ port: 1 }, async (other) => {
      const refused = await failure(() => openPostgresStore({ pool: other }));
      expect(refused).toMatchObject({ name: 'StoreError', code: 'io' });
    });
  });

  it('is busy when somebody holds a lock for too long, and goes on afterwards', async () => {
    await store.close();
    await withPool({ settings: ['lock_timeout=100ms'] }, async (other) => {
      const impatient = await openPostgresStore({ pool: other });
      await withLocked('tokens', async () => {
        const failed = await failure(() => impatient.insertToken(token('a')));
        expect(failed).toMatchObject({ code: 'busy' });
      });
      await impatient.insertToken(token('a'));
      expect(await impatient.listTokens()).toHaveLength(1);
      await impatient.close();
    });
    store = await openPostgresStore({ pool });
  });

  it('has written nothing when its session ends in the middle, writes no more, and reads on', async () => {
    await store.writeSetting('colour', 'green');
    await withLocked('tokens', async () => {
      const failed = failure(() => store.insertToken(token('a')));
      await server.query(`SELECT pg_terminate_backend(${await waiting()})`);
      expect(await failed).toMatchObject({ name: 'StoreError', code: 'io' });
    });
    expect(await failure(() => store.insertToken(token('b')))).toMatchObject({ code: 'io' });
    expect(await store.readSetting('colour')).toBe('green');
    expect(await store.listTokens()).toEqual([]);
    // The lock went with the session: a next server recovers.
    await store.close();
    store = await openPostgresStore({ pool });
    await store.insertToken(token('c'));
  });

  it('notices that its session has ended while nothing was written', async () => {
    const [row] = await server.query(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = CAST(hashtext('${schema}') AS oid)`,
    );
    await server.query(`SELECT pg_terminate_backend(${row?.pid})`);
    expect(await failure(() => store.writeSetting('a', 1))).toMatchObject({ code: 'io' });
  });

  it('fails a read whose session ends, and answers the next one', async () => {
    await store.commit(commit(create(1, 'one')));
    await withLocked('executions', async () => {
      const failed = failure(() => store.findExecution(1));
      await server.query(`SELECT pg_terminate_backend(${await waiting()})`);
      expect(await failed).toMatchObject({ name: 'StoreError', code: 'io' });
    });
    expect((await store.findExecution(1))?.name).toBe('one');
  });

  it.each<[Cut, boolean]>([
    ['before the server hears it', false],
    ['before the client hears of it', true],
  ])(
    'cannot know what is durable when the line is cut at the commit, %s',
    async (cut, isDurable) => {
      await store.close();
      const proxy = await CuttingProxy.start(server.port);
      await withPool({ port: proxy.port }, async (other) => {
        const distant = await openPostgresStore({ pool: other });
        await distant.commit(commit(create(1, 'one')));
        proxy.cutNext(cut);
        const failed = await failure(() => distant.commit(commit(create(2, 'two'))));
        expect(failed).toMatchObject({ name: 'StoreError', code: 'ambiguous' });
        const next = await failure(() => distant.commit(commit(create(3, 'three'))));
        expect(next).toMatchObject({ code: 'io' });
        await distant.close();
      });
      await proxy.stop();
      // The server may take a moment to see that the line is cut; until then the session has its lock.
      store = (await until(
        () => openPostgresStore({ pool }).catch(() => undefined),
        (opened) => opened !== undefined,
      )) as Store;
      expect(await store.lastExecutionNumber()).toBe(isDurable ? 2 : 1);
    },
  );

  it('writes one after another what comes at once', async () => {
    const numbers = Array.from({ length: 20 }, (_, at) => at + 1);
    const doubtful = (number: number) => (number % 5 === 0 ? 'same' : `n${number}`);
    const outcomes = await Promise.allSettled(
      numbers.map((number) => store.commit(commit(create(number, doubtful(number))))),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(await store.listExecutions({ limit: 99 })).toHaveLength(17);
  });

  it('reads at one moment, whatever is committed meanwhile', async () => {
    await store.commit(commit(create(1, 'one', { attempts: [attempt(1)] })));
    const loading = await withLocked('threads', async () => {
      const loaded = Promise.resolve(store.loadExecution(1));
      await waiting();
      const closedAttempts = [{ thread: 0, sequence: 1 }];
      await store.commit(commit(write(1, { progress: progress('FAILED'), closedAttempts })));
      return { loaded };
    });
    const before = await loading.loaded;
    expect(before?.record.header.status).toBe('RUNNING');
    expect(before?.attempts).toHaveLength(1);
    expect(await store.loadExecution(1)).toMatchObject({
      record: { header: { status: 'FAILED' } },
      attempts: [],
    });
  });
});

describe('errors of PostgreSQL', () => {
  const thrown = (code?: string) => Object.assign(new Error('it failed'), code ? { code } : {});

  it.each([
    ['23505', 'constraint', 'constraint'],
    ['23503', 'constraint', 'constraint'],
    ['40001', 'busy', 'busy'],
    ['40P01', 'busy', 'busy'],
    ['55P03', 'busy', 'busy'],
    ['57014', 'busy', 'busy'],
    ['53100', 'full', 'ambiguous'],
    ['25006', 'readonly', 'ambiguous'],
    ['57P01', 'io', 'ambiguous'],
    ['08006', 'io', 'ambiguous'],
    ['58030', 'io', 'ambiguous'],
    ['XX001', 'corrupt', 'ambiguous'],
    ['42601', 'driver', 'ambiguous'],
    ['ECONNRESET', 'io', 'ambiguous'],
    [undefined, 'io', 'ambiguous'],
  ] as const)('%s is %s, and %s while it commits', (code, before, during) => {
    expect(normalise(thrown(code)).code).toBe(before);
    expect(normalise(thrown(code), 'while it commits').code).toBe(during);
  });
});
