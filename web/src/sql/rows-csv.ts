/**
 * Rows as a file, as `millrace sql --format csv` writes them.
 *
 * Texts stay as they are, also those that a spreadsheet would take for a formula: this is data, and whoever reads it back gets the same.
 * @module
 */
import type { DataRows, Json } from '../api/types.js';
import { plainValue } from '../format/value.js';

/**
 * As RFC 4180 says: a field is in quotes where it must be. NULL is nothing, a text without characters is two quotes.
 * @example rowsCsv({ columns: [{ name: 'a,b', type: 'VARCHAR' }], rows: [[null]] }) // '"a,b"\n\n'
 */
export function rowsCsv({ columns, rows }: Pick<DataRows, 'columns' | 'rows'>): string {
  const lines: Json[][] = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => `${line.map(field).join(',')}\n`).join('');
}

function field(value: Json): string {
  if (value === null) return '';
  const text = plainValue(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Gives it to the browser as a download. */
export function saveCsv(name: string, rows: Pick<DataRows, 'columns' | 'rows'>): void {
  const address = URL.createObjectURL(new Blob([rowsCsv(rows)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
