/**
 * Columns of a version, and what has changed between two.
 * @module
 */

/** One column, its type in DuckDB's words. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

export interface SchemaChange {
  readonly added: readonly Column[];
  readonly removed: readonly Column[];
  readonly retyped: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
  }[];
  /** The same columns in another order. */
  readonly reordered: boolean;
}

/** The same; empty where nothing has changed. */
export type ChangedColumns = SchemaChange;

/** Changes of each kind that are told. */
const MOST_TOLD = 100;

/**
 * All that has changed.
 * @example changedColumns([{ name: 'a', type: 'BIGINT' }], [{ name: 'a', type: 'VARCHAR' }]).retyped.length // 1
 */
export function changedColumns(
  before: readonly Column[],
  after: readonly Column[],
): ChangedColumns {
  const old = new Map(before.map((column) => [column.name, column]));
  const now = new Map(after.map((column) => [column.name, column]));
  const added = after.filter(({ name }) => !old.has(name));
  const removed = before.filter(({ name }) => !now.has(name));
  const retyped = after.flatMap(({ name, type: to }) => {
    const from = old.get(name)?.type;
    return from === undefined || from === to ? [] : [{ name, from, to }];
  });
  const kept = after.filter(({ name }) => old.has(name)).map(({ name }) => name);
  const keptBefore = before.filter(({ name }) => now.has(name)).map(({ name }) => name);
  const reordered = kept.some((name, at) => name !== keptBefore[at]);
  return { added, removed, retyped, reordered };
}

/**
 * What has changed, as it is kept with a version: at most a hundred of each kind; undefined: nothing has.
 * @example schemaChange([{ name: 'a', type: 'BIGINT' }], [{ name: 'a', type: 'VARCHAR' }])?.retyped.length // 1
 */
export function schemaChange(
  before: readonly Column[],
  after: readonly Column[],
): SchemaChange | undefined {
  const { added, removed, retyped, reordered } = changedColumns(before, after);
  if (added.length + removed.length + retyped.length === 0 && !reordered) return undefined;
  return {
    added: added.slice(0, MOST_TOLD),
    removed: removed.slice(0, MOST_TOLD),
    retyped: retyped.slice(0, MOST_TOLD),
    reordered,
  };
}

/** In words. */
export function schemaWords({ added, removed, retyped, reordered }: SchemaChange): string {
  const names = (columns: readonly { name: string }[]): string =>
    columns
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ') + (columns.length > 5 ? ` and ${columns.length - 5} more` : '');
  const parts = [
    added.length === 0 ? undefined : `new: ${names(added)}`,
    removed.length === 0 ? undefined : `gone: ${names(removed)}`,
    retyped.length === 0
      ? undefined
      : `of another type: ${retyped
          .slice(0, 5)
          .map(({ name, from, to }) => `${name} (${from} → ${to})`)
          .join(', ')}`,
    reordered ? 'in another order' : undefined,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}
