/**
 * Evaluates a contract over a relation of a DuckDB connection: what `millrace contract check` does, and what stands before publishing.
 *
 *     columns ──compare──▶ rules that can be asked ──one pass──▶ counts ──failing ones alone──▶ rows ──▶ result
 *                                        └─ one aggregate for each key that is unique, one query for each custom SQL
 *
 * The connection is the caller's; custom SQL is run only when its doors are closed (`custom-sql.ts`).
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { boundedResult } from '../../../datasets/bounded-result.js';
import { columnResults } from '../../../datasets/column-results.js';
import { quotedName } from '../../../datasets/column-type.js';
import { type ComparedColumns, compareColumns } from '../../../datasets/compare-columns.js';
import type { Contract, ContractResult, Rule, RuleResult } from '../../../datasets/contract.js';
import { type QuarantineSql, quarantineSql, valueSql } from '../../../datasets/contract-sql.js';
import {
  concluded,
  count,
  isBroken,
  judgeRows,
  judgeWhole,
  quarantines,
  unasked,
} from '../../../datasets/judge-contract.js';
import { judgeFreshness } from '../../../datasets/judge-freshness.js';
import { judgeRowCount } from '../../../datasets/rows-band.js';
import { type Asked, type BoundRule, bindRules } from './bind-rules.js';
import { countRules } from './count-rules.js';
import { runCustomSql } from './custom-sql.js';
import { offendingRows } from './offending-rows.js';

/** What the data is judged by besides itself. */
export interface ContractContext {
  /** Earlier versions, the newest last. */
  readonly history: readonly { readonly rows: number }[];
  /** Quoted names of relations, by the names of datasets. */
  readonly references: { readonly [dataset: string]: string };
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether the data was written as text (CSV, JSON): types are then how it is read. Defaults to false. */
  readonly isText?: boolean;
  /** Longest time of one custom SQL. Defaults to 60. */
  readonly sqlSeconds?: number;
  /** Rules about single rows that no row breaks, as was seen when they were written. Defaults to none. */
  readonly unbroken?: ReadonlySet<Rule>;
}

export interface EvaluatedContract {
  readonly result: ContractResult;
  /** Which rows to set aside, over the relation; absent when there are none. */
  readonly quarantine?: QuarantineSql;
  /** What to SELECT from the relation, so that every column has its type: `*` where nothing is cast. */
  readonly projection: string;
}

const SQL_SECONDS = 60;

/**
 * @param relation quoted name of a table or view
 * @throws what DuckDB says when the relation itself cannot be read
 * @example await evaluateContract(connection, '"parcels"', contract, { history: [], references: {}, now })
 */
export async function evaluateContract(
  connection: DuckDBConnection,
  relation: string,
  contract: Contract,
  context: ContractContext,
): Promise<EvaluatedContract> {
  const found = await columnsOf(connection, relation);
  const compared = compareColumns(contract, found, context.isText === true);
  const bound = await bindRules(connection, relation, contract, compared, context.references);
  const counts = await countRules(connection, relation, bound.all, context.unbroken ?? new Set());
  const projection = projectionOf(found, compared);
  const broken = bound.asked.filter((one) =>
    isBroken(one.rule.tolerate, { checked: counts.rows, failing: counts.failing(one) }),
  );
  const rows = await offendingRows(connection, relation, found, broken);
  const setAside = broken.filter(
    ({ rule }) => rule.severity === 'quarantine' && quarantines(rule.kind),
  );
  const quarantine =
    setAside.length === 0
      ? undefined
      : quarantineSql(setAside.map(({ rule, failing }) => ({ name: rule.name, failing })));
  const quarantined =
    quarantine === undefined ? 0 : await countSetAside(connection, relation, quarantine);

  const resultOf = async (one: BoundRule): Promise<RuleResult> => {
    const { rule } = one;
    if ('problem' in one) return unasked(rule, counts.rows, one.problem, one.fix);
    if ('failing' in one) {
      const failing = counts.failing(one);
      const nulls = counts.noted(one);
      return judgeRows(rule, {
        checked: counts.rows,
        failing,
        rows: rows.get(one) ?? [],
        ...(nulls === 0
          ? {}
          : {
              note: `${count(nulls)} with a NULL in it ${nulls === 1 ? 'is' : 'are'} not compared`,
            }),
      });
    }
    return resultOfWhole(rule, one);
  };
  const resultOfWhole = async (rule: Rule, one: BoundRule): Promise<RuleResult> => {
    if (rule.kind === 'rows') {
      const history = context.history.map((version) => version.rows);
      const { broken: isOff, words } = judgeRowCount(rule, counts.rows - quarantined, history);
      return judgeWhole(rule, counts.rows, isOff, words);
    }
    if (rule.kind === 'sql') {
      const seconds = context.sqlSeconds ?? SQL_SECONDS;
      return runCustomSql(
        connection,
        `SELECT ${projection} FROM ${relation}`,
        rule,
        counts.rows,
        seconds,
      );
    }
    if (rule.kind !== 'fresh') throw new Error(`A rule of the kind ${rule.kind} was not counted.`);
    const { broken: isOld, words } = judgeFreshness(rule, counts.newest(one), context.now);
    return judgeWhole(rule, counts.rows, isOld, words);
  };

  const results: RuleResult[] = [...columnResults(contract, compared.differences, counts.rows)];
  for (const one of bound.all) results.push(await resultOf(one));
  const result = concluded(contract.dataset, counts.rows, quarantined, results);
  return {
    result: boundedResult(result, (text) => Buffer.byteLength(text)),
    ...(quarantine === undefined ? {} : { quarantine }),
    projection,
  };
}

/** Names and types of a relation's columns. */
export async function columnsOf(
  connection: DuckDBConnection,
  relation: string,
): Promise<{ name: string; type: string }[]> {
  const answer = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`);
  return answer.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

function projectionOf(
  found: readonly { readonly name: string }[],
  { cast }: ComparedColumns,
): string {
  if (cast.length === 0) return '*';
  const casts = new Map(cast.map((column) => [column.path[0], valueSql(column)]));
  return found
    .map(({ name }) => {
      const value = casts.get(name);
      return value === undefined ? quotedName(name) : `${value} AS ${quotedName(name)}`;
    })
    .join(', ');
}

async function countSetAside(
  connection: DuckDBConnection,
  relation: string,
  { passes }: QuarantineSql,
): Promise<number> {
  const sql = `SELECT count(*) FROM ${relation} WHERE NOT (${passes})`;
  return Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0);
}

export type { Asked };
