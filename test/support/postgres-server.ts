/**
 * A PostgreSQL server of a test file: Debian's, on a free port of the loopback interface, in a folder that is removed with it.
 *
 * It keeps what it acknowledges (fsync stays on), and its databases order texts as a dictionary does, so that whoever forgets to
 * say otherwise is noticed. PostgreSQL refuses to run as root: there it runs as the user `postgres`.
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresCommands } from '../requirements.js';
import { freePort } from './free-port.js';

export interface Space {
  /** Connections that find the tables in a schema of their own. */
  readonly pool: pg.Pool;
  /** Closes the pool and drops the schema. */
  remove(): Promise<void>;
}

export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess;
  readonly #admin: pg.Pool;
  #spaces = 0;

  /** @throws when it cannot be started, with what it said */
  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
    const owner = process.getuid?.() === 0 ? idsOf('postgres') : undefined;
    try {
      if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
      const data = join(folder, 'data');
      const sorting = ['--locale-provider=icu', '--icu-locale=en-US', '--locale=C'];
      execFileSync(
        program('initdb'),
        ['-D', data, '-U', 'millrace', '-A', 'trust', '-E', 'UTF8', ...sorting],
        { ...owner, cwd: folder, stdio: 'pipe' },
      );
      const port = await freePort();
      const child = await run(folder, port);
      return new PostgresServer(port, folder, child, poolAt(port));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(port: number, folder: string, child: ChildProcess, admin: pg.Pool) {
    this.port = port;
    this.#folder = folder;
    this.#process = child;
    this.#admin = admin;
  }

  /** Runs a statement as a visitor beside the store. */
  async query(sql: string): Promise<{ [column: string]: unknown }[]> {
    return (await this.#admin.query(sql)).rows as { [column: string]: unknown }[];
  }

  /** An empty schema, and a pool whose connections are in it. */
  async makeSpace(): Promise<Space & { schema: string }> {
    this.#spaces += 1;
    const schema = `space_${this.#spaces}`;
    await this.#admin.query(`CREATE SCHEMA ${schema}`);
    const pool = this.poolOf(schema);
    return {
      schema,
      pool,
      remove: async () => {
        await pool.end();
        await this.#admin.query(`DROP SCHEMA ${schema} CASCADE`);
      },
    };
  }

  /** Where a server of ours finds a schema: `--store`. */
  addressOf(schema: string): string {
    return `postgres://millrace@127.0.0.1:${this.port}/postgres?options=-c%20search_path%3D${schema}`;
  }

  /** Makes a user who must say a password, and may do in a schema what the others may. */
  async makeUser(name: string, password: string, schema: string): Promise<void> {
    const rules = join(this.#folder, 'data', 'pg_hba.conf');
    const known = readFileSync(rules, 'utf8');
    writeFileSync(rules, `host all ${name} 127.0.0.1/32 scram-sha-256\n${known}`);
    await this.#admin.query('SELECT pg_reload_conf()');
    await this.#admin.query(`CREATE USER ${name} PASSWORD '${password}'`);
    await this.#admin.query(`GRANT ALL ON SCHEMA ${schema} TO ${name}`);
  }

  /** Another pool in a schema. @param port of somebody in between. Default: the server's */
  poolOf(schema: string, { port = this.port, settings = [] as readonly string[] } = {}): pg.Pool {
    const options = [`search_path=${schema}`, ...settings].map((one) => `-c ${one}`).join(' ');
    return poolAt(port, options);
  }

  /** Ends it as a crash does, in the middle of whatever it does, and starts it again on the same files. */
  async crash(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGQUIT');
    await ended;
    this.#process = await run(this.#folder, this.port);
  }

  async stop(): Promise<void> {
    await this.#admin.end();
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    // Ends at once and in order: sessions that are left are cut off.
    this.#process.kill('SIGINT');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts the server on a folder that has its files; it has recovered when this resolves. */
async function run(folder: string, port: number): Promise<ChildProcess> {
  const owner = process.getuid?.() === 0 ? idsOf('postgres') : undefined;
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
  const child = spawn(
    program('postgres'),
    ['-D', join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])],
    { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // Should a test file end without its last hook, the server does not stay behind.
  process.once('exit', () => child.kill('SIGQUIT'));
  await ready(child);
  return child;
}

function poolAt(port: number, options?: string): pg.Pool {
  const pool = new pg.Pool({
    ...{ host: '127.0.0.1', port, user: 'millrace', database: 'postgres', max: 4 },
    ...(options === undefined ? {} : { options }),
  });
  // A server that stops ends connections that nobody uses.
  pool.on('error', () => {});
  return pool;
}

function program(name: string): string {
  return postgresCommands(name)[0] ?? name;
}

/** Resolves when the server takes connections; rejects with what it said when it ends before. */
function ready(server: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready to accept connections')) resolve();
    });
  });
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
