/**
 * Which columns an expression of a plan uses, and how.
 * @module
 */
import { type How, type TracedColumn, Uses } from './column-lineage.js';
import { isNode, nodes, numberOf, type PlanNode, textOf, Untraceable } from './plan-node.js';

/** The columns that positions in an expression mean. */
export interface Columns {
  readonly columns: readonly TracedColumn[];
  /** DuckDB's number of what they come from, where expressions still say it. */
  readonly index?: number | undefined;
}

/** An expression may be this deep: a plan is what somebody wrote, and no stack overflows by it. */
const DEEPEST = 400;

/** Members of an expression that hold others. What a lambda says of its own parameters is not among them. */
const PARTS = ['child', 'left', 'right', 'input', 'lower', 'upper', 'else_expr'] as const;

const CLASSES: ReadonlySet<string> = new Set([
  'BOUND_CAST',
  'BOUND_FUNCTION',
  'BOUND_OPERATOR',
  'BOUND_CONJUNCTION',
  'BOUND_COMPARISON',
  'BOUND_BETWEEN',
  'BOUND_CASE',
  'BOUND_AGGREGATE',
  'BOUND_WINDOW',
  'BOUND_UNNEST',
]);

/**
 * Adds what the expression uses.
 * @param how what becomes of its value
 */
export function addUses(into: Uses, expression: unknown, input: Columns, how: How): void {
  add(into, expression, input, how, 0);
}

function add(into: Uses, expression: unknown, input: Columns, how: How, depth: number): void {
  if (!isNode(expression)) return;
  if (depth > DEEPEST) throw new Untraceable('an expression is nested too deep');
  const kind = textOf(expression, 'expression_class');
  const next = (part: unknown, as: How): void => add(into, part, input, as, depth + 1);
  if (kind === 'BOUND_CONSTANT' || kind === 'BOUND_DEFAULT') return;
  if (kind === 'BOUND_REF' || kind === 'BOUND_COLUMN_REF') {
    const column = input.columns[position(expression, kind, input)];
    if (column === undefined) throw new Untraceable('the plan names a column that is not there');
    into.addThrough(how, column);
    return;
  }
  if (!CLASSES.has(kind)) throw new Untraceable(`it has an expression of the kind ${kind}`);
  const inside = how === 'identity' ? insideOf(kind) : how;
  for (const check of nodes(expression.case_checks)) {
    next(check.when_expr, 'conditional');
    next(check.then_expr, inside);
  }
  for (const part of PARTS) next(expression[part], inside);
  for (const part of nodes(expression.children)) next(part, inside);
  if (kind === 'BOUND_AGGREGATE') next(expression.filter, 'filter');
  if (kind !== 'BOUND_WINDOW') return;
  for (const part of nodes(expression.partitions)) next(part, 'window');
  for (const order of nodes(expression.orders)) next(order.expression, 'window');
  for (const part of ['filter_expr', 'start_expr', 'end_expr', 'offset_expr']) {
    next(expression[part], 'window');
  }
  next(expression.default_expr, inside);
}

function position(expression: PlanNode, kind: string, input: Columns): number {
  if (kind === 'BOUND_REF') return numberOf(expression, 'index');
  const { binding } = expression;
  if (!isNode(binding) || numberOf(binding, 'table_index') !== input.index) {
    throw new Untraceable('the plan names a column that is not there');
  }
  return numberOf(binding, 'column_index');
}

function insideOf(kind: string): How {
  return kind === 'BOUND_AGGREGATE' || kind === 'BOUND_WINDOW' ? 'aggregation' : 'transformation';
}

/** The column that an expression makes. */
export function columnOf(expression: unknown, input: Columns): TracedColumn {
  const uses = new Uses();
  addUses(uses, expression, input, 'identity');
  return uses.column(isNode(expression) ? textOf(expression, 'alias') : '');
}
