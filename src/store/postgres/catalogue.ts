/**
 * What the database says of the tables in its schema, as far as many rows of one statement depend on it (many-rows.ts): the types of
 * columns, what makes rows unique, and which tables refer to others.
 * @module
 */
import { all } from '../plan.js';
import { type ElementType, isElementType } from './arrays.js';
import type { Connection } from './connection.js';

export interface TableFacts {
  /** Columns of a type that arrays are made of. */
  readonly types: ReadonlyMap<string, ElementType>;
  /**
   * The columns by which a row is known to those who write: of the primary key, or, where the database numbers the rows, of the
   * next unique index that has all rows. Undefined: there is none.
   */
  readonly identity: readonly string[] | undefined;
  /** Columns of all other unique indexes. */
  readonly uniques: readonly (readonly string[])[];
  /** It refers to another table, or another one to it, or a unique index is of more than columns: rows are written one by one. */
  readonly isTied: boolean;
}

export type Catalogue = ReadonlyMap<string, TableFacts>;

/** Looks at every table of the first schema of the search path. Throws a StoreError. */
export async function readCatalogue(connection: Pick<Connection, 'ask'>): Promise<Catalogue> {
  const columns = await connection.ask(
    all(
      `SELECT table_name AS name, column_name, udt_name AS type, is_identity
       FROM information_schema.columns WHERE table_schema = current_schema()`,
    ),
  );
  const indexes = await connection.ask(
    all(
      `SELECT t.relname AS name, CASE WHEN i.indpred IS NULL THEN 1 ELSE 0 END AS has_all,
         CASE WHEN i.indexprs IS NULL THEN 0 ELSE 1 END AS has_terms,
         (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number) AS columns
       FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
       WHERE i.indisunique AND n.nspname = current_schema()
       ORDER BY t.relname, i.indisprimary DESC, i.indexrelid`,
    ),
  );
  const ties = await connection.ask(
    all(
      `SELECT DISTINCT t.relname AS name FROM pg_constraint f JOIN pg_class t ON t.oid IN (f.conrelid, f.confrelid)
       JOIN pg_namespace n ON n.oid = t.relnamespace WHERE f.contype = 'f' AND n.nspname = current_schema()`,
    ),
  );
  const tied = new Set(ties.map(({ name }) => String(name)));
  const numbered = new Set<string>();
  const types = new Map<string, Map<string, ElementType>>();
  for (const row of columns) {
    const [name, column, type] = [row.name, row.column_name, row.type].map(String) as [
      string,
      string,
      string,
    ];
    const known = types.get(name) ?? new Map<string, ElementType>();
    types.set(name, known);
    if (isElementType(type)) known.set(column, type);
    if (row.is_identity === 'YES') numbered.add(`${name}.${column}`);
  }
  const identities = new Map<string, string[]>();
  const uniques = new Map<string, string[][]>();
  for (const row of indexes) {
    const name = String(row.name);
    if (row.has_terms === 1) tied.add(name);
    const own = String(row.columns ?? '').split(',');
    // What the database numbers is never said by who writes.
    const isIdentity =
      row.has_all === 1 &&
      !identities.has(name) &&
      !own.some((one) => numbered.has(`${name}.${one}`));
    if (isIdentity) identities.set(name, own);
    else uniques.set(name, [...(uniques.get(name) ?? []), own]);
  }
  return new Map(
    [...types].map(([name, own]) => [
      name,
      {
        types: own,
        identity: identities.get(name),
        uniques: uniques.get(name) ?? [],
        isTied: tied.has(name),
      },
    ]),
  );
}
