/**
 * Types of columns: read from text, written as DuckDB writes them, and compared.
 *
 * A contract says `bigint`, `decimal(10,2)`, `varchar[]`, `struct(name varchar, since date)`; what is found is told by DuckDB in
 * the same words (https://duckdb.org/docs/stable/sql/data_types/overview). Both are read by one parser, so that spellings
 * never differ where types do not. Nothing that was not read here reaches SQL as a type.
 * @module
 */

export type ColumnType =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'list'; readonly of: ColumnType }
  | { readonly kind: 'struct'; readonly fields: readonly StructField[] }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }
  /** Found in data and never expected: an enumeration of DuckDB, a union, an array of fixed size. */
  | { readonly kind: 'other'; readonly text: string };

export interface StructField {
  readonly name: string;
  readonly type: ColumnType;
}

/** Deepest nesting of a type. */
const MOST_LEVELS = 32;

/** The name that DuckDB gives a type, by the names that are taken. */
const NAMES: { readonly [canonical: string]: readonly string[] } = {
  BOOLEAN: ['boolean', 'bool', 'logical'],
  TINYINT: ['tinyint', 'int1'],
  SMALLINT: ['smallint', 'int2', 'short'],
  INTEGER: ['integer', 'int', 'int4', 'signed'],
  BIGINT: ['bigint', 'int8', 'long'],
  HUGEINT: ['hugeint', 'int128'],
  UTINYINT: ['utinyint', 'uint8'],
  USMALLINT: ['usmallint', 'uint16'],
  UINTEGER: ['uinteger', 'uint32'],
  UBIGINT: ['ubigint', 'uint64'],
  UHUGEINT: ['uhugeint', 'uint128'],
  FLOAT: ['float', 'float4', 'real'],
  DOUBLE: ['double', 'float8', 'double precision'],
  VARCHAR: ['varchar', 'text', 'string', 'char', 'bpchar', 'character varying'],
  DATE: ['date'],
  TIME: ['time', 'time without time zone'],
  'TIME WITH TIME ZONE': ['timetz', 'time with time zone'],
  TIMESTAMP: ['timestamp', 'datetime', 'timestamp without time zone', 'timestamp_us'],
  'TIMESTAMP WITH TIME ZONE': ['timestamptz', 'timestamp with time zone'],
  TIMESTAMP_S: ['timestamp_s'],
  TIMESTAMP_MS: ['timestamp_ms'],
  TIMESTAMP_NS: ['timestamp_ns'],
  INTERVAL: ['interval'],
  UUID: ['uuid'],
  BLOB: ['blob', 'bytea', 'binary', 'varbinary'],
  BIT: ['bit', 'bitstring'],
  JSON: ['json'],
};

const CANONICAL: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([canonical, names]) => names.map((name) => [name, canonical])),
);

/** Names of types that a contract may say, each once. */
export const TYPE_NAMES: readonly string[] = [
  ...Object.values(NAMES).map(([first]) => first as string),
  'decimal(10,2)',
];

/** Bits of whole numbers, and whether they have a sign. */
const WHOLE: { readonly [name: string]: readonly [bits: number, signed: boolean] } = {
  TINYINT: [8, true],
  SMALLINT: [16, true],
  INTEGER: [32, true],
  BIGINT: [64, true],
  HUGEINT: [128, true],
  UTINYINT: [8, false],
  USMALLINT: [16, false],
  UINTEGER: [32, false],
  UBIGINT: [64, false],
  UHUGEINT: [128, false],
};

export const VARCHAR: ColumnType = { kind: 'plain', name: 'VARCHAR' };

/**
 * Reads a type.
 * @returns the type, or in words what is wrong with the text
 * @example parseType('struct(name text, since date)[]')
 */
export function parseType(text: string): ColumnType | { readonly problem: string } {
  try {
    const reader = new TypeReader(text);
    const type = reader.type(0);
    reader.end();
    return type;
  } catch (error) {
    if (error instanceof NoType) return { problem: error.message };
    throw error;
  }
}

/**
 * A type that DuckDB tells of a column: one that contracts cannot name is kept as its text.
 * @example foundType("ENUM('a', 'b')") // { kind: 'other', … }
 */
export function foundType(text: string): ColumnType {
  const type = parseType(text);
  return 'problem' in type ? { kind: 'other', text } : type;
}

/**
 * The type as DuckDB writes and reads it.
 * @example typeText({ kind: 'list', of: VARCHAR }) // 'VARCHAR[]'
 */
export function typeText(type: ColumnType): string {
  switch (type.kind) {
    case 'plain':
      return type.name;
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'list':
      return `${typeText(type.of)}[]`;
    case 'struct': {
      const fields = type.fields.map((one) => `${quotedName(one.name)} ${typeText(one.type)}`);
      return `STRUCT(${fields.join(', ')})`;
    }
    case 'map':
      return `MAP(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'other':
      return type.text;
  }
}

/** A name as SQL quotes it: the one place that does. NUL ends a name for some readers, so it never gets there. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

/** Whether values of the type are one value each: they can be compared with what a contract says of them. */
export function isScalar(type: ColumnType): boolean {
  return type.kind === 'plain' || type.kind === 'decimal';
}

/** Whether values are numbers. */
export function isNumeric(type: ColumnType): boolean {
  if (type.kind === 'decimal') return true;
  return type.kind === 'plain' && (isWhole(type) || isFloating(type));
}

/** Whether values are whole numbers. */
export function isWhole(type: ColumnType): boolean {
  return type.kind === 'plain' && WHOLE[type.name] !== undefined;
}

/** Whether values are whole numbers of at most 64 bits. */
export function isShortWhole(type: ColumnType): boolean {
  return isWhole(type) && !typeText(type).includes('HUGEINT');
}

/** Whether values may be no number, or infinite. */
export function isFloating(type: ColumnType): boolean {
  return type.kind === 'plain' && (type.name === 'FLOAT' || type.name === 'DOUBLE');
}

/** Whether values are days or moments. */
export function isMoment(type: ColumnType): boolean {
  return type.kind === 'plain' && (type.name === 'DATE' || type.name.startsWith('TIMESTAMP'));
}

/** Whether values are text. */
export function isText(type: ColumnType): boolean {
  return type.kind === 'plain' && type.name === 'VARCHAR';
}

/**
 * Whether every value of the found type is one of the expected type, without loss: the same type, or a narrower one.
 * Fields of structs are compared by `compare-columns.ts`, one by one.
 * @example fits(foundType('INTEGER'), foundType('BIGINT')) // true
 */
export function fits(found: ColumnType, expected: ColumnType): boolean {
  if (expected.kind === 'list') return found.kind === 'list' && fits(found.of, expected.of);
  if (expected.kind === 'map') {
    return (
      found.kind === 'map' && fits(found.key, expected.key) && fits(found.value, expected.value)
    );
  }
  if (expected.kind === 'struct') {
    if (found.kind !== 'struct' || found.fields.length !== expected.fields.length) return false;
    return expected.fields.every(({ name, type }) => {
      const field = found.fields.find((one) => one.name === name);
      return field !== undefined && fits(field.type, type);
    });
  }
  if (typeText(found) === typeText(expected)) return true;
  if (expected.kind === 'decimal') return fitsDecimal(found, expected);
  if (expected.kind !== 'plain') return false;
  if (found.kind === 'other') return expected.name === 'VARCHAR' && /^ENUM\b/.test(found.text);
  if (found.kind !== 'plain') return false;
  return fitsPlain(found.name, expected.name);
}

function fitsPlain(found: string, expected: string): boolean {
  const [bits, signed] = WHOLE[found] ?? [];
  if (bits !== undefined) {
    // What a floating number holds exactly: 24 and 53 bits.
    if (expected === 'FLOAT') return bits <= 16;
    if (expected === 'DOUBLE') return bits <= 32;
    const [most, may] = WHOLE[expected] ?? [];
    if (most === undefined) return false;
    return signed === may ? bits <= most : may === true && bits < most;
  }
  if (expected === 'DOUBLE') return found === 'FLOAT';
  if (expected === 'VARCHAR') return found === 'JSON';
  return expected === 'TIMESTAMP' && (found === 'TIMESTAMP_S' || found === 'TIMESTAMP_MS');
}

function fitsDecimal(
  found: ColumnType,
  expected: { readonly precision: number; readonly scale: number },
): boolean {
  const room = expected.precision - expected.scale;
  if (found.kind === 'decimal') {
    return found.scale <= expected.scale && found.precision - found.scale <= room;
  }
  const [bits, signed] = (found.kind === 'plain' && WHOLE[found.name]) || [];
  if (bits === undefined) return false;
  const digits = Math.ceil((bits - (signed ? 1 : 0)) * Math.log10(2));
  return digits <= room;
}

class NoType extends Error {}

/** Name, quoted name, number, text in quotes, or a single sign. */
const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")*)"|(\d{1,4})|('(?:[^']|'')*')|([()[\],]))/y;

interface Token {
  readonly word?: string;
  readonly quoted?: string;
  readonly number?: number;
  readonly sign?: string;
}

/** Reads one type from left to right. */
class TypeReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  type(level: number): ColumnType {
    if (level > MOST_LEVELS) throw new NoType(`types nest at most ${MOST_LEVELS} levels deep`);
    let type = this.#head(level);
    while (this.#takes('[')) {
      if (this.#peek()?.number !== undefined) throw this.#unknown();
      this.#expect(']');
      type = { kind: 'list', of: type };
    }
    return type;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unknown();
  }

  #head(level: number): ColumnType {
    const words: string[] = [];
    for (let word = this.#peek()?.word; word !== undefined; word = this.#peek()?.word) {
      words.push(word.toLowerCase());
      this.#at += 1;
    }
    const name = words.join(' ');
    if (name === 'decimal' || name === 'numeric' || name === 'dec') return this.#decimal();
    if (name === 'struct' || name === 'row') return this.#struct(level);
    if (name === 'map') return this.#map(level);
    const canonical = CANONICAL.get(name);
    if (canonical === undefined) throw this.#unknown();
    if (this.#peek()?.sign === '(') {
      throw new NoType(
        canonical === 'VARCHAR'
          ? 'text has no length in its type: write the type varchar and maxLength beside it'
          : `${name} takes nothing in brackets`,
      );
    }
    return { kind: 'plain', name: canonical };
  }

  #decimal(): ColumnType {
    if (!this.#takes('(')) return { kind: 'decimal', precision: 18, scale: 3 };
    const precision = this.#number();
    const scale = this.#takes(',') ? this.#number() : 0;
    this.#expect(')');
    if (precision < 1 || precision > 38 || scale > precision) {
      throw new NoType('a decimal has 1 to 38 digits, and no more of them behind the point');
    }
    return { kind: 'decimal', precision, scale };
  }

  #struct(level: number): ColumnType {
    const fields: StructField[] = [];
    this.#expect('(');
    do {
      const token = this.#peek();
      const name = token?.quoted ?? token?.word;
      if (name === undefined) throw this.#unknown();
      this.#at += 1;
      fields.push({ name, type: this.type(level + 1) });
    } while (this.#takes(','));
    this.#expect(')');
    return { kind: 'struct', fields };
  }

  #map(level: number): ColumnType {
    this.#expect('(');
    const key = this.type(level + 1);
    this.#expect(',');
    const value = this.type(level + 1);
    this.#expect(')');
    return { kind: 'map', key, value };
  }

  #number(): number {
    const number = this.#peek()?.number;
    if (number === undefined) throw this.#unknown();
    this.#at += 1;
    return number;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #takes(sign: string): boolean {
    if (this.#peek()?.sign !== sign) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw this.#unknown();
  }

  #unknown(): NoType {
    const shown = this.#text.length > 60 ? `${this.#text.slice(0, 60)}…` : this.#text;
    return new NoType(`"${shown}" is no type`);
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const [, word, quoted, number, literal, sign] = TOKEN.exec(text) ?? [];
    if (word !== undefined) tokens.push({ word });
    else if (quoted !== undefined) tokens.push({ quoted: quoted.replaceAll('""', '"') });
    else if (number !== undefined) tokens.push({ number: Number(number) });
    else if (sign !== undefined) tokens.push({ sign });
    else if (literal !== undefined) tokens.push({});
    else throw new NoType(`"${text.length > 60 ? `${text.slice(0, 60)}…` : text}" is no type`);
  }
  return tokens;
}
