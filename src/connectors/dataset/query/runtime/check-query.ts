/**
 * What a query is about, from DuckDB's own parser: it must be one SELECT, of relations that it was given, by functions that read
 * nothing else.
 *
 * The database could not open any other file either: its doors are closed. This says so in words, and keeps what is masked from
 * being read beside its view.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { QueryProblem } from '../query-protocol.js';

/** A query that is not run. */
export class QueryRefusal extends Error {
  readonly problem: QueryProblem;
  /** The relation or function. */
  readonly subject: string | undefined;

  constructor(problem: QueryProblem, cause: string, subject?: string) {
    super(cause);
    this.problem = problem;
    this.subject = subject;
  }
}

/** Table functions that make rows of their arguments alone. */
const HARMLESS: ReadonlySet<string> = new Set([
  'range',
  'generate_series',
  'unnest',
  'json_each',
  'json_tree',
]);

type Node = { readonly [member: string]: unknown };

/**
 * @param tables names that a query may use
 * @returns those that it uses, in small letters
 * @throws QueryRefusal
 */
export async function checkQuery(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly string[],
): Promise<ReadonlySet<string>> {
  const answer = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const tree = JSON.parse(String(answer.getRows()[0]?.[0])) as Node;
  if (tree.error === true) throw refusalOf(tree, sql);
  const statements = Array.isArray(tree.statements) ? tree.statements : [];
  if (statements.length !== 1) {
    throw new QueryRefusal(
      'not a query',
      statements.length === 0 ? 'there is no query' : `there are ${statements.length} statements`,
    );
  }
  const known = new Set(tables.map((name) => name.toLowerCase()));
  const own = new Set<string>();
  const used = new Map<string, string>();
  walk(statements[0], (node) => {
    if (Array.isArray((node.cte_map as Node | undefined)?.map)) {
      for (const { key } of (node.cte_map as { map: { key?: unknown }[] }).map) {
        own.add(String(key).toLowerCase());
      }
    }
    if (node.type === 'BASE_TABLE') {
      const { catalog_name, schema_name, table_name } = node;
      const parts = [catalog_name, schema_name, table_name].filter(
        (part) => typeof part === 'string' && part !== '',
      );
      used.set(parts.join('.').toLowerCase(), parts.join('.'));
    }
    if (node.type === 'TABLE_FUNCTION') {
      const { function_name } = node.function as Node;
      const name = String(function_name);
      if (!HARMLESS.has(name.toLowerCase())) {
        throw new QueryRefusal('refused function', `${name}() is not for queries`, name);
      }
    }
  });
  for (const [name, written] of used) {
    if (known.has(name) || own.has(name)) continue;
    throw new QueryRefusal('unknown table', `there is no "${written}"`, written);
  }
  return new Set([...used.keys()].filter((name) => known.has(name)));
}

function refusalOf({ error_type, error_message, position }: Node, sql: string): QueryRefusal {
  if (error_type === 'not implemented') {
    return new QueryRefusal('not a query', 'it is no SELECT: data is read here, and not changed');
  }
  const at = Number(position);
  const line = Number.isNaN(at) ? '' : `line ${sql.slice(0, at).split('\n').length}: `;
  return new QueryRefusal('wrong sql', `${line}${String(error_message)}`);
}

/** Every object of the tree, outer ones first. Not by recursion: queries may nest deeply. */
function walk(root: unknown, see: (node: Node) => void): void {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) see(value as Node);
    for (const member of Object.values(value)) waiting.push(member);
  }
}
