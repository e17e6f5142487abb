/**
 * Many statements in one round trip, in one transaction.
 *
 *     parse, bind, execute · bind, execute · … · sync ──▶ every answer ──▶ ready: it is committed
 *
 * The protocol takes all messages up to `sync` as one transaction: without a BEGIN it begins with the first statement, is committed
 * by `sync`, and the first error ends it as if nothing of it had been
 * (https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-PIPELINING). So a turn of a thousand statements waits for the
 * server once. `pg` sends whatever has a `submit`, as its own cursors do.
 *
 * A text is parsed once a connection and then called by its name. What is lost with an error in the middle is which names the server
 * has taken: the caller forgets all (`Names.forget`).
 * @module
 */
import type { Row, SqlValue } from '../driver.js';
import type { Query } from '../plan.js';
import { numbered } from './dialect.js';

/** One that does not say what it gives gives nothing. */
export type PipelinedStatement = Pick<Query, 'sql' | 'values'> & Partial<Pick<Query, 'gives'>>;

type TypeParsers = { getTypeParser(type: number): (text: string) => unknown };

/** Of pg's connection: what its own queries send with. */
interface Wire {
  readonly stream: { cork?(): void; uncork?(): void };
  parse(message: { text: string; name: string; types: readonly number[] }): void;
  bind(message: {
    portal: string;
    statement: string;
    values: readonly SqlValue[];
    binary: boolean;
    valueMapper: (value: SqlValue) => unknown;
  }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** Whether every statement had been answered when it failed: then it failed while it was committed. */
export class PipelineFailure {
  readonly error: unknown;
  readonly isAtItsEnd: boolean;

  constructor(error: unknown, isAtItsEnd: boolean) {
    this.error = error;
    this.isAtItsEnd = isAtItsEnd;
  }
}

/** Texts that a connection keeps parsed, at most: lists of many lengths come and go, what is written again and again stays. */
const KEPT = 1_000;

/** Names of the texts that a connection has parsed. */
export class Names {
  #names: Map<string, string> = new Map();
  #last = 0;
  /** The server may keep some under names that nobody knows any more. */
  isForgotten = false;

  /** The name of a text, and whether the server knows it; '' is a name for one use. */
  nameOf(text: string): { name: string; isKnown: boolean } {
    const known = this.#names.get(text);
    if (known !== undefined) return { name: known, isKnown: true };
    if (this.#names.size >= KEPT) return { name: '', isKnown: false };
    this.#last += 1;
    const name = `millrace_${this.#last}`;
    this.#names.set(text, name);
    return { name, isKnown: false };
  }

  /** After an error nobody knows which of the last ones arrived: all get new names. */
  forget(): void {
    this.#names = new Map();
    this.isForgotten = true;
  }
}

const valueMapper = (value: SqlValue): unknown => {
  if (typeof value === 'number') return String(value);
  return value instanceof Uint8Array && !Buffer.isBuffer(value) ? Buffer.from(value) : value;
};

/**
 * What `pg` is handed; it calls these by name. It answers once: with the rows of each statement, or why there are none.
 *
 * @example await new Promise((resolve, reject) => client.query(new Pipeline(statements, names, types, { resolve, reject })))
 */
export class Pipeline {
  readonly #statements: readonly PipelinedStatement[];
  readonly #names: Names;
  readonly #types: TypeParsers;
  readonly #answer: { resolve(rows: Row[][]): void; reject(failure: PipelineFailure): void };
  readonly #rows: Row[][] = [];
  #fields: readonly Field[] = [];
  #current: Row[] = [];
  #defect: unknown;

  constructor(
    statements: readonly PipelinedStatement[],
    names: Names,
    types: TypeParsers,
    answer: { resolve(rows: Row[][]): void; reject(failure: PipelineFailure): void },
  ) {
    this.#statements = statements;
    this.#names = names;
    this.#types = types;
    this.#answer = answer;
  }

  submit(wire: Wire): Error | null {
    // One packet instead of thousands.
    wire.stream.cork?.();
    try {
      for (const statement of this.#statements) this.#send(wire, statement);
    } catch (error) {
      // The server ends what it got in order; what it did not get never happened.
      this.#defect = error;
    } finally {
      // An unfinished pipeline must not be committed: this statement is one that fails.
      if (this.#defect !== undefined)
        this.#send(wire, { sql: 'ROLLBACK TO unfinished', values: [] });
      wire.sync();
      wire.stream.uncork?.();
    }
    return null;
  }

  #send(wire: Wire, { sql, values, gives = 'nothing' }: PipelinedStatement): void {
    const text = numbered(sql);
    const { name, isKnown } = this.#names.nameOf(text);
    if (!isKnown) wire.parse({ text, name, types: [] });
    wire.bind({ portal: '', statement: name, values, binary: false, valueMapper });
    // Without it rows would have no names.
    if (gives !== 'nothing') wire.describe({ type: 'P', name: '' });
    wire.execute({ portal: '', rows: 0 });
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#fields = fields;
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const row: { [column: string]: unknown } = {};
    this.#fields.forEach(({ name, dataTypeID }, index) => {
      const text = fields[index] ?? null;
      row[name] = text === null ? null : this.#types.getTypeParser(dataTypeID)(text);
    });
    this.#current.push(row as Row);
  }

  handleCommandComplete(): void {
    this.#rows.push(this.#current);
    this.#current = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(): void {}

  handleError(error: unknown): void {
    const isAtItsEnd = this.#rows.length === this.#statements.length;
    this.#answer.reject(new PipelineFailure(this.#defect ?? error, isAtItsEnd));
  }

  handleReadyForQuery(): void {
    this.#answer.resolve(this.#rows);
  }
}
