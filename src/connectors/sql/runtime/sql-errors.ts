/**
 * DuckDB's messages as error name and cause: "Binder Error: …" in the third line of a statement becomes `Sql.Binder` and
 * "transform.sql:14: Binder Error: …".
 * @module
 */

/** A failure on its way to the message that ends the process. */
export class SqlFailure extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

/**
 * @param name of the SQL file
 * @param line where the statement begins in the file
 */
export function sqlFailure(thrown: unknown, name: string, line: number): SqlFailure {
  if (thrown instanceof SqlFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const within = /^LINE (\d+):/m.exec(message);
  const at = line + (within ? Number(within[1]) - 1 : 0);
  return new SqlFailure(`Sql.${kindOf(message)}`, `${name}:${at}: ${message}`);
}

/** "Out of Memory Error: …" → OutOfMemory. Messages of another form are of the kind Unknown. */
function kindOf(message: string): string {
  const words = /^([A-Za-z][A-Za-z ]{0,40}?) ?Error: /.exec(message)?.[1];
  if (!words) return 'Unknown';
  const kind = words
    .split(' ')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return kind === 'INTERNAL' ? 'Internal' : kind;
}
