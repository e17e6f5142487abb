/**
 * What differs between two versions of a dataset: types of a diff, and which columns are compared by which key.
 *
 *     columns of both ──▶ compared: those of one name │ the key: said │ else unique by the contract │ else none
 *     rows ──by key──▶ added, removed, changed, same       without a key ──▶ added, removed, same: whole rows, counted
 *
 * Names are compared letter by letter, as contracts do. A type that has changed is no change of a value by itself: `7` that was a
 * BIGINT and is a text now is the same. Columns with which rows are stamped tell of the execution and not of the data: they are left
 * out unless somebody asks for them.
 * @module
 */
import type { Contract } from '../contract.js';
import { type ChangedColumns, type Column, changedColumns } from '../schema.js';
import { STAMPS } from '../stamps.js';

/** What is asked of a diff. */
export interface DiffRules {
  /** Columns that tell a row from others. Absent: what the contract says, else none. */
  readonly key?: readonly string[];
  /** Columns that the contract says are unique together. */
  readonly unique?: readonly string[];
  /** Columns that are compared besides the key. Absent: all. */
  readonly columns?: readonly string[];
  readonly stamps: 'leave out' | 'compare';
  /** Most examples of each kind. */
  readonly examples: number;
  /** Columns whose values nobody is shown. */
  readonly masked: readonly string[];
  /** What is compared of those: values, or whether there is one. */
  readonly maskedAs: 'values' | 'presence';
}

/** Where the key comes from. */
export type KeyOrigin = 'said' | 'contract' | 'none';

/** Columns that are compared, in the order of the later version; those of the key first. */
export interface DiffPlan {
  readonly key: readonly string[];
  readonly by: KeyOrigin;
  readonly columns: readonly ComparedColumn[];
}

export interface ComparedColumn {
  readonly name: string;
  /** Types in DuckDB's words. */
  readonly from: string;
  readonly to: string;
}

/** Names that both versions would have to have. */
export interface UnknownColumns {
  readonly unknown: readonly string[];
  readonly known: readonly string[];
}

/** How columns differ; of each kind at most a hundred are told, and all are counted. */
export interface SchemaDiff extends ChangedColumns {
  readonly counts: { readonly added: number; readonly removed: number; readonly retyped: number };
}

/** Rows of a side whose key other rows have, too. */
export interface RepeatedKeys {
  readonly keys: number;
  readonly rows: number;
}

/** A value as DuckDB writes it, cut where it is long; null: there is none. */
export type Cell = string | null;

export type DiffExample =
  | { readonly type: 'added' | 'removed'; readonly cells: readonly Cell[]; readonly times: number }
  | {
      readonly type: 'changed';
      readonly from: readonly Cell[];
      readonly to: readonly Cell[];
      /** Positions of what differs: of long and masked values it does not show. */
      readonly differs: readonly number[];
    };

/** How the rows of two tables differ. */
export interface TableDiff {
  readonly schema: SchemaDiff;
  readonly key: {
    readonly columns: readonly string[];
    readonly by: KeyOrigin;
    /** Present where the key does not tell all rows apart. Those are paired in their order. */
    readonly repeated?: { readonly from: RepeatedKeys; readonly to: RepeatedKeys };
  };
  readonly rows: {
    readonly from: number;
    readonly to: number;
    readonly added: number;
    readonly removed: number;
    /** Rows of the same key with other values. Without a key: 0. */
    readonly changed: number;
    readonly same: number;
  };
  /** How many columns were compared, the key among them. */
  readonly compared: number;
  /** Columns in which values changed, most of them first; at most 200. */
  readonly columns: readonly { readonly name: string; readonly changed: number }[];
  /** In how many columns. */
  readonly changedColumns: number;
  /** Columns of the examples, those of the key first; how many others were compared. */
  readonly shown: readonly string[];
  readonly hidden: number;
  readonly examples: readonly DiffExample[];
}

/** Files of two raw versions, by their paths and digests. */
export interface FilesDiff {
  readonly from: number;
  readonly to: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** The same file under another path. */
  readonly moved: number;
  readonly same: number;
  readonly examples: readonly FileExample[];
}

export interface FileExample {
  readonly type: 'added' | 'removed' | 'changed' | 'moved';
  readonly path: string;
  /** Where it was, of one that was moved. */
  readonly was?: string;
  readonly bytes?: { readonly from?: number; readonly to?: number };
}

/** Changes of the schema of each kind that are told, and characters of a name or type. */
const MOST_TOLD = 100;
const CHARACTERS = 300;

/**
 * How the columns of two versions differ.
 * @example schemaDiff([{ name: 'a', type: 'BIGINT' }], []).counts.removed // 1
 */
export function schemaDiff(from: readonly Column[], to: readonly Column[]): SchemaDiff {
  const { added, removed, retyped, reordered } = changedColumns(from, to);
  const short = (text: string): string =>
    text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
  const told = (columns: readonly Column[]): Column[] =>
    columns.slice(0, MOST_TOLD).map(({ name, type }) => ({ name: short(name), type: short(type) }));
  return {
    added: told(added),
    removed: told(removed),
    retyped: retyped.slice(0, MOST_TOLD).map((one) => ({
      ...{ name: short(one.name), from: short(one.from), to: short(one.to) },
    })),
    reordered,
    counts: { added: added.length, removed: removed.length, retyped: retyped.length },
  };
}

/**
 * What is compared, and by which key.
 * @returns the plan, or the names that not both versions have
 * @example planDiff(columns, columns, { key: ['id'], stamps: 'leave out', … })
 */
export function planDiff(
  from: readonly Column[],
  to: readonly Column[],
  rules: DiffRules,
): DiffPlan | UnknownColumns {
  const before = new Map(from.map(({ name, type }) => [name, type]));
  const both = to.flatMap(({ name, type }): ComparedColumn[] => {
    const was = before.get(name);
    return was === undefined ? [] : [{ name, from: was, to: type }];
  });
  const known = new Map(both.map((column) => [column.name, column]));
  const named = [...(rules.key ?? []), ...(rules.columns ?? [])];
  const unknown = [...new Set(named)].filter((name) => !known.has(name));
  if (unknown.length > 0) return { unknown, known: [...known.keys()] };
  const { key, by } = keyOf(rules, known);
  const isCompared = ({ name }: ComparedColumn): boolean =>
    rules.columns === undefined
      ? rules.stamps === 'compare' || !STAMPS.includes(name)
      : rules.columns.includes(name);
  const ofKey = key.flatMap((name) => known.get(name) ?? []);
  const others = both.filter((column) => !key.includes(column.name) && isCompared(column));
  return { key, by, columns: [...ofKey, ...others] };
}

function keyOf(
  { key, unique, masked, maskedAs }: DiffRules,
  known: ReadonlyMap<string, ComparedColumn>,
): { key: readonly string[]; by: KeyOrigin } {
  if (key !== undefined && key.length > 0) return { key: [...new Set(key)], by: 'said' };
  const isUsable = (name: string): boolean =>
    known.has(name) && (maskedAs === 'values' || !isMaskedColumn(masked, name));
  if (unique !== undefined && unique.length > 0 && unique.every(isUsable)) {
    return { key: unique, by: 'contract' };
  }
  return { key: [], by: 'none' };
}

/** Whether the values of a column are shown to nobody. */
export function isMaskedColumn(masked: readonly string[], name: string): boolean {
  return masked.some((one) => one.toLowerCase() === name.toLowerCase());
}

/**
 * Columns that a contract says are unique: of its first rule of that kind that is about columns and not about fields in them.
 * @example uniqueColumns(contract) // ['parcel_id']
 */
export function uniqueColumns(contract: Contract | undefined): readonly string[] | undefined {
  for (const rule of contract?.rules ?? []) {
    if (rule.kind !== 'unique' || rule.columns.some((path) => path.length !== 1)) continue;
    return rule.columns.map(([name = '']) => name);
  }
  return undefined;
}

/**
 * Whether two versions have the same columns and the same rows.
 * @example isSameTable(diff)
 */
export function isSameTable({ schema, rows }: Pick<TableDiff, 'schema' | 'rows'>): boolean {
  const { added, removed, retyped } = schema.counts;
  if (added + removed + retyped > 0 || schema.reordered) return false;
  return rows.added + rows.removed + rows.changed === 0;
}

/** Examples of files of each kind. */
const MOST_FILES = 20;

interface KnownFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Compares raw versions: a file is known by its path, and by its digest where that path is gone.
 * @example compareVersionFiles(before.files, after.files).changed
 */
export function compareVersionFiles(
  from: readonly KnownFile[],
  to: readonly KnownFile[],
  most: number = MOST_FILES,
): FilesDiff {
  const before = new Map(from.map((file) => [file.path, file]));
  const now = new Set(to.map(({ path }) => path));
  const gone = new Map<string, KnownFile[]>();
  for (const file of from) {
    if (now.has(file.path)) continue;
    gone.set(file.sha256, [...(gone.get(file.sha256) ?? []), file]);
  }
  const counts = { added: 0, removed: 0, changed: 0, moved: 0, same: 0 };
  const examples: FileExample[] = [];
  const tell = (example: FileExample): void => {
    if (counts[example.type] < most) examples.push(example);
    counts[example.type] += 1;
  };
  for (const file of to) {
    const old = before.get(file.path);
    if (old !== undefined) {
      if (old.sha256 === file.sha256) counts.same += 1;
      else {
        const bytes = { from: old.bytes, to: file.bytes };
        tell({ type: 'changed', path: file.path, bytes });
      }
      continue;
    }
    const moved = gone.get(file.sha256)?.shift();
    if (moved !== undefined) tell({ type: 'moved', path: file.path, was: moved.path });
    else tell({ type: 'added', path: file.path, bytes: { to: file.bytes } });
  }
  for (const { path, bytes } of [...gone.values()].flat()) {
    tell({ type: 'removed', path, bytes: { from: bytes } });
  }
  return { from: from.length, to: to.length, ...counts, examples };
}
