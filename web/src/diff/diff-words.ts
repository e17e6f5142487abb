/**
 * What changed between two versions, in words.
 * @module
 */
import type { VersionDiff } from '../api/types.js';
import { formatAmount } from '../format/amount.js';

type TableDiff = NonNullable<VersionDiff['table']>;

/** @example rowWords(table) // '2 → 3 rows: 1 added, 0 removed, 1 changed, 1 the same' */
export function rowWords({ rows, key }: Pick<TableDiff, 'rows' | 'key'>): string {
  const parts = [
    `${formatAmount(rows.added)} added`,
    `${formatAmount(rows.removed)} removed`,
    ...(key.by === 'none' ? [] : [`${formatAmount(rows.changed)} changed`]),
    `${formatAmount(rows.same)} the same`,
  ];
  return `${formatAmount(rows.from)} → ${formatAmount(rows.to)} rows: ${parts.join(', ')}`;
}

/** By what rows were told apart. */
export function keyWords({ columns, by }: TableDiff['key']): string {
  switch (by) {
    case 'none':
      return 'Whole rows were counted: without columns that tell rows apart nobody knows which of them changed.';
    case 'said':
      return `Rows were told apart by ${columns.join(', ')}.`;
    case 'contract':
      return `Rows were told apart by ${columns.join(', ')}, unique as the contract says.`;
  }
}

/** The columns: one line for each kind of change. */
export function schemaWords(schema: TableDiff['schema']): string[] {
  const { added, removed, retyped, reordered, counts } = schema;
  const listed = (names: readonly string[], count: number): string => {
    const left = count - names.length;
    return left > 0 ? `${names.join(', ')} and ${formatAmount(left)} more` : names.join(', ');
  };
  const typed = (columns: typeof added): string[] =>
    columns.map(({ name, type }) => `${name} ${type}`);
  const lines = [
    ...(counts.added === 0 ? [] : [`New: ${listed(typed(added), counts.added)}`]),
    ...(counts.removed === 0 ? [] : [`Gone: ${listed(typed(removed), counts.removed)}`]),
    ...(counts.retyped === 0
      ? []
      : [
          `Of another type: ${listed(
            retyped.map(({ name, from, to }) => `${name} ${from} → ${to}`),
            counts.retyped,
          )}`,
        ]),
    ...(reordered ? ['In another order'] : []),
  ];
  return lines.length === 0 ? ['The same columns.'] : lines;
}
