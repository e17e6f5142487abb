/**
 * From which columns a column was made, and how; the words are those of OpenLineage's column lineage
 * (https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet).
 *
 * | how | the value of the input |
 * | --- | --- |
 * | identity | is the value |
 * | transformation | was computed with |
 * | aggregation | was computed with, together with those of other rows |
 * | conditional | chose which value it is |
 * | window | chose among which rows it was computed |
 * | filter, join, group by, sort | decided which rows there are, or in which order: of a whole table |
 *
 * Where something cannot be told, it is said why, and what is told is no less true.
 * @module
 */

export type Direct = 'identity' | 'transformation' | 'aggregation';
export type Indirect = 'conditional' | 'window' | 'filter' | 'join' | 'group by' | 'sort';
export type How = Direct | Indirect;

/** A column of an input, and what it was used for. */
export interface Use {
  /** What the reader calls the input: the name of a view, for example. */
  readonly source: string;
  readonly column: string;
  readonly how: How;
}

export interface TracedColumn {
  readonly name: string;
  readonly from: readonly Use[];
  /** Why there may be more than `from` says; absent: there is not. */
  readonly unknown?: string;
}

export interface TracedTable {
  readonly columns: readonly TracedColumn[];
  /** What decided which rows there are. */
  readonly rows: readonly Use[];
  /** Why more may have decided that. */
  readonly unknown?: string;
}

/** Columns of one table that are traced, and uses that are told of one. */
export const MOST_COLUMNS = 2_000;
export const MOST_USES = 500;

const STRENGTH: { readonly [how in Direct]: number } = {
  identity: 0,
  transformation: 1,
  aggregation: 2,
};

function isDirect(how: How): how is Direct {
  return how === 'identity' || how === 'transformation' || how === 'aggregation';
}

/**
 * What a use becomes by another use of what came of it.
 * @example after('filter', 'identity') // 'filter'
 */
export function after(later: How, earlier: How): How {
  if (!isDirect(earlier)) return earlier;
  if (!isDirect(later)) return later;
  return STRENGTH[later] >= STRENGTH[earlier] ? later : earlier;
}

/** Uses without repetition: of several direct ones of a column only the one that says most. */
export class Uses {
  readonly #uses: Map<string, Use> = new Map();
  /** Why there may be more. */
  unknown: string | undefined;

  add(use: Use): void {
    const kind = isDirect(use.how) ? 'direct' : use.how;
    const key = JSON.stringify([use.source, use.column, kind]);
    const known = this.#uses.get(key);
    if (known === undefined && this.#uses.size >= MOST_USES) {
      this.unknown ??= `it comes from more than ${MOST_USES} columns`;
    } else {
      const how = known === undefined ? use.how : after(use.how, known.how);
      this.#uses.set(key, { ...use, how });
    }
  }

  /** All of a column, used so. */
  addThrough(how: How, { from, unknown }: Pick<TracedColumn, 'from' | 'unknown'>): void {
    for (const use of from) this.add({ ...use, how: after(how, use.how) });
    this.unknown ??= unknown;
  }

  get size(): number {
    return this.#uses.size;
  }

  list(): Use[] {
    return [...this.#uses.values()];
  }

  column(name: string): TracedColumn {
    return { name, from: this.list(), ...this.#said() };
  }

  #said(): { unknown?: string } {
    return this.unknown === undefined ? {} : { unknown: this.unknown };
  }
}

/** A column of which nothing can be told. */
export function unknownColumn(name: string, unknown: string): TracedColumn {
  return { name, from: [], unknown };
}

/** Columns of the input itself. */
export function sourceTable(source: string, columns: readonly string[]): TracedTable {
  return {
    columns: columns.map((name) => ({ name, from: [{ source, column: name, how: 'identity' }] })),
    rows: [],
  };
}

/**
 * Replaces inputs that are traced themselves by what they were made of.
 * @param inputs by source; others stay as they are
 * @example throughInputs(sourceTable('a', ['x']), new Map([['a', sourceTable('b', ['x'])]])) // x of b
 */
export function throughInputs(
  table: TracedTable,
  inputs: ReadonlyMap<string, TracedTable>,
): TracedTable {
  const rows = new Uses();
  rows.unknown = table.unknown;
  const resolve = (into: Uses, { source, column, how }: Use): void => {
    const input = inputs.get(source);
    const found = input?.columns.find(({ name }) => name === column);
    if (found !== undefined) into.addThrough(how, found);
    else if (input === undefined) into.add({ source, column, how });
    else into.unknown ??= `nothing is known of the column "${column}" of "${source}"`;
  };
  const columns = table.columns.map(({ name, from, unknown }) => {
    const uses = new Uses();
    uses.unknown = unknown;
    for (const use of from) resolve(uses, use);
    return uses.column(name);
  });
  for (const use of table.rows) resolve(rows, use);
  const used = new Set([...table.rows, ...table.columns.flatMap(({ from }) => from)].map(sourceOf));
  for (const [source, input] of inputs) {
    if (!used.has(source)) continue;
    for (const use of input.rows) rows.add(use);
    rows.unknown ??= input.unknown;
  }
  const { unknown } = rows;
  return { columns, rows: rows.list(), ...(unknown === undefined ? {} : { unknown }) };
}

function sourceOf({ source }: Use): string {
  return source;
}

/**
 * Rows of several tables together, columns by their names.
 * @example together([sourceTable('a', ['x']), sourceTable('b', ['x'])]).columns.length // 1
 */
export function together(tables: readonly TracedTable[]): TracedTable {
  const [only] = tables;
  if (only !== undefined && tables.length === 1) return only;
  const columns = new Map<string, Uses>();
  const rows = new Uses();
  for (const table of tables) {
    for (const column of table.columns) {
      const uses = columns.get(column.name) ?? new Uses();
      columns.set(column.name, uses);
      uses.addThrough('identity', column);
    }
    for (const use of table.rows) rows.add(use);
    rows.unknown ??= table.unknown;
  }
  const { unknown } = rows;
  return {
    columns: [...columns].map(([name, uses]) => uses.column(name)),
    rows: rows.list(),
    ...(unknown === undefined ? {} : { unknown }),
  };
}
