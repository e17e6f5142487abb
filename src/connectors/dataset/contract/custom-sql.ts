/**
 * Custom SQL of a contract is code: one SELECT over `data`, behind closed doors, for a bounded time.
 *
 * Whoever evaluates a contract has closed the doors of the connection before (no other files, no network, settings locked:
 * `../../sql/runtime/sql-runtime.ts`). It is looked at once more here, so that no way to evaluate one leaves them open.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Rule, RuleResult } from '../../../datasets/contract.js';
import { count, judgeWhole, number, unasked } from '../../../datasets/judge-contract.js';
import { rowsOf } from './offending-rows.js';

type SqlRule = Extract<Rule, { kind: 'sql' }>;

/**
 * @param data a SELECT that is what the query calls `data`
 * @param checked rows of the data
 * @param seconds longest time of it
 * @example await runCustomSql(connection, 'SELECT * FROM "parcels"', rule, 10, 60)
 */
export async function runCustomSql(
  connection: DuckDBConnection,
  data: string,
  rule: SqlRule,
  checked: number,
  seconds: number,
): Promise<RuleResult> {
  if (!(await doorsAreClosed(connection))) {
    return unasked(
      rule,
      checked,
      'custom SQL runs only where files, network and settings are closed to it',
    );
  }
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.interrupt();
  }, seconds * 1_000);
  try {
    const { count: statements } = await connection.extractStatements(rule.query);
    if (statements !== 1) {
      return unasked(rule, checked, `there are ${statements} statements`, 'write one SELECT');
    }
    const query = `(WITH ${DATA} AS NOT MATERIALIZED (${data}) SELECT * FROM (${rule.query}\n))`;
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${query}`);
    const back = Number(counted.getRows()[0]?.[0] ?? 0);
    const broken = back > rule.expect;
    const rows = broken ? await rowsOf(connection, `SELECT * FROM ${query}`) : [];
    const most = rule.expect === 0 ? 'none' : `at most ${number(rule.expect)}`;
    const words = `${rule.name}: ${count(back)} came back, and ${most} may`;
    return { ...judgeWhole(rule, checked, broken, words), failing: broken ? back : 0, rows };
  } catch (error) {
    if (isLate) {
      return unasked(
        rule,
        checked,
        `the SQL took longer than ${seconds} s`,
        'write it so that it looks at fewer rows, or at each row once',
      );
    }
    const message = error instanceof Error ? error.message : String(error);
    return unasked(
      rule,
      checked,
      message.split('\n', 1)[0] ?? '',
      'write one SELECT over data; a statement of any other kind, and other files, are closed to it',
    );
  } finally {
    clearTimeout(timer);
  }
}

/** What the query calls the data. */
const DATA = 'data';

async function doorsAreClosed(connection: DuckDBConnection): Promise<boolean> {
  const answer = await connection.runAndReadAll(
    `SELECT current_setting('lock_configuration') AND NOT current_setting('enable_external_access')`,
  );
  return answer.getRows()[0]?.[0] === true;
}
