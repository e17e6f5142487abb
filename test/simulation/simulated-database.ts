/**
 * A PostgreSQL for several simulated processes: what a driver of it is sent, answered on virtual time by a SQLite file.
 *
 * The real store for PostgreSQL runs on it, with its pool, its pipelines, its lock and its epochs (src/store/postgres). What
 * PostgreSQL does and SQLite does not is made here: sessions, the advisory lock of a session, `pg_terminate_backend`, and a clock
 * of its own. A line between a process and its database may be cut, may be slow, and may lose an answer.
 *
 *     I51 a commit of a process that was replaced writes nothing       I53 the commits of an epoch are those of one process
 *     I52 each opening has a greater epoch than all before,            I54 a process that was replaced renews no lease
 *         and the commits follow each other in the order of epochs     I55 nobody ends the session of a process that is heard of
 *
 * @module
 */

import { type Driver, openDriver, type Row, type SqlValue } from '../../src/store/driver.js';
import { SCHEMA } from '../../src/store/migrations.js';
import type { PostgresClient, PostgresPool } from '../../src/store/postgres/connection.js';
import { LEASE } from '../../src/store/postgres/leadership.js';
import { Pipeline } from '../../src/store/postgres/pipeline.js';
import type { Commit } from '../../src/store/store.js';
import type { SimulatedProcess } from './simulated-process.js';
import { EPOCH, type VirtualWorld } from './virtual-world.js';

/** What becomes of a commit on its way. */
export type CommitFate =
  | 'written'
  /** Nothing was written: no space, or somebody in the way. */
  | 'full'
  | 'busy'
  /** The process ends before, or after, it has reached the database. */
  | 'dies before'
  | 'dies after'
  /** The process is paused before it has sent it, or before it hears the answer. */
  | 'paused before'
  | 'paused after'
  /** The line breaks, and nobody knows. */
  | 'lost before'
  | 'lost after';

export interface DatabaseFaults {
  fateOfCommit(): CommitFate;
  /** Milliseconds that any answer takes. */
  delay(): number;
  /** Milliseconds of a pause. */
  pause(): number;
  /** Another server changes what the database is asked: a planted bug. */
  text(sql: string): string;
}

export interface DatabaseHeard {
  /** A commit is durable. */
  committed(commit: Commit): void;
  died(process: SimulatedProcess, why: string): void;
  note(line: string): void;
}

/** What the process has said of itself: which commits it is about to send, in their order. */
export interface Sending {
  readonly process: SimulatedProcess;
  readonly commits: Commit[];
  epoch: number | undefined;
}

interface Message {
  readonly text: string;
  readonly values: readonly SqlValue[];
  readonly givesRows: boolean;
}

/** What the server says of an error. */
function told(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR' });
}
const terminated = (): Error =>
  told('57P01', 'terminating connection due to administrator command');
const cut = (): Error => new Error('Connection terminated unexpectedly');

/** The first statement of a pipeline that commits (postgres/writer.ts). */
const GUARD = /^SELECT 1 \/ \(/;
const RENEWAL = /^UPDATE settings SET value = .* WHERE key = .*EXISTS/s;
/** Milliseconds after which somebody asks again who waits for a lock. */
const LOCKED = 20;
/** Milliseconds after which an operating system gives up a line on which nothing comes. */
const LINE_PATIENCE = 9_000;

export class SimulatedDatabase {
  readonly violations: string[] = [];
  readonly world: VirtualWorld;
  readonly #file: string;
  readonly faults: DatabaseFaults;
  readonly heard: DatabaseHeard;
  /** Looks at what is committed. */
  readonly #eye: Driver;
  readonly #sessions: Map<Session, Sending> = new Map();
  #holder: Session | undefined;
  /**
   * Whether a session that is ended and has nothing open loses its lock alone, as behind a pooler that gives it another one. Then
   * the epoch is all that is left.
   */
  readonly hasPooler: boolean;
  #lastEpoch = 0;
  #lastCommitted = 0;
  readonly #byEpoch: Map<number, string> = new Map();
  /** Processes that do not reach it until then, by their names. */
  readonly #cut: Map<string, number> = new Map();
  /** Milliseconds by which its clock is off. */
  clockError = 0;
  /** Commits that were refused because another server had taken over. */
  fenced = 0;
  takeOvers = 0;

  constructor(
    world: VirtualWorld,
    { file, hasPooler }: { readonly file: string; readonly hasPooler: boolean },
    faults: DatabaseFaults,
    heard: DatabaseHeard,
  ) {
    this.world = world;
    this.#file = file;
    this.hasPooler = hasPooler;
    this.faults = faults;
    this.heard = heard;
    this.#eye = openDriver(file);
  }

  /** Connections of a process. */
  pool(sending: Sending): PostgresPool {
    const idle: Session[] = [];
    return {
      connect: async () => {
        await sending.process.running();
        if (this.isCut(sending)) {
          await this.after(sending, 1_000);
          throw Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
        }
        const known = idle.pop();
        if (known !== undefined) return known;
        const session = new Session(this, sending, openDriver(this.#file), (state) => {
          if (state === 'sound') idle.push(session);
          else this.disconnect(session);
        });
        this.#sessions.set(session, sending);
        return session;
      },
      on: () => undefined,
      removeListener: () => undefined,
    };
  }

  /** The process is gone, and its connections with it. */
  forget(sending: Sending): void {
    for (const [session, of] of [...this.#sessions]) if (of === sending) this.disconnect(session);
  }

  disconnect(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    if (this.#holder === session) this.#holder = undefined;
    session.close();
  }

  close(): void {
    for (const session of [...this.#sessions.keys()]) this.disconnect(session);
    this.#eye.close();
  }

  /** For a while nothing gets through between a process and the database. */
  cutOff({ process }: Sending, ms: number): void {
    this.#cut.set(process.name, this.world.elapsed + ms);
  }

  isCut(sending: Sending): boolean {
    return this.cutFor(sending) > 0;
  }

  /** Milliseconds for which nothing gets through yet. */
  cutFor({ process }: Sending): number {
    return Math.max(0, (this.#cut.get(process.name) ?? 0) - this.world.elapsed);
  }

  get linePatience(): number {
    return LINE_PATIENCE;
  }

  get epoch(): number {
    const row = this.#eye.prepare("SELECT value FROM settings WHERE key = 'epoch'").get();
    return Number(row?.value ?? 0);
  }

  /** Milliseconds since the epoch, by its own clock. */
  get now(): number {
    return EPOCH + this.world.elapsed + this.clockError;
  }

  after({ process }: Sending, ms: number): Promise<void> {
    return new Promise((resolve) => this.world.after(ms, () => process.run(resolve)));
  }

  // What only PostgreSQL has.

  /** The answer to what SQLite has no words for; undefined: it has. */
  ownAnswer(session: Session, text: string, values: readonly SqlValue[]): Row[] | undefined {
    if (text.includes('pg_try_advisory_lock')) return [{ taken: this.#lock(session) ? 1 : 0 }];
    if (text.includes('pg_advisory_unlock_all')) {
      if (this.#holder === session) this.#holder = undefined;
      return [];
    }
    if (text.includes('pg_terminate_backend')) return this.#endHolder(text, values);
    if (text.includes('FROM pg_tables')) return [{ n: 1 }];
    if (text.includes('FROM schema_version')) return [{ version: SCHEMA }];
    if (text.includes('current_setting(')) {
      const words = { version: '15.0', encoding: 'UTF8', synchronous: 'on' };
      return [{ ...words, database: 'simulated', schema: 'public' }];
    }
    if (/^(DEALLOCATE|SET) /.test(text)) return [];
    return undefined;
  }

  #lock(session: Session): boolean {
    if (this.#holder !== undefined && this.#holder !== session) return false;
    this.#holder = session;
    return true;
  }

  #endHolder(text: string, values: readonly SqlValue[]): Row[] {
    const holder = this.#holder;
    const row = this.#eye.prepare("SELECT value FROM settings WHERE key = 'leader-renewed'").get();
    const silent = this.now - Number(row?.value ?? 0);
    if (text.includes('value AS BIGINT) FROM settings') && silent <= Number(values[2])) return [];
    if (holder === undefined) return [];
    if (silent <= LEASE) {
      this.violations.push(`I55 a session is ended of which was heard ${silent} ms ago`);
    }
    this.#holder = undefined;
    this.heard.note('session ended');
    if (!this.hasPooler || holder.isBusy) holder.end();
    return [{ pg_terminate_backend: 1 }];
  }

  // What must be so.

  /** A process has opened the store. */
  opened(sending: Sending, epoch: number): void {
    if (epoch <= this.#lastEpoch) {
      this.violations.push(`I52 epoch ${epoch} begins after ${this.#lastEpoch}`);
    }
    this.#lastEpoch = Math.max(this.#lastEpoch, epoch);
    this.takeOvers += 1;
    sending.epoch = epoch;
  }

  wrote(sending: Sending, isRenewal: boolean): void {
    const { process, epoch } = sending;
    // What begins an epoch is written before anybody knows its number.
    if (epoch === undefined) return;
    const current = this.epoch;
    if (epoch !== current) {
      const what = isRenewal ? 'I54 a lease is renewed' : 'I51 something is written';
      this.violations.push(`${what} under epoch ${epoch}, it is ${current}`);
    }
    if (isRenewal) return;
    if (epoch < this.#lastCommitted) {
      this.violations.push(`I52 a commit of epoch ${epoch} after one of ${this.#lastCommitted}`);
    }
    this.#lastCommitted = Math.max(this.#lastCommitted, epoch);
    const owner = this.#byEpoch.get(epoch) ?? process.name;
    this.#byEpoch.set(epoch, owner);
    if (owner !== process.name) {
      this.violations.push(`I53 ${owner} and ${process.name} both commit in epoch ${epoch}`);
    }
  }
}

class Session implements PostgresClient {
  readonly #database: SimulatedDatabase;
  readonly #sending: Sending;
  readonly #driver: Driver;
  readonly #released: (state: 'sound' | 'broken') => void;
  /** Why it answers nothing more. */
  #end: Error | undefined;
  #inTransaction = false;
  readonly #texts: Map<string, string> = new Map();
  #before: Promise<unknown> = Promise.resolve();

  constructor(
    database: SimulatedDatabase,
    sending: Sending,
    driver: Driver,
    released: (state: 'sound' | 'broken') => void,
  ) {
    this.#database = database;
    this.#sending = sending;
    this.#driver = driver;
    this.#released = released;
    for (const pragma of ['synchronous = OFF', 'cache_size = -2000']) {
      driver.prepare(`PRAGMA ${pragma}`).all();
    }
    driver.exec('CREATE TEMP TABLE clock AS SELECT 0 AS now');
  }

  /** Whether a transaction is open. */
  get isBusy(): boolean {
    return this.#inTransaction;
  }

  on(): void {}
  removeListener(): void {}

  release(isBroken = false): void {
    this.#released(isBroken || this.#end !== undefined ? 'broken' : 'sound');
  }

  /** The server ends it: what was open is undone. */
  end(): void {
    if (this.#inTransaction) this.#exec('ROLLBACK');
    this.#end = terminated();
  }

  close(): void {
    if (this.#inTransaction) this.#exec('ROLLBACK');
    this.#end ??= cut();
    this.#driver.close();
  }

  query(query: { text: string; values?: SqlValue[] } | Pipeline): Promise<unknown> {
    const asked = this.#before.then(() =>
      query instanceof Pipeline ? this.#pipeline(query) : this.#query(query),
    );
    this.#before = asked.catch(() => undefined);
    return asked;
  }

  async #query({ text, values = [] }: { text: string; values?: SqlValue[] }): Promise<unknown> {
    await this.#arrive();
    const rows = await this.#unlocked(() => {
      const found = this.#perform({ text, values, givesRows: values.length > 0 });
      if (RENEWAL.test(text) && found.length > 0) this.#database.wrote(this.#sending, true);
      return found;
    });
    await this.#answered();
    return { rows, command: text.split(' ')[0] };
  }

  async #pipeline(pipeline: Pipeline): Promise<void> {
    const messages = messagesOf(pipeline, this.#texts);
    const isCommit = GUARD.test(messages[0]?.text ?? '');
    const { faults, heard } = this.#database;
    const { process } = this.#sending;
    const fate = isCommit && messages.length > 1 ? faults.fateOfCommit() : 'written';
    if (fate === 'paused before') {
      heard.note(`${process.name} is paused before it commits`);
      process.pause(faults.pause());
    }
    if (fate === 'dies before') return this.#dies('before a commit');
    try {
      await this.#arrive();
      if (fate === 'lost before') throw this.#breaks();
      if (fate === 'full') throw told('53100', 'could not extend file: No space left on device');
      if (fate === 'busy') throw told('40001', 'could not serialize access');
      const rows = await this.#unlocked(() => this.#together(messages, isCommit));
      if (fate === 'dies after') return this.#dies('after a commit');
      if (fate === 'lost after') throw this.#breaks();
      if (fate === 'paused after') {
        heard.note(`${process.name} is paused before it hears of its commit`);
        process.pause(faults.pause());
      }
      await this.#answered();
      for (const [index, found] of rows.entries()) {
        if (messages[index]?.givesRows) tellRows(pipeline, found);
        pipeline.handleCommandComplete();
      }
      pipeline.handleReadyForQuery();
    } catch (error) {
      await process.running();
      pipeline.handleError(error);
    }
  }

  /** All of it or nothing; a transaction that it begins itself stays open. */
  #together(messages: readonly Message[], isCommit: boolean): Row[][] {
    const isOwn = !this.#inTransaction && !/^BEGIN/.test(messages[0]?.text ?? '');
    if (isOwn) this.#exec('BEGIN IMMEDIATE');
    try {
      const rows = messages.map((message) => this.#perform(message));
      if (isOwn) this.#exec('COMMIT');
      if (isCommit) {
        this.#database.wrote(this.#sending, false);
        const commit = this.#sending.commits.shift();
        if (commit !== undefined) this.#database.heard.committed(commit);
      }
      return rows;
    } catch (error) {
      if (isOwn) this.#exec('ROLLBACK');
      if ((error as { code?: string }).code === '22012') this.#database.fenced += 1;
      throw error;
    }
  }

  #perform({ text: asked, values, givesRows }: Message): Row[] {
    const database = this.#database;
    const text = database.faults.text(asked);
    const own = database.ownAnswer(this, text, values);
    if (own !== undefined) return own;
    const translated = sqliteText(text);
    if (translated.includes(CLOCK)) {
      this.#driver.prepare('UPDATE temp.clock SET now = ?').run(database.now);
    }
    if (/^(BEGIN|COMMIT|ROLLBACK)/.test(translated)) {
      this.#exec(translated);
      return [];
    }
    if (GUARD.test(text)) {
      const [row] = this.#driver.prepare(translated).all(...values);
      if (row?.ours === null) throw told('22012', 'division by zero');
      return [];
    }
    if (values.length === 0 && !givesRows && !translated.startsWith('SELECT')) {
      this.#driver.exec(translated);
      return [];
    }
    const statement = this.#driver.prepare(translated);
    if (/^\s*(SELECT|WITH)|RETURNING/i.test(translated)) {
      return statement.all(...values).map((row) => ({ ...row }));
    }
    statement.run(...values);
    return [];
  }

  #exec(text: string): void {
    this.#driver.exec(text);
    this.#inTransaction = text.startsWith('BEGIN');
  }

  /** What was sent has reached the server. */
  async #arrive(): Promise<void> {
    await this.#sending.process.running();
    const cutFor = this.#database.cutFor(this.#sending);
    if (cutFor > 0) {
      await this.#database.after(this.#sending, Math.min(cutFor, LINE_PATIENCE));
      // Shorter ones are made good by the network.
      if (cutFor > LINE_PATIENCE) throw this.#breaks();
    }
    if (this.#end !== undefined) throw this.#end;
  }

  /** The answer is on its way, and is heard when the process runs. */
  async #answered(): Promise<void> {
    const ms = this.#database.faults.delay();
    if (ms > 0) await this.#database.after(this.#sending, ms);
    await this.#sending.process.running();
  }

  /** Performs something when no other session's transaction is in the way. */
  async #unlocked<Answer>(act: () => Answer): Promise<Answer> {
    for (;;) {
      if (this.#end !== undefined) throw this.#end;
      try {
        return act();
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'busy') throw error;
        // The server goes on although the process does not.
        await new Promise<void>((resolve) => this.#database.world.after(LOCKED, resolve));
      }
    }
  }

  #breaks(): Error {
    this.#database.disconnect(this);
    return cut();
  }

  #dies(why: string): Promise<never> {
    this.#database.heard.died(this.#sending.process, why);
    return new Promise(() => {});
  }
}

/** What a pipeline sends. @param texts what the session has parsed, by name: it is told once */
function messagesOf(pipeline: Pipeline, texts: Map<string, string>): Message[] {
  const messages: (Message & { givesRows: boolean })[] = [];
  pipeline.submit({
    stream: {},
    parse: ({ text, name }) => void texts.set(name, text),
    bind({ statement, values }) {
      messages.push({ text: texts.get(statement) ?? '', values, givesRows: false });
    },
    describe() {
      const last = messages.at(-1);
      if (last !== undefined) last.givesRows = true;
    },
    execute: () => undefined,
    sync: () => undefined,
  });
  return messages;
}

const WHOLE = 20;
const TEXT = 25;
const BYTES = 17;

function tellRows(pipeline: Pipeline, rows: readonly Row[]): void {
  for (const row of rows) {
    const columns = Object.entries(row);
    pipeline.handleRowDescription({
      fields: columns.map(([name, value]) => ({ name, dataTypeID: typeOf(value) })),
    });
    pipeline.handleDataRow({ fields: columns.map(([, value]) => wireText(value)) });
  }
}

function typeOf(value: SqlValue): number {
  if (typeof value === 'number' || typeof value === 'bigint') return WHOLE;
  return typeof value === 'string' || value === null ? TEXT : BYTES;
}

function wireText(value: SqlValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value);
}

const translations = new Map<string, string>();

const CLOCK = '(SELECT now FROM temp.clock)';

/** The words of PostgreSQL in those of SQLite. */
function sqliteText(text: string): string {
  const known = translations.get(text) ?? translated(text);
  translations.set(text, known);
  return known;
}

function translated(text: string): string {
  if (text.startsWith('BEGIN ISOLATION')) return 'BEGIN';
  if (text === 'BEGIN') return 'BEGIN IMMEDIATE';
  return text
    .replaceAll(/\$\d+/g, '?')
    .replaceAll('EXTRACT(EPOCH FROM clock_timestamp()) * 1000', CLOCK)
    .replaceAll(' FOR SHARE', '')
    .replaceAll('string_agg(', 'group_concat(')
    .replaceAll(' COLLATE "C"', '');
}
