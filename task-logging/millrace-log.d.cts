export type Fields = { readonly [name: string]: unknown };
type Write = (message: unknown, fields?: Fields) => void;
/** Writes a line; `log('read', { rows: 12 })` is of level info. */
export const log: Write & {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
};
/** The line that would be written, without its line break. */
export function lineOf(level: string, message: unknown, fields?: Fields): string;
