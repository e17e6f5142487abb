/**
 * Column lineage of a statement, from the logical plan that DuckDB made of it (`json_serialize_plan`): names, stars, common tables and
 * subqueries are resolved there, by what will run. Each operator answers its columns by position, as DuckDB's own do.
 * @module
 */
import { type How, type TracedColumn, type TracedTable, Uses } from './column-lineage.js';
import { addUses, type Columns, columnOf } from './expression-uses.js';
import {
  isNode,
  names,
  nodes,
  numberOf,
  numbers,
  type PlanNode,
  tableKey,
  textOf,
  Untraceable,
} from './plan-node.js';

/** Operators may be nested this deep. */
const DEEPEST = 400;
/** A recursive table has settled after as many rounds as it has columns; no more are made. */
const MOST_ROUNDS = 100;

/** What is known of a table or of files, by which a plan reads. */
export interface Relations {
  table(key: string): TracedTable | undefined;
  /** @param files as the plan names them */
  files(files: readonly string[], columns: readonly string[]): TracedTable | undefined;
}

/** The answer of an operator. */
interface Answer extends Columns {
  readonly columns: readonly TracedColumn[];
}

interface Walk {
  readonly relations: Relations;
  /** What has decided which rows there are, anywhere in the plan. */
  readonly rows: Uses;
  readonly common: Map<number, readonly TracedColumn[]>;
  /** Columns that subqueries share with what they stand in, the innermost last. */
  readonly shared: (readonly TracedColumn[])[];
}

/**
 * Columns in the order of the plan, with the names that it gives them.
 * Throws Untraceable.
 * @param plan one of `plans`
 */
export function tracePlan(plan: unknown, relations: Relations): TracedTable {
  const walk: Walk = { relations, rows: new Uses(), common: new Map(), shared: [] };
  const { columns } = answerOf(plan, walk, 0);
  const { unknown } = walk.rows;
  return { columns, rows: walk.rows.list(), ...(unknown === undefined ? {} : { unknown }) };
}

function answerOf(plan: unknown, walk: Walk, depth: number): Answer {
  if (!isNode(plan)) throw new Untraceable('the plan has no operator where one belongs');
  if (depth > DEEPEST) throw new Untraceable('the statement is nested too deep');
  const kind = textOf(plan, 'type').replace(/^LOGICAL_/, '');
  const index = numberOf(plan, 'table_index');
  const child = (at: number): Answer => answerOf(nodes(plan.children)[at], walk, depth + 1);
  const decide = (expressions: unknown, input: Columns, how: How): void => {
    const list = Array.isArray(expressions) ? expressions : [expressions];
    for (const one of list) addUses(walk.rows, one, input, how);
  };
  switch (kind) {
    case 'GET':
      return { columns: read(plan, walk, () => child(0)), index };
    case 'PROJECTION': {
      const input = child(0);
      return { columns: nodes(plan.expressions).map((one) => columnOf(one, input)), index };
    }
    case 'FILTER': {
      const input = child(0);
      decide(plan.expressions, input, 'filter');
      return mapped(input, plan.projection_map);
    }
    case 'ORDER_BY':
    case 'TOP_N': {
      const input = child(0);
      for (const { expression } of nodes(plan.orders)) decide(expression, input, 'sort');
      return mapped(input, plan.projection_map ?? plan.projections);
    }
    case 'LIMIT':
    case 'SAMPLE':
      return child(0);
    case 'DISTINCT': {
      const input = child(0);
      if (textOf(plan, 'distinct_type') !== 'DISTINCT_ON') return input;
      decide(plan.distinct_targets, input, 'group by');
      const order = isNode(plan.order_by) ? nodes(plan.order_by.orders) : [];
      for (const { expression } of order) decide(expression, input, 'sort');
      return input;
    }
    case 'AGGREGATE_AND_GROUP_BY': {
      const input = child(0);
      decide(plan.groups, input, 'group by');
      const made = [...nodes(plan.groups), ...nodes(plan.expressions)];
      const grouping = Array.isArray(plan.grouping_functions) ? plan.grouping_functions : [];
      return {
        columns: [...made.map((one) => columnOf(one, input)), ...grouping.map(constant)],
      };
    }
    case 'WINDOW':
    case 'UNNEST': {
      const input = child(0);
      const made = nodes(plan.expressions).map((one) => columnOf(one, input));
      return { columns: [...input.columns, ...made] };
    }
    case 'COMPARISON_JOIN':
    case 'ASOF_JOIN':
    case 'ANY_JOIN':
    case 'DELIM_JOIN':
      return joined(plan, walk, child);
    case 'CROSS_PRODUCT':
    case 'POSITIONAL_JOIN':
      return { columns: [...child(0).columns, ...child(1).columns] };
    case 'UNION':
      return { columns: stacked(nodes(plan.children).map((_, at) => child(at))) };
    case 'EXCEPT':
    case 'INTERSECT': {
      const kept = child(0);
      for (const column of child(1).columns) walk.rows.addThrough('filter', column);
      return kept;
    }
    case 'MATERIALIZED_CTE':
      walk.common.set(index, child(0).columns);
      return child(1);
    case 'RECURSIVE_CTE':
      return { columns: recursive(index, walk, child), index };
    case 'CTE_REF': {
      const columns = walk.common.get(numberOf(plan, 'cte_index'));
      if (columns === undefined) throw new Untraceable('a common table is not known yet');
      return { columns, index };
    }
    case 'DELIM_GET': {
      const columns = walk.shared.at(-1);
      if (columns === undefined || columns.length !== nodes(plan.chunk_types).length) {
        throw new Untraceable('it shares columns with a query further out');
      }
      return { columns, index };
    }
    case 'DUMMY_SCAN':
      return { columns: [constant()], index };
    case 'EXPRESSION_GET':
      return values(plan, child(0));
    case 'CHUNK_GET':
    case 'COLUMN_DATA_GET':
      return { columns: nodes(plan.chunk_types).map(constant), index };
    default:
      throw new Untraceable(`it has an operator of the kind ${kind}`);
  }
}

/** A value that comes from no column. */
function constant(): TracedColumn {
  return { name: '', from: [] };
}

function mapped(input: Answer, map: unknown): Answer {
  const order = numbers(map);
  if (order.length === 0) return input;
  return { columns: order.map((at) => input.columns[at] ?? missing()) };
}

function missing(): never {
  throw new Untraceable('the plan names a column that is not there');
}

function read(plan: PlanNode, walk: Walk, input: () => Answer): readonly TracedColumn[] {
  const known = names(plan.names);
  const chosen = nodes(plan.column_indexes).map((one) => numberOf(one, 'index'));
  const table = relation(plan, walk, known, input);
  for (const use of table.rows) walk.rows.add(use);
  walk.rows.unknown ??= table.unknown;
  const columns = chosen.map((at): TracedColumn => {
    const name = known[at];
    const found = table.columns.find((column) => column.name === name);
    if (name !== undefined && found !== undefined) return found;
    const why = name === undefined ? 'it is what the row is called' : 'it is not known there';
    return { name: name ?? '', from: [], unknown: table.unknown ?? why };
  });
  return mapped({ columns }, plan.projection_ids).columns.concat(
    nodes(plan.children).length === 0
      ? []
      : numbers(plan.projected_input).map((at) => input().columns[at] ?? missing()),
  );
}

/** Functions that make rows of their arguments alone. */
const MAKERS: ReadonlySet<string> = new Set(['range', 'generate_series', 'repeat', 'repeat_row']);

function relation(
  plan: PlanNode,
  { relations }: Walk,
  known: readonly string[],
  input: () => Answer,
): TracedTable {
  const name = textOf(plan, 'name');
  const data = isNode(plan.function_data) ? plan.function_data : {};
  if (nodes(plan.children).length > 0) {
    const uses = new Uses();
    for (const column of input().columns) uses.addThrough('transformation', column);
    return { columns: known.map((column) => uses.column(column)), rows: [] };
  }
  if (name === 'seq_scan') {
    const [catalog, schema, table] = ['catalog', 'schema', 'table'].map((one) => textOf(data, one));
    const found = relations.table(tableKey(catalog ?? '', schema ?? '', table ?? ''));
    return found ?? allUnknown(known, `nothing is known of the table "${table}"`);
  }
  if (name === 'read_parquet' || name === 'parquet_scan') {
    const files = names(data.files);
    return relations.files(files, known) ?? allUnknown(known, `it reads ${files.join(', ')}`);
  }
  if (MAKERS.has(name)) return { columns: known.map((one) => ({ name: one, from: [] })), rows: [] };
  return allUnknown(known, `it reads by the function ${name}`);
}

/** Something of which nothing can be told. */
export function allUnknown(columns: readonly string[], why: string): TracedTable {
  const unknown = why.slice(0, 300);
  return { columns: columns.map((name) => ({ name, from: [], unknown })), rows: [], unknown };
}

function joined(plan: PlanNode, walk: Walk, child: (at: number) => Answer): Answer {
  const isShared = textOf(plan, 'type') === 'LOGICAL_DELIM_JOIN';
  const isFlipped = plan.delim_flipped === true;
  const sides: Answer[] = [];
  for (const at of isFlipped ? [1, 0] : [0, 1]) {
    sides[at] = child(at);
    const isFirst = sides[1 - at] === undefined;
    if (!isShared) continue;
    if (!isFirst) walk.shared.pop();
    else {
      const columns = nodes(plan.duplicate_eliminated_columns);
      walk.shared.push(columns.map((one) => columnOf(one, sides[at] as Answer)));
    }
  }
  const [left, right] = sides as [Answer, Answer];
  const both: Answer = { columns: [...left.columns, ...right.columns] };
  const type = textOf(plan, 'join_type');
  const uses = type === 'MARK' ? new Uses() : walk.rows;
  const how = type === 'MARK' ? 'transformation' : 'join';
  for (const condition of nodes(plan.conditions)) {
    addUses(uses, condition.left, left, how);
    addUses(uses, condition.right, right, how);
    addUses(uses, condition.expr, both, how);
  }
  addUses(uses, plan.condition, both, how);
  addUses(uses, plan.predicate, both, how);
  const leftColumns = mapped(left, plan.left_projection_map).columns;
  const rightColumns = mapped(right, plan.right_projection_map).columns;
  switch (type) {
    case 'SEMI':
    case 'ANTI':
      return { columns: leftColumns };
    case 'RIGHT_SEMI':
    case 'RIGHT_ANTI':
      return { columns: rightColumns };
    case 'MARK':
      return { columns: [...leftColumns, uses.column('')] };
    case 'INNER':
    case 'LEFT':
    case 'RIGHT':
    case 'OUTER':
    case 'FULL':
    case 'SINGLE':
      return { columns: [...leftColumns, ...rightColumns] };
    default:
      throw new Untraceable(`it has a join of the kind ${type}`);
  }
}

/** Rows of several answers below one another. */
function stacked(answers: readonly Answer[]): readonly TracedColumn[] {
  const [first, ...others] = answers.map(({ columns }) => columns);
  if (first === undefined) return [];
  if (others.some(({ length }) => length !== first.length)) missing();
  return first.map((column, at) => {
    const uses = new Uses();
    for (const one of [column, ...others.map((columns) => columns[at] as TracedColumn)]) {
      uses.addThrough('identity', one);
    }
    return uses.column(column.name);
  });
}

/** What comes of a table that reads itself: rounds until nothing new comes of another. */
function recursive(
  index: number,
  walk: Walk,
  child: (at: number) => Answer,
): readonly TracedColumn[] {
  let columns = child(0).columns;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    walk.common.set(index, columns);
    const next = stacked([{ columns }, child(1)]);
    if (JSON.stringify(next) === JSON.stringify(columns)) return columns;
    columns = next;
  }
  throw new Untraceable('a recursive table does not settle');
}

function values(plan: PlanNode, input: Answer): Answer {
  const rows = Array.isArray(plan.expressions) ? plan.expressions : [];
  const answers = rows.map(
    (row): Answer => ({
      columns: nodes(row).map((one) => columnOf(one, input)),
    }),
  );
  return { columns: stacked(answers), index: numberOf(plan, 'table_index') };
}
