/**
 * How two tables differ, as a small table for people:
 *
 *         parcel_id │ area         │ owner
 *       ~ 7         │ 12.5 → 13.0  │ Ann
 *       - 9         │ 3.5          │ NULL      missing
 *       + 11        │ 1.0          │ ""        not expected
 * @module
 */
import type {
  Cell,
  DifferentRow,
  TableDifference,
} from '../../connectors/dataset/fixtures/fixture-protocol.js';

/** Characters of a value, and lines about columns, that are shown. */
const WIDTH = 40;
const LINES = 10;

/** One line about the rows: how many of each kind. */
export function differenceSummary({
  rows,
  missing,
  unexpected,
  changed,
  misplaced,
  columns,
}: TableDifference): string {
  const parts = [
    changed > 0 ? `${counted(changed, 'row')} changed` : undefined,
    missing > 0 ? `${missing} missing` : undefined,
    unexpected > 0 ? `${unexpected} not expected` : undefined,
    misplaced === undefined ? undefined : `from row ${misplaced} on they come in another order`,
    columns.length > 0 ? `${counted(columns.length, 'difference')} of columns` : undefined,
  ].filter((part) => part !== undefined);
  return `${parts.join(', ')} (expected ${counted(rows.expected, 'row')}, there are ${rows.actual})`;
}

/** Lines for people, bounded. */
export function differenceTable(difference: TableDifference): string[] {
  const { columns, shown, hidden, keys, examples, missing, unexpected, changed } = difference;
  const lines = columns.slice(0, LINES);
  if (columns.length > LINES) lines.push(`… and ${columns.length - LINES} more`);
  if (examples.length === 0) return lines;
  const heads = shown.map((name) => cut(name));
  const body = examples.map((row) => cellsOf(row, keys));
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...body.map((cells) => cells[at]?.length ?? 0)),
  );
  const line = (mark: string, cells: readonly string[], note = ''): string => {
    const padded = cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' │ ');
    return `${mark} ${padded}${note === '' ? '' : `  ${note}`}`.trimEnd();
  };
  const more = hidden > 0 ? `… and ${counted(hidden, 'column')} more` : '';
  lines.push(line(' ', heads, more));
  for (const [index, row] of examples.entries()) {
    lines.push(line(MARKS[row.type], body[index] ?? [], NOTES[row.type]));
  }
  const left = missing + unexpected + changed - examples.length;
  if (left > 0) lines.push(`… and ${counted(left, 'row')} more`);
  return lines;
}

const MARKS = { missing: '-', unexpected: '+', changed: '~' };
const NOTES = { missing: 'missing', unexpected: 'not expected', changed: '' };

function cellsOf(row: DifferentRow, keys: number): string[] {
  if (row.type !== 'changed') return row.cells.map(shownCell);
  return row.expected.map((expected, at) => {
    const actual = row.actual[at] ?? null;
    if (expected !== actual) return `${shownCell(expected)} → ${shownCell(actual)}`;
    return at < keys ? shownCell(expected) : '';
  });
}

/** What could be taken for something else is in quotes: no text at all, the word NULL, blanks at the ends. */
function shownCell(cell: Cell): string {
  if (cell === null) return 'NULL';
  const isPlain = cell !== '' && cell !== 'NULL' && cell.trim() === cell && !/\p{Cc}/u.test(cell);
  return cut(isPlain ? cell : JSON.stringify(cell));
}

function cut(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
