/**
 * A table, declared once beside what it serves: its columns, its key, the steps that made it, and what is sealed in it.
 *
 * The store writes rows of any table in the commit of a turn and answers the few questions that all of them have: one row by
 * its key, some rows in the order of the key, the last number, how many. What is declared says how; nobody writes SQL for it,
 * and SQLite and PostgreSQL take the same. Texts are ordered as their bytes are; those with NUL or half of a letter are kept.
 * Columns are named in camel case here and in snake case there.
 * @module
 */

/** `?`: may be absent, which is NULL there and a missing property here. */
export type ColumnType = 'integer' | 'text' | 'json' | 'integer?' | 'text?' | 'json?';

export interface Table<Row extends object = object> {
  readonly name: string;
  readonly columns: { readonly [Column in keyof Row & string]-?: ColumnType };
  /** What makes a row that one, and the order of lists. */
  readonly key: readonly (keyof Row & string)[];
  /**
   * SQL that makes the table and what changes it, in words that SQLite and PostgreSQL both take; a step that was released is
   * never edited. Empty for those that the schema's numbered steps have made (migrations.ts).
   */
  readonly migrations: readonly MigrationStep[];
  /** `secrets` (the default): a JSON column with a secret in it is sealed. `itself`: the feature has seen to it. */
  readonly sealing?: 'secrets' | 'itself';
  /**
   * Indexes of columns and then the key, which is one number: lists with filters are made of their ranges (merged-ranges.ts),
   * so that a page costs what it holds. One with `only` holds only rows with these values.
   */
  readonly lists?: readonly TableList[];
  /** A row that may be there already is an error, not a change: for what is only ever appended. */
  readonly appendOnly?: boolean;
}

/**
 * A step of a table. Columns are TEXT, INTEGER or BIGINT (whole numbers up to 2^53 - 1, all three) and nothing else.
 *
 * With `sqlite` what comes after `both` on SQLite alone: what earlier versions have left is moved there. No PostgreSQL database
 * is as old as that.
 */
export type MigrationStep = string | { readonly both: string; readonly sqlite: string };

/** An index that lists are made of. */
export interface TableList {
  readonly columns: readonly string[];
  readonly only?: { readonly [column: string]: string };
}

/** A table of any rows. */
// biome-ignore lint/suspicious/noExplicitAny: rows of different tables have nothing in common.
export type AnyTable = Table<any>;

/**
 * Declares a table; the types of its columns are checked against its rows.
 * @example const pools = defineTable<PoolRow>({ name: 'pools', columns: { name: 'text', slots: 'integer' }, key: ['name'], migrations: [CREATE] });
 */
export function defineTable<Row extends object>(table: Table<Row>): Table<Row> {
  return table;
}

/** A row as a commit writes it; without `row` the one of that key is deleted. */
export interface RowWrite {
  readonly table: AnyTable;
  /** Values of the key's columns, in its order. */
  readonly key: readonly (string | number)[];
  readonly row?: object;
  /** `row` holds only the columns that change of one that is there. */
  readonly isChange?: boolean;
  /** Its JSON columns are sealed whatever is in them. */
  readonly isSecret?: boolean;
  /** All rows with these values, up to one of a column, are deleted instead. */
  readonly range?: RowRange;
}

/** Rows that are deleted together. */
export interface RowRange {
  readonly where: { readonly [column: string]: string | number };
  readonly column: string;
  /** Itself included. */
  readonly upTo: number | string;
}

/** Which rows are wanted; a column that is not named may be anything. */
export interface RowQuery<Row extends object> {
  /** A list: any of them. */
  readonly where?: {
    readonly [Column in keyof Row & string]?: Row[Column] | readonly NonNullable<Row[Column]>[];
  };
  /** Only rows above, or below, these values of a column. */
  readonly above?: { readonly [Column in keyof Row & string]?: number | string };
  readonly below?: { readonly [Column in keyof Row & string]?: number | string };
  /** Default: by the key, upwards. */
  readonly order?: { readonly by: readonly (keyof Row & string)[]; readonly down?: boolean };
  /** Default: all. */
  readonly limit?: number;
  /** So many are left out first. Only with a limit. */
  readonly offset?: number;
}

/** Of which rows, above a key, and how many at most. */
export type PackQuery<Row extends object> = Pick<RowQuery<Row>, 'where'> & {
  readonly above: number;
  readonly limit: number;
};

/** Some columns of many rows: one text a column, its values in the order of the key with a comma between. */
export interface PackedRows {
  readonly count: number;
  /** The key of the last of them; 0: there are none. */
  readonly last: number;
  readonly columns: readonly string[];
}

/** What a store answers about the rows of tables. */
export interface RowReads<Answer extends 'now' | 'whenever' = 'whenever'> {
  findRow<Row extends object>(
    table: Table<Row>,
    key: readonly (string | number)[],
  ): When<Answer, Row | undefined>;
  listRows<Row extends object>(table: Table<Row>, query?: RowQuery<Row>): When<Answer, Row[]>;
  /**
   * Columns of the rows above a key that is one number, for whoever folds over very many: a row costs a tenth of what `listRows`
   * needs for it. Columns are whole numbers, or texts without a comma; none of them may be absent.
   */
  packRows<Row extends object>(
    table: Table<Row>,
    columns: readonly (keyof Row & string)[],
    query: PackQuery<Row>,
  ): When<Answer, PackedRows>;
  /** The greatest value of the key's last column, among rows with these values; 0 when there is none. */
  lastNumber<Row extends object>(
    table: Table<Row>,
    where?: NonNullable<RowQuery<Row>['where']>,
  ): When<Answer, number>;
  /** How many rows there are of each value of a column. */
  countRows<Row extends object>(
    table: Table<Row>,
    by: keyof Row & string,
    where?: NonNullable<RowQuery<Row>['where']>,
  ): When<Answer, { [value: string]: number }>;
}

type When<Answer, Value> = Answer extends 'now' ? Value : Value | Promise<Value>;

/** `camelCase` → `camel_case`. */
export function sqlName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Values of a row's key. */
export function keyOfRow<Row extends object>(table: Table<Row>, row: Row): (string | number)[] {
  return table.key.map((column) => row[column] as string | number);
}
