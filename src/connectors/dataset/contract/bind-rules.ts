/**
 * From rules to SQL over the columns that are there; rules that cannot be asked say why.
 *
 * Whether DuckDB takes a condition is tried on no rows, so that one wrong pattern or value costs its own rule and no other.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { isMoment, isShortWhole, quotedName, typeText } from '../../../datasets/column-type.js';
import type { ComparedColumns } from '../../../datasets/compare-columns.js';
import {
  type ColumnPath,
  type Contract,
  pathName,
  type RowCondition,
  type Rule,
} from '../../../datasets/contract.js';
import {
  type BoundColumn,
  canAsk,
  danglingSql,
  failingSql,
  repeatedKeySql,
  scalarSql,
  unreadableSql,
  valueSql,
} from '../../../datasets/contract-sql.js';

/** Conditions in one statement. */
const TOGETHER = 200;

interface Problem {
  readonly problem: string;
  readonly fix?: string;
}

/** A rule about rows, ready to be counted. */
export interface Asked {
  readonly rule: Rule;
  /** True for rows that break it. */
  readonly failing: string;
  /** Counted by an aggregate of its own over these values. */
  readonly key?: readonly string[];
  /** The key is one whole number of at most 64 bits. */
  readonly isWholeKey?: true;
  /** Counted in the one pass, by what lies in another relation. */
  readonly reference?: { readonly value: string; readonly key: string; readonly relation: string };
  /** True for rows that are not compared. */
  readonly noted?: string;
}

export type BoundRule =
  | Asked
  | ({ readonly rule: Rule } & Problem)
  | { readonly rule: Rule; readonly newest?: BoundColumn };

export interface BoundRules {
  readonly all: readonly BoundRule[];
  readonly asked: readonly Asked[];
}

/** @param references quoted names of relations, by the names of datasets */
export async function bindRules(
  connection: DuckDBConnection,
  relation: string,
  contract: Contract,
  compared: ComparedColumns,
  references: { readonly [dataset: string]: string },
): Promise<BoundRules> {
  const casts = compared.cast.map((column): Asked => {
    const { path, type, expected } = column;
    const name = `${pathName(path)} type`;
    const { severity } = expected;
    return {
      rule: { kind: 'readable', column: path, type: typeText(type), name, severity },
      failing: unreadableSql(column),
    };
  });
  const rules = contract.rules.map((rule) => bind(rule, relation, compared, references));
  const tried: BoundRule[] = [];
  const whole = rules.flatMap((one) => ('failing' in one ? [one] : []));
  const isTaken = await takes(connection, relation, whole, compared);
  for (const one of rules) {
    const problem =
      isTaken || !('failing' in one)
        ? undefined
        : await problemOf(connection, relation, one, compared);
    tried.push(problem === undefined ? one : { rule: one.rule, ...problem });
  }
  const all = [...casts, ...tried];
  return { all, asked: all.flatMap((one) => ('failing' in one ? [one] : [])) };
}

function bind(
  rule: Rule,
  relation: string,
  compared: ComparedColumns,
  references: { readonly [dataset: string]: string },
): BoundRule {
  switch (rule.kind) {
    case 'rows':
    case 'sql':
      return { rule };
    case 'readable':
      return { rule, problem: 'the rule is made where data is read' };
    case 'fresh': {
      const column = compared.bound(rule.column);
      if (column === undefined) return { rule, ...isMissing(rule.column) };
      if (isMoment(column.type)) return { rule, newest: column };
      return {
        rule,
        ...unfit(column, 'it is no day or time', 'give the column the type date or timestamp'),
      };
    }
    case 'unique': {
      const columns = rule.columns.map((path) => compared.bound(path));
      const missing = rule.columns.find((_path, at) => columns[at] === undefined);
      if (missing !== undefined) return { rule, ...isMissing(missing) };
      const key = columns.flatMap((column) => (column === undefined ? [] : [valueSql(column)]));
      const noted = key.map((value) => `${value} IS NULL`).join(' OR ');
      const isWholeKey = columns.length === 1 && columns[0] && isShortWhole(columns[0].type);
      const failing = repeatedKeySql(relation, key);
      return { rule, failing, key, noted, ...(isWholeKey ? { isWholeKey } : {}) };
    }
    case 'references': {
      const column = compared.bound(rule.column);
      if (column === undefined) return { rule, ...isMissing(rule.column) };
      const other = Object.hasOwn(references, rule.dataset) ? references[rule.dataset] : undefined;
      if (other === undefined) {
        return {
          rule,
          problem: `there is no data of the dataset ${rule.dataset}`,
          fix: `publish a version of ${rule.dataset} first; on the command line: --reference ${rule.dataset}=FILE`,
        };
      }
      const reference = { value: valueSql(column), key: quotedName(rule.key), relation: other };
      const { value, key } = reference;
      return {
        rule,
        reference,
        failing: danglingSql(value, key, other),
        noted: `${value} IS NULL`,
      };
    }
    default:
      return bindRow(rule, compared);
  }
}

function bindRow(rule: Rule & RowCondition, compared: ComparedColumns): BoundRule {
  const column = compared.bound(rule.column);
  if (column === undefined) return { rule, ...isMissing(rule.column) };
  if (canAsk(rule, column.type)) return { rule, failing: failingSql(rule, column) };
  return {
    rule,
    ...unfit(column, `${rule.kind} cannot be asked of it`, 'change the type or the rule'),
  };
}

function isMissing(path: ColumnPath): Problem {
  return {
    problem: `the column "${pathName(path)}" is missing, or of another type than the contract says`,
    fix: 'see what is said about the columns',
  };
}

function unfit({ path, type }: BoundColumn, why: string, fix: string): Problem {
  return { problem: `"${pathName(path)}" is ${typeText(type)}: ${why}`, fix };
}

/** Whether DuckDB takes all of them: asked together, because it nearly always does. */
async function takes(
  connection: DuckDBConnection,
  relation: string,
  rules: readonly Asked[],
  compared: ComparedColumns,
): Promise<boolean> {
  const literals = rules.flatMap(({ rule }) => literalsOf(rule, compared));
  try {
    for (let at = 0; at < rules.length; at += TOGETHER) {
      const conditions = rules.slice(at, at + TOGETHER).map(({ failing }) => failing);
      await tryOn(connection, relation, conditions.join(', '));
    }
    for (let at = 0; at < literals.length; at += TOGETHER) {
      await connection.run(`SELECT ${literals.slice(at, at + TOGETHER).join(', ')}`);
    }
    return true;
  } catch {
    return false;
  }
}

async function tryOn(
  connection: DuckDBConnection,
  relation: string,
  failing: string,
): Promise<void> {
  await connection.run(`SELECT ${failing} FROM (SELECT * FROM ${relation} LIMIT 0)`);
}

/** What DuckDB says against a rule; undefined when it takes it. */
async function problemOf(
  connection: DuckDBConnection,
  relation: string,
  { rule, failing }: Asked,
  compared: ComparedColumns,
): Promise<Problem | undefined> {
  try {
    for (const literal of literalsOf(rule, compared)) await connection.run(`SELECT ${literal}`);
    await tryOn(connection, relation, failing);
    return undefined;
  } catch (error) {
    const said = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
    return { problem: said, fix: FIXES[rule.kind] ?? 'change the rule' };
  }
}

const FIXES: { readonly [kind in Rule['kind']]?: string } = {
  pattern:
    'write the pattern as RE2 reads it (https://github.com/google/re2/wiki/Syntax): it has no lookahead, no lookbehind and no backreferences',
  enum: 'write values of the type of the column',
  range: 'write bounds of the type of the column',
  references: 'see that the other dataset has the key, and of a type that compares with the column',
};

function literalsOf(rule: Rule, compared: ComparedColumns): string[] {
  if (rule.kind !== 'enum' && rule.kind !== 'range') return [];
  const column = compared.bound(rule.column);
  if (column === undefined) return [];
  const values = rule.kind === 'enum' ? rule.values : [rule.min, rule.max];
  return values.flatMap((value) => (value === undefined ? [] : [scalarSql(value, column.type)]));
}
