/**
 * What a process that opens records beside the server has in its environment.
 *
 * Of a file nothing is needed. PostgreSQL's library takes from it what an address does not say: `PGPASSWORD`, `PGPASSFILE` and the home of
 * `.pgpass`, `PGSSLROOTCERT` (https://www.postgresql.org/docs/current/libpq-envars.html), and Node the authorities that it trusts besides.
 * What connects in the server itself must connect there, too.
 * @module
 */
import type { StoreSource } from './source.js';

const NEEDED = /^(PG[A-Z]{1,40}|HOME|NODE_EXTRA_CA_CERTS)$/;

/** @example fork('reader.js', [], { env: sourceEnvironment('sqlite') }) // {} */
export function sourceEnvironment(kind: StoreSource['kind']): { [name: string]: string } {
  if (kind === 'sqlite') return {};
  const known = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && NEEDED.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(known);
}
