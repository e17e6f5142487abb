/**
 * What differs between columns as results of a contract.
 * @module
 */
import type { ColumnDifference } from './compare-columns.js';
import {
  type Contract,
  pathName,
  type ResultKind,
  type RuleResult,
  type RuleStatus,
  type Severity,
} from './contract.js';
import { statusOf } from './judge-contract.js';

/** Most differences that are told one by one. */
const MOST_TOLD = 50;

/**
 * One result for all columns that are as they should be, else one for each difference; columns that are added are one.
 * @param rows rows of the data
 * @example columnResults(contract, [], 10)[0].words // 'columns: all 5 are as the contract says'
 */
export function columnResults(
  contract: Contract,
  differences: readonly ColumnDifference[],
  rows: number,
): RuleResult[] {
  // One without columns promises nothing about them.
  if (contract.columns.length === 0) return [];
  const added = differences.filter(({ kind }) => kind === 'added');
  const others = differences.filter(({ kind }) => kind !== 'added');
  const results: RuleResult[] = [];
  for (const { kind, path, expected, words, fix } of others.slice(0, MOST_TOLD)) {
    const severity = expected?.severity ?? 'block';
    const resultKind: ResultKind = kind === 'missing' ? 'columns' : 'type';
    const name = `${pathName(path)} ${kind === 'missing' ? 'present' : 'type'}`;
    results.push(
      result(name, resultKind, [pathName(path)], severity, statusFor(severity), rows, words, fix),
    );
  }
  const more = others.slice(MOST_TOLD);
  if (more.length > 0) {
    const severities = more.map(({ expected }) => expected?.severity ?? 'block');
    const severity = severities.some((one) => one !== 'warn') ? 'block' : 'warn';
    const words = `${more.length} more columns are missing or of another type`;
    results.push(result('more columns', 'columns', [], severity, statusFor(severity), rows, words));
  }
  if (added.length > 0 && contract.extraColumns !== 'allow') {
    const names = added.map(({ path }) => pathName(path));
    const words =
      added.length === 1
        ? (added[0]?.words ?? '')
        : `${added.length} columns are not in the contract: ${shown(names)}`;
    const severity = contract.extraColumns;
    results.push(
      result(
        'extra columns',
        'extraColumns',
        names.slice(0, 16),
        severity,
        statusFor(severity),
        rows,
        words,
        added[0]?.fix,
      ),
    );
  }
  if (others.length > 0) return results;
  const told = contract.columns.filter(({ path }) => path.length === 1).length;
  const words = `columns: ${told === 1 ? 'the one is' : `all ${told} are`} as the contract says`;
  return [result('columns', 'columns', [], 'block', 'OK', rows, words), ...results];
}

function statusFor(severity: Severity): RuleStatus {
  return statusOf(severity, 'columns');
}

function result(
  rule: string,
  kind: ResultKind,
  columns: readonly string[],
  severity: Severity,
  status: RuleStatus,
  checked: number,
  words: string,
  fix?: string,
): RuleResult {
  return {
    rule,
    kind,
    columns,
    severity,
    status,
    checked,
    failing: 0,
    rows: [],
    words,
    ...(fix === undefined ? {} : { fix }),
  };
}

function shown(names: readonly string[]): string {
  const first = names
    .slice(0, 8)
    .map((name) => `"${name.slice(0, 40).replaceAll(/\p{Cc}/gu, '\ufffd')}"`);
  return `${first.join(', ')}${names.length > 8 ? ' …' : ''}`;
}
