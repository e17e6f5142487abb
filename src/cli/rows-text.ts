/**
 * Rows of data on a terminal, and as CSV.
 * @module
 */
import type { DataRows, Json, StepWorking, VersionProfile } from '../api/catalogue.js';
import { printable, table } from './text.js';

/** Characters of a value on a terminal. */
const WIDTH = 60;

/** @example rowsTable({ columns: [{ name: 'id', type: 'BIGINT' }], rows: [[7]], truncated: false }) */
export function rowsTable({ columns, rows }: Pick<DataRows, 'columns' | 'rows'>): string {
  return table(
    columns.map(({ name }) => cut(printable(name))),
    rows.map((row) => row.map(shown)),
  );
}

/**
 * As RFC 4180 says: a field is in quotes where it must be. NULL is nothing, a text without characters is two quotes.
 * @example rowsCsv({ columns: [{ name: 'a,b', type: 'VARCHAR' }], rows: [[null]] }) // '"a,b"\r\n\r\n'
 */
export function rowsCsv({ columns, rows }: Pick<DataRows, 'columns' | 'rows'>): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => `${line.map(field).join(',')}\n`).join('');
}

function field(value: Json): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function shown(value: Json): string {
  if (value === null) return 'NULL';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return cut(
    printable(text === '' || text === 'NULL' ? JSON.stringify(text) : text).replaceAll('\n', ' '),
  );
}

function cut(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}

/** One line a column. */
export function profileTable({ columns, rows }: VersionProfile): string {
  return table(
    ['column', 'type', 'nulls', 'distinct', 'min', 'max', 'mean', 'spread', 'most frequent'],
    columns.map((one) => [
      cut(printable(one.name)),
      cut(one.type),
      one.nulls === 0 ? '' : `${one.nulls} (${percent(one.nulls, rows)})`,
      one.distinct === undefined ? '' : `~${one.distinct}`,
      one.masked === true ? 'masked' : short(one.min),
      short(one.max),
      number(one.mean),
      bars(one.histogram?.counts ?? []),
      (one.top ?? [])
        .slice(0, 3)
        .map(({ value, count }) => `${short(value, 20)} ×${count}`)
        .join(', '),
    ]),
  );
}

const BARS = ' ▁▂▃▄▅▆▇█';

/** A picture of counts: one sign each. @example bars([0, 5, 10]) // ' ▄█' */
export function bars(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => BARS[count === 0 ? 0 : Math.max(1, Math.round((count / most) * 8))] ?? '')
    .join('');
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${Math.round((100 * part) / whole)} %`;
}

function short(text: string | undefined, most = 24): string {
  if (text === undefined) return '';
  const one = printable(text).replaceAll('\n', ' ');
  return one.length > most ? `${one.slice(0, most)}…` : one;
}

function number(value: number | null | undefined): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : '';
}

/** Before and after of each step, one below the other. */
export function workingText(steps: readonly StepWorking[]): string {
  return steps
    .map(({ step, sql, before, after, error }) => {
      const inputs = before.map((input) => {
        const rows = input as unknown as Partial<DataRows> & { name: string; problem?: string };
        const { name, columns = [], rows: values = [], problem } = rows;
        return problem === undefined
          ? `  before, ${printable(name)}:\n${indented(rowsTable({ columns, rows: values }))}`
          : `  before, ${printable(name)}: ${printable(problem)}`;
      });
      const made = Array.isArray(after?.result) ? (after.result as { [name: string]: Json }[]) : [];
      const names = [...new Set(made.flatMap((row) => Object.keys(row)))];
      const columns = names.map((name) => ({ name, type: '' }));
      const rows = made.map((row) => names.map((name) => row[name] ?? null));
      const result =
        after === undefined
          ? `  after: ${printable(error ?? 'it has not ended')}`
          : `  after, ${after.rows} ${after.rows === 1 ? 'row' : 'rows'}:\n${indented(rowsTable({ columns, rows }))}`;
      return [`${printable(step)} (${short(sql, 80)})`, ...inputs, result].join('\n');
    })
    .join('\n\n');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
