/**
 * Columns that a contract expects against those that are found: what is missing, added, or of another type, field by field.
 *
 * Names are compared letter by letter: pandas and Spark do not agree on whether `State` is `state`, so a dataset that is read by
 * both must not leave it open.
 * @module
 */
import { type ColumnType, fits, foundType, isScalar, typeText } from './column-type.js';
import { type Column, type ColumnPath, type Contract, pathName } from './contract.js';
import type { BoundColumn } from './contract-sql.js';

/** A column as it is found: its name, and its type as DuckDB tells it. */
export interface FoundColumn {
  readonly name: string;
  readonly type: string;
}

export interface ColumnDifference {
  readonly kind: 'missing' | 'added' | 'type';
  readonly path: ColumnPath;
  /** Of the contract's column; undefined of an added one. */
  readonly expected?: Column;
  readonly words: string;
  readonly fix: string;
}

export interface ComparedColumns {
  readonly differences: readonly ColumnDifference[];
  /** Columns whose values are read as another type, and may fail at it. */
  readonly cast: readonly (BoundColumn & { readonly expected: Column })[];
  /** How to read the values of a column, a field; undefined where it is not there, or of a type that cannot be compared. */
  bound(path: ColumnPath): BoundColumn | undefined;
}

/**
 * @param isText whether the data was written as text (CSV, JSON), where a type is how a text is read: then another type that was
 *   found is a difference only for the rows whose values cannot be read
 * @example compareColumns(contract, [{ name: 'id', type: 'BIGINT' }], false).differences
 */
export function compareColumns(
  contract: Contract,
  found: readonly FoundColumn[],
  isText: boolean,
): ComparedColumns {
  const types = new Map(found.map(({ name, type }) => [name, foundType(type)]));
  const differences: ColumnDifference[] = [];
  const cast: (BoundColumn & { expected: Column })[] = [];
  const bound = new Map<string, BoundColumn>();
  const keep = (column: BoundColumn): void => {
    bound.set(JSON.stringify(column.path), column);
  };
  for (const expected of contract.columns) {
    const { path } = expected;
    const at = typeAt(types, path);
    if (at === undefined) {
      if (!expected.optional) differences.push(missing(expected, types));
      continue;
    }
    const type = expected.type ?? at;
    if (expected.type === undefined || fits(at, type)) {
      keep({ path, found: at, type: at, cast: false });
      continue;
    }
    const nested = fieldDifferences(expected, at, type, path);
    if (nested.length > 0) {
      differences.push(...nested);
      keep({ path, found: at, type: at, cast: false });
      continue;
    }
    const column = { path, found: at, type, cast: true };
    const reads = isText && path.length === 1 && at.kind !== 'other';
    if (reads && (isScalar(at) || at.kind === type.kind)) cast.push({ ...column, expected });
    else differences.push(otherType(expected, path, at, type));
    if (isScalar(at) && isScalar(type)) keep(column);
  }
  const named = new Set(contract.columns.map(({ path }) => path[0]));
  for (const { name, type } of found) {
    if (named.has(name)) continue;
    differences.push({
      kind: 'added',
      path: [name],
      words: `the column ${shown([name])} (${short(type)}) is not in the contract`,
      fix: 'add it to the contract, leave it out of the data, or say extraColumns: allow',
    });
  }
  return {
    differences,
    cast,
    bound: (path) => {
      const known = bound.get(JSON.stringify(path));
      if (known !== undefined) return known;
      const at = typeAt(types, path);
      const isExpected = contract.columns.some((one) => pathName(one.path) === pathName(path));
      return at === undefined || isExpected
        ? undefined
        : { path, found: at, type: at, cast: false };
    },
  };
}

function typeAt(
  types: ReadonlyMap<string, ColumnType>,
  [column = '', ...fields]: ColumnPath,
): ColumnType | undefined {
  let type = types.get(column);
  for (const field of fields) {
    if (type?.kind !== 'struct') return undefined;
    type = type.fields.find(({ name }) => name === field)?.type;
  }
  return type;
}

function missing(expected: Column, types: ReadonlyMap<string, ColumnType>): ColumnDifference {
  const { path } = expected;
  const [name = ''] = path;
  const alike = [...types.keys()].find(
    (one) => one.trim().toLowerCase() === name.trim().toLowerCase(),
  );
  const known = path.length === 1 && alike !== undefined;
  return {
    kind: 'missing',
    path,
    expected,
    words: known
      ? `the column ${shown(path)} is missing; there is ${shown([alike])}, and letters count as they are written`
      : `the column ${shown(path)} is missing`,
    fix: known
      ? `rename the one or the other`
      : 'see that the data has it, or say optional: true in the contract',
  };
}

/** Fields of a struct that are missing, added or of another type; none when these are no structs. */
function fieldDifferences(
  column: Column,
  found: ColumnType,
  expected: ColumnType,
  path: ColumnPath,
): ColumnDifference[] {
  if (found.kind !== 'struct' || expected.kind !== 'struct') return [];
  const differences: ColumnDifference[] = [];
  for (const { name, type } of expected.fields) {
    const inside = [...path, name];
    const field = found.fields.find((one) => one.name === name);
    if (field === undefined) {
      differences.push({
        kind: 'missing',
        path: inside,
        expected: column,
        words: `the field ${shown(inside)} is missing`,
        fix: 'see that the data has it, or take it out of the contract',
      });
    } else if (!fits(field.type, type)) {
      const deeper = fieldDifferences(column, field.type, type, inside);
      differences.push(
        ...(deeper.length > 0 ? deeper : [otherType(column, inside, field.type, type)]),
      );
    }
  }
  for (const { name } of found.fields) {
    if (expected.fields.some((one) => one.name === name)) continue;
    differences.push({
      kind: 'type',
      path: [...path, name],
      expected: column,
      words: `the field ${shown([...path, name])} is not in the contract`,
      fix: 'add it to the contract, or leave it out of the data',
    });
  }
  return differences;
}

function otherType(
  expected: Column,
  path: ColumnPath,
  found: ColumnType,
  type: ColumnType,
): ColumnDifference {
  return {
    kind: 'type',
    path,
    expected,
    words: `${shown(path)} is ${short(typeText(found))}, and the contract says ${short(typeText(type))}`,
    fix: `cast it where the data is made (CAST(… AS ${short(typeText(type))})), or change the contract`,
  };
}

/** A name in quotes, cut and without what moves a terminal's cursor. */
function shown(path: ColumnPath): string {
  return `"${short(pathName(path)).replaceAll(/\p{Cc}/gu, '\ufffd')}"`;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
