/**
 * Follows the statements of one text: what each has made of the tables that later ones read.
 * @module
 */
import { MOST_COLUMNS, type TracedColumn, type TracedTable, Uses } from './column-lineage.js';
import { columnOf } from './expression-uses.js';
import {
  isNode,
  names,
  nodes,
  numbers,
  type PlanNode,
  tableKey,
  textOf,
  Untraceable,
} from './plan-node.js';
import { allUnknown, type Relations, tracePlan } from './trace-plan.js';

/** DuckDB's number for a column that a statement gives no value. */
const LARGEST_COLUMN = 1_000_000;

/** Tables as they are after the statements so far. */
export class TracedStatements {
  readonly #tables: Map<string, TracedTable> = new Map();
  readonly #relations: Relations;

  constructor(files: Relations['files']) {
    this.#relations = { files, table: (key) => this.#tables.get(key) };
  }

  /** A table that was there before. */
  know(key: string, table: TracedTable): void {
    this.#tables.set(key, table);
  }

  /** A statement of which no plan could be made has changed anything that it may name. */
  doubt(sql: string, why: string): void {
    const text = sql.toLowerCase();
    for (const [key, table] of this.#tables) {
      const [, , name = ''] = JSON.parse(key) as string[];
      // A name with a quote in it is written in another way.
      if (!text.includes(name) && !name.includes('"')) continue;
      const columns = table.columns.map(({ name: column }) => column);
      this.#tables.set(key, allUnknown(columns, why));
    }
  }

  /** What a SELECT gives. Never throws: what cannot be told is unknown. */
  result(plan: unknown, columns: readonly string[]): TracedTable {
    if (columns.length > MOST_COLUMNS) {
      return allUnknown([], `it has more than ${MOST_COLUMNS} columns`);
    }
    const traced = this.#traced(plan, columns);
    if (traced.columns.length !== columns.length) {
      return allUnknown(columns, 'its columns are not those of the plan');
    }
    const named = traced.columns.map((column, at) => ({ ...column, name: columns[at] ?? '' }));
    return { ...traced, columns: named };
  }

  /** Takes what a statement does to tables. Never throws. */
  perform(plan: unknown, sql: string): void {
    try {
      this.#perform(plan, sql);
    } catch (error) {
      if (!(error instanceof Untraceable)) throw error;
      this.doubt(sql, error.message);
    }
  }

  #traced(plan: unknown, columns: readonly string[]): TracedTable {
    try {
      return tracePlan(plan, this.#relations);
    } catch (error) {
      if (!(error instanceof Untraceable)) throw error;
      return allUnknown(columns, error.message);
    }
  }

  #perform(plan: unknown, sql: string): void {
    if (!isNode(plan)) throw new Untraceable('DuckDB gave no plan of a statement');
    const kind = textOf(plan, 'type').replace(/^LOGICAL_/, '');
    const [source] = nodes(plan.children);
    switch (kind) {
      case 'CREATE_TABLE': {
        const { key, columns } = target(plan.info);
        const made = source === undefined ? noRows(columns) : this.result(source, columns);
        // It may have been there already: then it is as it was.
        const isKept = isNode(plan.info) && plan.info.on_conflict === 'IGNORE_ON_CONFLICT';
        if (!isKept || !this.#tables.has(key)) this.#tables.set(key, made);
        return;
      }
      case 'INSERT':
        this.#insert(plan, source);
        return;
      case 'UPDATE':
        this.#update(plan, source);
        return;
      case 'DELETE': {
        const { key } = target(plan.table_info);
        const table = this.#tables.get(key);
        const deciding = this.#traced(source, []);
        if (table !== undefined) this.#tables.set(key, withRows(table, deciding));
        return;
      }
      case 'CREATE_VIEW':
      case 'CREATE_MACRO':
      case 'CREATE_SCHEMA':
      case 'CREATE_TYPE':
      case 'CREATE_SEQUENCE':
      case 'PROJECTION':
      case 'COPY_TO_FILE':
        return;
      default:
        this.doubt(sql, `a statement of the kind ${kind} has changed it`);
    }
  }

  #insert(plan: PlanNode, source: PlanNode | undefined): void {
    const { key, columns } = target(plan.table_info);
    const table = this.#tables.get(key);
    if (table === undefined) return;
    const given = tracePlan(source, this.#relations);
    const map = isNode(plan.column_index_map) ? plan.column_index_map.internal_vector : undefined;
    const order = numbers(map);
    const added = columns.map((_, at): TracedColumn | undefined => {
      const from = order.length === 0 ? at : (order[at] ?? LARGEST_COLUMN);
      return from >= LARGEST_COLUMN ? undefined : given.columns[from];
    });
    const merged = table.columns.map((column, at) => {
      const uses = new Uses();
      uses.addThrough('identity', column);
      const more = added[at];
      if (more !== undefined) uses.addThrough('identity', more);
      return uses.column(column.name);
    });
    this.#tables.set(key, withRows({ ...table, columns: merged }, given));
  }

  #update(plan: PlanNode, source: PlanNode | undefined): void {
    const { key } = target(plan.table_info);
    const table = this.#tables.get(key);
    if (table === undefined) return;
    const given = tracePlan(source, this.#relations);
    const changed = new Map(
      numbers(plan.columns).map((column, at) => {
        const uses = new Uses();
        uses.addThrough('identity', columnOf(nodes(plan.expressions)[at], given));
        // What decided which rows are changed decided which value the column has.
        for (const use of given.rows) uses.add({ ...use, how: 'conditional' });
        uses.unknown ??= given.unknown;
        return [column, uses] as const;
      }),
    );
    const columns = table.columns.map((column, at) => {
      const uses = changed.get(at);
      if (uses === undefined) return column;
      uses.addThrough('identity', column);
      return uses.column(column.name);
    });
    this.#tables.set(key, { ...table, columns });
  }
}

function noRows(columns: readonly string[]): TracedTable {
  return { columns: columns.map((name) => ({ name, from: [] })), rows: [] };
}

function withRows(table: TracedTable, { rows, unknown }: TracedTable): TracedTable {
  const all = new Uses();
  for (const use of [...table.rows, ...rows]) all.add(use);
  const why = table.unknown ?? unknown ?? all.unknown;
  return {
    columns: table.columns,
    rows: all.list(),
    ...(why === undefined ? {} : { unknown: why }),
  };
}

function target(info: unknown): { key: string; columns: string[] } {
  if (!isNode(info)) throw new Untraceable('the plan does not say which table it changes');
  const [catalog, schema, table] = ['catalog', 'schema', 'table'].map((one) => textOf(info, one));
  if (table === undefined || table === '') {
    throw new Untraceable('the plan does not say which table it changes');
  }
  return { key: tableKey(catalog ?? '', schema ?? '', table), columns: names(info.columns) };
}
