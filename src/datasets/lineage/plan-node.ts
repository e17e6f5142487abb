/**
 * Reads the plan that DuckDB writes down as JSON: members that it leaves out, or that are of another type than they were, make what is
 * read of it unknown and nothing else.
 * @module
 */

/** An object of the plan. */
export interface PlanNode {
  readonly [member: string]: unknown;
}

/** The statement, or a part of it, cannot be traced: the message says why. */
export class Untraceable extends Error {
  override name = 'Untraceable';
}

export function isNode(value: unknown): value is PlanNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects of a list; none when it is no list. */
export function nodes(value: unknown): PlanNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function textOf(node: PlanNode, member: string): string {
  const value = node[member];
  return typeof value === 'string' ? value : '';
}

export function numberOf(node: PlanNode, member: string): number {
  const value = node[member];
  return typeof value === 'number' ? value : 0;
}

/** Numbers of a list; none when it is no list. */
export function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((one): one is number => typeof one === 'number') : [];
}

/** Names of columns, of a list of texts or of DuckDB's descriptions of columns. */
export function names(value: unknown): string[] {
  const list = isNode(value) ? value.columns : value;
  if (!Array.isArray(list)) return [];
  return list.map((one) => (isNode(one) ? textOf(one, 'name') : String(one)));
}

/** What the plan calls a table of its catalog. */
export function tableKey(catalog: string, schema: string, table: string): string {
  return JSON.stringify([catalog, schema, table].map((name) => name.toLowerCase()));
}
