/**
 * What became of columns between what a step read and what it made.
 * @module
 */
import type { Json, StepWorking } from '../api/types.js';

export interface ShownTable {
  columns: readonly { name: string; type?: string }[];
  rows: readonly (readonly (Json | undefined)[])[];
  truncated: boolean;
}

type Input = StepWorking['before'][number];

/** What a step read; or, as a text, why that is not shown. */
export function inputTable(input: Input): ShownTable | string {
  const { columns, rows, truncated, problem } = input as unknown as Partial<ShownTable> & {
    problem?: string;
  };
  if (columns === undefined || rows === undefined) return problem ?? 'it was not looked at';
  return { columns, rows, truncated: truncated === true };
}

/** What a step made: rows are objects there, whose names are the columns. */
export function outputTable(after: NonNullable<StepWorking['after']>): ShownTable {
  const rows = (Array.isArray(after.result) ? after.result : []).map((row) =>
    typeof row === 'object' && row !== null && !Array.isArray(row) ? row : { value: row },
  );
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    columns: names.map((name) => ({ name })),
    rows: rows.map((row) => names.map((name) => row[name])),
    truncated: after.truncated || rows.length < after.rows,
  };
}

/** Names that are not on the other side. SQL takes upper and lower case for the same. */
export function namesWithout(
  { columns }: Pick<ShownTable, 'columns'>,
  others: readonly Pick<ShownTable, 'columns'>[],
): Set<string> {
  const there = new Set(
    others.flatMap((other) => other.columns.map(({ name }) => name.toLowerCase())),
  );
  return new Set(columns.map(({ name }) => name).filter((name) => !there.has(name.toLowerCase())));
}
