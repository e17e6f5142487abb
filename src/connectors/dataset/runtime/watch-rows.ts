/**
 * Judges rows while they are written, so that nobody reads them a second time to find that all of them are good.
 *
 *     SELECT ──each row: does it break a rule? then a sequence goes on──▶ all rows, as they were
 *
 * It tells that none breaks a rule, or nothing: which rules are broken, and how often, is counted afterwards, when it is asked.
 * Rules about more than one row (keys, other datasets) are not watched.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quotedName } from '../../../datasets/column-type.js';
import { compareColumns } from '../../../datasets/compare-columns.js';
import type { Contract, Rule } from '../../../datasets/contract.js';
import { quotedText } from '../../../datasets/contract-sql.js';
import type { Column } from '../../../datasets/schema.js';
import { bindRules } from '../contract/bind-rules.js';
import { isOfRow } from '../contract/count-rules.js';
import { columnsOf } from '../contract/evaluate-contract.js';

/** What the rows are like, without any: what rules are tried on. */
const SHAPE = 'millrace shape';
/** Goes on with each row that breaks a rule. */
const BROKEN = 'millrace broken';
/** Rules of one statement: more of them make DuckDB slow at planning. */
const MOST_RULES = 200;

export interface WatchedRows {
  /** The same rows in the same order. */
  readonly select: string;
  /**
   * Rules that no row has broken, once the SELECT was run to its end.
   * @param written columns of what was written: where a file format knows no such type, values are not what was watched
   */
  unbroken(written: readonly Column[]): Promise<ReadonlySet<Rule>>;
}

/**
 * @param select one SELECT
 * @example (await watchRows(connection, 'SELECT * FROM "source"', contract)).select
 */
export async function watchRows(
  connection: DuckDBConnection,
  select: string,
  contract: Contract,
): Promise<WatchedRows> {
  const shape = quotedName(SHAPE);
  const none = new Set<Rule>();
  try {
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${shape} AS ${select} LIMIT 0`);
  } catch {
    // What is wrong with it is told when it is run.
    return { select, unbroken: async () => none };
  }
  const columns = await columnsOf(connection, shape);
  const compared = compareColumns(contract, columns, false);
  const { asked } = await bindRules(connection, shape, contract, compared, {});
  const watched = asked.filter(isOfRow).slice(0, MOST_RULES);
  if (watched.length === 0) return { select, unbroken: async () => none };
  await connection.run(`CREATE OR REPLACE TEMP SEQUENCE ${quotedName(BROKEN)}`);
  const breaks = watched.map(({ failing }) => `(${failing})`).join(' OR ');
  const mark = `nextval(${quotedText(quotedName(BROKEN))}) > 0`;
  return {
    select: `SELECT * FROM (${select}) WHERE CASE WHEN ${breaks} THEN ${mark} ELSE true END`,
    async unbroken(written) {
      if (JSON.stringify(written) !== JSON.stringify(columns)) return none;
      const answer = await connection.runAndReadAll(
        `SELECT last_value FROM duckdb_sequences() WHERE sequence_name = ${quotedText(BROKEN)}`,
      );
      const isNone = answer.getRows()[0]?.[0] === null;
      return isNone ? new Set(watched.map(({ rule }) => rule)) : none;
    },
  };
}
