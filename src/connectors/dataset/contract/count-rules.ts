/**
 * Counts rows that break rules: all in one pass over the data, but for keys, which take an aggregate each: of bits where the key is a
 * whole number and its values lie close together, of hashes otherwise.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Rule } from '../../../datasets/contract.js';
import {
  differentSql,
  duplicatesSql,
  type Pass,
  passSql,
  type Span,
} from '../../../datasets/contract-sql.js';
import type { Asked, BoundRule } from './bind-rules.js';

export interface Counts {
  readonly rows: number;
  failing(rule: Asked): number;
  /** Rows that are not compared. */
  noted(rule: Asked): number;
  /** Milliseconds since 1970 of the newest moment; undefined when there is none. */
  newest(rule: BoundRule): number | undefined;
}

/** Counts of one statement: more of them make DuckDB slow at planning, and a second pass costs less. */
const MOST_COUNTS = 200;

/**
 * @param unbroken rules about single rows that no row breaks, as is known already
 * @throws what DuckDB says when the data cannot be read
 */
export async function countRules(
  connection: DuckDBConnection,
  relation: string,
  rules: readonly BoundRule[],
  unbroken: ReadonlySet<Rule>,
): Promise<Counts> {
  const spans = new Map<BoundRule, Span>();
  const failing = new Map<BoundRule, number>();
  const noted = new Map<BoundRule, number>();
  const newest = new Map<BoundRule, number>();
  let rows = 0;
  for (let at = 0; at === 0 || at < rules.length; at += MOST_COUNTS) {
    const part = rules.slice(at, at + MOST_COUNTS);
    const inPass = part.filter((one) => isOfRow(one) && !unbroken.has(one.rule)) as Asked[];
    const whole = part.filter((one) => 'failing' in one && one.isWholeKey === true) as Asked[];
    const referring = part.filter(
      (one) => 'failing' in one && one.reference !== undefined,
    ) as Asked[];
    const noting = part.filter((one) => 'failing' in one && one.noted !== undefined) as Asked[];
    const dated = part.flatMap((one) =>
      'newest' in one && one.newest !== undefined ? [{ one, column: one.newest }] : [],
    );
    const pass: Pass = {
      failing: inPass.map((one) => one.failing),
      newest: dated.map(({ column }) => column),
      references: referring.flatMap(({ reference }) =>
        reference === undefined ? [] : [reference],
      ),
      noted: noting.flatMap((one) => (one.noted === undefined ? [] : [one.noted])),
      spans: whole.flatMap(({ key: [value] = [] }) => (value === undefined ? [] : [value])),
    };
    const [counts = []] = (await connection.runAndReadAll(passSql(relation, pass))).getRows();
    let next = 0;
    const take = (): unknown => counts[next++];
    rows = Number(take() ?? 0);
    for (const one of inPass) failing.set(one, Number(take()));
    for (const { one } of dated) {
      const moment = take();
      if (moment !== null) newest.set(one, Number(moment));
    }
    for (const one of referring) failing.set(one, Number(take()));
    for (const one of noting) noted.set(one, Number(take()));
    for (const one of whole) {
      const [least, greatest, known] = [take(), take(), take()];
      if (least === null || greatest === null) continue;
      spans.set(one, {
        ...{ least: BigInt(String(least)), greatest: BigInt(String(greatest)) },
        known: BigInt(String(known)),
      });
    }
  }
  for (const one of rules) {
    if (!('failing' in one) || one.key === undefined) continue;
    if (await areDifferent(connection, relation, one.key, spans.get(one))) continue;
    const answer = await connection.runAndReadAll(duplicatesSql(relation, one.key));
    failing.set(one, Number(answer.getRows()[0]?.[0] ?? 0));
  }
  return {
    rows,
    failing: (rule) => failing.get(rule) ?? 0,
    noted: (rule) => noted.get(rule) ?? 0,
    newest: (rule) => newest.get(rule),
  };
}

/** Whether the rule is about what stands in a single row, whatever stands in others. */
export function isOfRow(one: BoundRule): one is Asked {
  return 'failing' in one && one.key === undefined && one.reference === undefined;
}

/** Whether no value occurs twice, where a bitmap can tell. */
async function areDifferent(
  connection: DuckDBConnection,
  relation: string,
  [value = '']: readonly string[],
  span: Span | undefined,
): Promise<boolean> {
  const different = span && differentSql(value, span);
  if (span === undefined || different === undefined) return false;
  const answer = await connection.runAndReadAll(`SELECT ${different} FROM ${relation}`);
  return BigInt(String(answer.getRows()[0]?.[0] ?? -1)) === span.known;
}
