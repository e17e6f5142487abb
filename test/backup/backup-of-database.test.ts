/**
 * `millrace backup`, `verify` and `restore` where the records lie in PostgreSQL: beside a server that works, again and again, into a
 * database and into a data folder.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DECLARED_TABLES } from '../../src/engine/declared-tables.js';
import { makeBackup } from '../../src/store/backups/make-backup.js';
import { examineFile } from '../../src/store/backups/verify-file.js';
import { examineDatabase } from '../../src/store/backups/verify-postgres.js';
import { openDriver } from '../../src/store/driver.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import { type UpProcess, up } from '../attack/up-process.js';
import { type Ended, millrace } from '../cli/millrace.js';
import { requirement } from '../requirements.js';
import { fillPostgres } from '../support/large-postgres.js';
import { PostgresServer } from '../support/postgres-server.js';

const { missing } = requirement('postgresql');
/** A machine that is busy with other tests is slow to start a program. */
const LONG = { timeout: 240_000 };

describe.skipIf(missing)(`records in a database${missing ? ` (${missing})` : ''}`, LONG, () => {
  let database: PostgresServer;
  let spaces: Awaited<ReturnType<PostgresServer['makeSpace']>>[];
  let servers: UpProcess[];
  let project: string;
  let pipelines: string;
  let store: string;
  beforeAll(async () => {
    database = await PostgresServer.start();
  });
  afterAll(async () => await database?.stop());
  beforeEach(async () => {
    [spaces, servers] = [[], []];
    store = await newAddress();
    project = mkdtempSync(join(tmpdir(), 'millrace-backup-'));
    pipelines = join(project, 'pipelines');
    mkdirSync(pipelines);
    writeFileSync(
      join(pipelines, 'quick.yaml'),
      'pipeline: quick\nsteps:\n  - first: { echo: { hello: world } }\n  - second: { echo: { hello: again } }\n',
    );
    writeFileSync(
      join(pipelines, 'long.yaml'),
      `pipeline: long\nsteps:\n  - load: { shell: [sh, -c, 'echo $$ >> ${project}/marks; exec sleep 600'] }\n`,
    );
  });
  afterEach(async () => {
    for (const server of servers) await server.stop('SIGKILL');
    for (const pid of pids()) {
      try {
        process.kill(pid);
      } catch {
        // It is gone.
      }
    }
    for (const space of spaces) await space.remove();
    rmSync(project, { recursive: true, force: true });
  });

  async function newAddress(): Promise<string> {
    const space = await database.makeSpace();
    spaces.push(space);
    return database.addressOf(space.schema);
  }
  const pids = (): number[] => {
    const marks = join(project, 'marks');
    return existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n').map(Number) : [];
  };
  const run = (args: readonly string[], env: { [name: string]: string } = {}): Promise<Ended> =>
    millrace(args, { cwd: project, env });
  async function start(name: string, at = store): Promise<UpProcess> {
    const server = await up({
      ...{ folder: pipelines, data: join(project, name) },
      env: { MILLRACE_STORE: at },
    });
    servers.push(server);
    return server;
  }
  const inFile = (file: string, sql: string): { [column: string]: unknown }[] => {
    const driver = openDriver(join(project, file));
    try {
      return driver.prepare(sql).all();
    } finally {
      driver.close();
    }
  };
  const schemaOf = (at: number): string => spaces[at]?.schema as string;

  it('is backed up several times under load; each is sound, of one moment, and restored', async () => {
    const server = await start('data');
    const acknowledged: string[] = [];
    let isOver = false;
    const clients = Array.from({ length: 4 }, async () => {
      while (!isOver) acknowledged.push((await server.run('quick')).id);
    });
    const before: string[][] = [];
    for (const name of ['first.db', 'second.db', 'third.db']) {
      const enough = acknowledged.length + 10;
      await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(enough);
      before.push([...acknowledged]);
      const made = await run(['backup', name, '--store', 'env:WHERE', '--json'], { WHERE: store });
      expect(made).toMatchObject({ code: 0, stderr: '' });
    }
    isOver = true;
    await Promise.all(clients);
    expect(await run(['verify', '--json'], { MILLRACE_STORE: store })).toMatchObject({ code: 0 });
    await server.stop('SIGKILL');

    for (const [at, name] of ['first.db', 'second.db', 'third.db'].entries()) {
      expect(statSync(join(project, name)).mode & 0o777).toBe(0o600);
      const { executions, findings, note, sha256 } = await examineFile(join(project, name));
      expect(findings).toEqual([]);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(note?.madeAt).toMatch(/^\d{4}-/);
      // What was acknowledged before it began is in it, and nothing that never was.
      const ids = new Set(inFile(name, 'SELECT id FROM executions').map(({ id }) => String(id)));
      expect(before[at]?.filter((id) => !ids.has(id))).toEqual([]);
      expect(executions).toBe(ids.size);
      // All tables are of the same moment: an attempt that is open is one of an execution that runs.
      expect(
        inFile(
          name,
          "SELECT a.id FROM attempts a LEFT JOIN executions e ON e.number = a.execution WHERE e.status IS NOT 'RUNNING'",
        ),
      ).toEqual([]);

      const other = await newAddress();
      const restored = await run(['restore', name, '--data', `to-${at}`, '--json'], {
        MILLRACE_STORE: other,
      });
      expect(restored).toMatchObject({ code: 0 });
      expect(JSON.parse(restored.stdout)).toMatchObject({ executions });
      expect(readdirSync(join(project, `to-${at}`))).toEqual([]);
      const verified = await run(['verify', other, '--json']);
      expect(JSON.parse(verified.stdout)).toMatchObject({
        ...{ sound: true, findings: [], executions },
        note: { madeAt: note?.madeAt, restoredAt: expect.any(String) },
      });
      // A backup of what was restored holds the same executions.
      expect((await run(['backup', `again-${at}.db`, '--store', other])).code).toBe(0);
      const all = 'SELECT number, id, status, header, output FROM executions ORDER BY number';
      expect(inFile(`again-${at}.db`, all)).toEqual(inFile(name, all));
    }
    expect(readdirSync(project).filter((name) => name.includes('draft'))).toEqual([]);
  });

  it('restored, begins nothing that had begun, until it is told to go on', async () => {
    const server = await start('data');
    await server.run('quick');
    const long = await server.start('long');
    await expect.poll(() => pids().length, { timeout: 20_000 }).toBe(1);
    expect((await run(['backup', 'monday.db', '--store', store])).code).toBe(0);
    await server.stop('SIGKILL');
    const other = await newAddress();
    copyFileSync(join(project, 'data', 'seal.key'), join(project, 'kept.key'));
    const restored = await run(
      ['restore', 'monday.db', '--store', other, '--data', 'other', '--seal-key', 'kept.key'],
      {},
    );
    expect(restored).toMatchObject({ code: 0 });
    expect(restored.stderr).not.toContain('seal.key is not there');
    const held = await start('other', other);
    expect(await held.call('GET', '/health')).toMatchObject({ status: 'held' });
    await expect(held.start('quick')).rejects.toThrow('MILL3028');
    expect(await held.call('GET', '/restore')).toMatchObject({
      restore: { running: 1, attempts: 1 },
    });
    expect(pids()).toHaveLength(1);
    expect((await run(['resume', '--data', 'other'])).stdout).toContain('1 open attempts');
    expect(await held.call('GET', `/executions/${long}?wait=20`)).toMatchObject({
      ...{ status: 'FAILED', error: 'Millrace.WorkerLost' },
    });
    expect((await held.run('quick')).status).toBe('SUCCEEDED');
    expect(pids()).toHaveLength(1);
    // The same file goes into a data folder, too.
    expect((await run(['restore', 'monday.db', '--data', 'folder'])).code).toBe(0);
    expect((await run(['verify', 'folder'])).stdout).toContain('2 executions');
  });

  it('leaves nothing when it is given up, or when the database goes away', async () => {
    const [space] = spaces as [(typeof spaces)[0]];
    const opened = await openPostgresStore({ pool: space.pool });
    await opened.joinTables(DECLARED_TABLES);
    await opened.close();
    const client = await space.pool.connect();
    await fillPostgres(client, 20_000);
    client.release();
    const file = join(project, 'never.db');
    const options = { database: { url: store, tables: DECLARED_TABLES }, file, version: '1' };
    const ends = {
      async 'is given up'() {
        const stop = new AbortController();
        const onProgress = (): void => stop.abort();
        await expect(makeBackup({ ...options, onProgress, signal: stop.signal })).rejects.toThrow();
        expect(stop.signal.aborted).toBe(true);
      },
      async 'goes away'() {
        let ended: Promise<unknown> | undefined;
        const onProgress = (): void => {
          ended ??= database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace backup'",
          );
        };
        await expect(makeBackup({ ...options, onProgress })).rejects.toMatchObject({ code: 'io' });
        expect(await ended).toHaveLength(1);
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      await end();
      expect({ name, left: readdirSync(project) }).toEqual({ name, left: ['pipelines'] });
    }
    // What was given up does not go on in the database.
    await expect
      .poll(() =>
        database.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'millrace backup'"),
      )
      .toEqual([]);
  });

  it('is made and verified by a user who may only read, and changes nothing', async () => {
    const server = await start('data');
    await server.run('quick');
    await server.stop();
    const schema = schemaOf(0);
    await database.query(
      `CREATE ROLE looks LOGIN; GRANT USAGE ON SCHEMA ${schema} TO looks; GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO looks`,
    );
    const changes = `SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del) AS n FROM pg_stat_user_tables WHERE schemaname = '${schema}'`;
    const before = await database.query(changes);
    expect(Number(before[0]?.n)).toBeGreaterThan(0);
    try {
      const reader = store.replace('millrace@', 'looks@');
      expect((await run(['verify', reader])).stdout).toContain('1 executions');
      expect(await run(['backup', 'read.db', '--store', reader])).toMatchObject({ code: 0 });
      expect((await run(['verify', 'read.db'])).stdout).toContain('1 executions');
      const refused = await run(['restore', 'read.db', '--store', reader, '--data', 'to']);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('denied') });
      expect(await database.query(changes)).toEqual(before);
    } finally {
      await database.query('DROP OWNED BY looks; DROP ROLE looks');
    }
  });

  it('is sent by the server to whoever may see all teams', async () => {
    const server = await start('data');
    await server.run('quick');
    const { url, token } = JSON.parse(
      readFileSync(join(project, 'data', 'server.json'), 'utf8'),
    ) as { url: string; token: string };
    const sent = await run(['backup', 'sent.db', '--server', url, '--json'], {
      MILLRACE_TOKEN: token,
    });
    expect(JSON.parse(sent.stdout)).toMatchObject({ executions: 1 });
    expect((await run(['verify', 'sent.db'])).code).toBe(0);
    expect(readdirSync(join(project, 'data')).filter((one) => one.startsWith('backup'))).toEqual(
      [],
    );
  });

  it('replaces nothing, says what is wrong with an address, and tells no password', async () => {
    const empty = await run(['backup', 'none.db', '--store', store]);
    expect(empty.code).toBe(5);
    expect(empty.stderr).toContain('There are no records');
    const server = await start('data');
    await server.run('quick');
    const secret = store.replace('millrace@', 'millrace:hunter22@');
    expect((await run(['backup', 'one.db', '--store', secret])).code).toBe(0);
    const again = await run(['backup', 'one.db', '--store', secret]);
    expect(again).toMatchObject({ code: 6, stderr: expect.stringContaining('replaces nothing') });
    // A server has the one, and the other has records.
    const locked = await run(['restore', 'one.db', '--store', secret, '--data', 'to']);
    expect(locked).toMatchObject({ code: 6, stderr: expect.stringContaining('MILL5504') });
    await server.stop();
    const full = await run(['restore', 'one.db', '--store', secret, '--data', 'to']);
    expect(full).toMatchObject({ code: 6, stderr: expect.stringContaining('MILL5040') });
    const nobody = 'postgres://millrace:hunter22@127.0.0.1:1/millrace';
    const away = await run(['backup', 'two.db', '--store', nobody]);
    expect(away.stderr).toContain('MILL5502');
    const none = await run(['verify', '--store', 'hunter22']);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('MILL5501') });
    expect((await run(['verify', 'env:NOT_THERE'])).stderr).toContain('MILL5503');
    for (const { stdout, stderr } of [again, locked, full, away, none]) {
      expect(`${stdout}${stderr}`).not.toContain('hunter22');
    }
    expect(readdirSync(project).sort()).toEqual(
      ['data', 'one.db', 'one.db.sha256', 'pipelines', 'to'].sort(),
    );
    expect(readdirSync(join(project, 'to'))).toEqual([]);
  });

  it('another sealing key than the one that is there is refused', async () => {
    const server = await start('data');
    await server.stop();
    expect((await run(['backup', 'one.db', '--store', store])).code).toBe(0);
    mkdirSync(join(project, 'to'));
    writeFileSync(join(project, 'to', 'seal.key'), 'one');
    writeFileSync(join(project, 'kept.key'), 'another');
    for (const more of [[], ['--store', await newAddress()]]) {
      const args = ['restore', 'one.db', '--data', 'to', '--seal-key', 'kept.key', ...more];
      const { code, stderr } = await run(args);
      expect([code, stderr]).toEqual([6, expect.stringContaining('another key')]);
    }
    expect(readFileSync(join(project, 'to', 'seal.key'), 'utf8')).toBe('one');
  });

  it('`verify` finds what was changed: histories, gaps, ends, logs, JSON, the audit log', async () => {
    const server = await start('data');
    const { id } = await server.run('quick');
    await server.run('quick');
    writeFileSync(
      join(pipelines, 'loud.yaml'),
      'pipeline: loud\nsteps:\n  - say: { shell: [sh, -c, "seq 400"] }\n',
    );
    await server.stop();
    const louder = await start('data');
    await louder.run('loud');
    expect((await run(['keys', 'create', '--data', 'data', '--team', 'default'])).code).toBe(0);
    await louder.stop();
    const look = (): ReturnType<typeof examineDatabase> =>
      examineDatabase({ url: store, tables: DECLARED_TABLES });
    expect(await look()).toMatchObject({ findings: [], executions: 3 });
    const own = `SELECT number FROM executions WHERE id = '${id}'`;
    const changes: readonly (readonly [string, string])[] = [
      [
        `UPDATE history SET events = replace(events, 'hello', 'hullo') WHERE execution = (${own})`,
        'is damaged at its events',
      ],
      [
        `UPDATE history SET events = events || chr(7), digest = NULL WHERE execution = (${own})`,
        'of history is damaged',
      ],
      [`DELETE FROM history WHERE execution = (${own}) AND first = 1`, 'goes from event 0 to'],
      [`DELETE FROM history WHERE execution = (${own})`, 'ends at event 0'],
      [
        `UPDATE executions SET header = replace(header, 'nextEvent', 'nextEvents') WHERE id = '${id}'`,
        'ends at event',
      ],
      ['UPDATE logs SET body = set_byte(body, 6, get_byte(body, 6) # 1)', 'of logs is damaged'],
      [
        `UPDATE executions SET context = context || chr(1) WHERE id = '${id}'`,
        'of executions is damaged (column context)',
      ],
      ["UPDATE audit SET what = what || 'x'", 'audit log'],
      ['DELETE FROM audit WHERE number = (SELECT MAX(number) FROM audit)', 'audit log'],
    ];
    for (const [change, words] of changes) {
      const client = await (spaces[0] as (typeof spaces)[0]).pool.connect();
      const copy = await newAddress();
      const to = schemaOf(spaces.length - 1);
      const { rows } = await client.query(
        'SELECT tablename FROM pg_tables WHERE schemaname = current_schema()',
      );
      for (const { tablename: table } of rows) {
        await client.query(`CREATE TABLE ${to}.${table} (LIKE ${table} INCLUDING ALL)`);
        await client.query(`INSERT INTO ${to}.${table} SELECT * FROM ${table}`);
      }
      client.release();
      const other = await (spaces.at(-1) as (typeof spaces)[0]).pool.query(change);
      expect({ change, rows: Number(other.rowCount) > 0 }).toEqual({ change, rows: true });
      const { code, stdout } = await run(['verify', copy]);
      expect({ change, code, stdout }).toEqual({
        change,
        code: 10,
        stdout: expect.stringContaining(words),
      });
      // Nor is a backup of it made.
      if (words !== 'audit log') {
        expect((await run(['backup', 'never.db', '--store', copy])).code).toBe(10);
        expect(existsSync(join(project, 'never.db'))).toBe(false);
      }
    }
  });
});
