/**
 * From counts to results: status by severity, verdict, words.
 * @module
 */
import {
  type ContractResult,
  pathName,
  type ResultKind,
  type Rule,
  type RuleResult,
  type RuleStatus,
  type Severity,
  type Tolerance,
} from './contract.js';
import { age } from './judge-freshness.js';

/** What was counted of a rule, or why it could not be asked. */
export interface Counted {
  readonly checked: number;
  readonly failing: number;
  readonly rows?: RuleResult['rows'];
  /** Told beside the count. */
  readonly note?: string;
}

/** Rules whose failing rows can be named and so be set aside. */
const OF_ROWS: ReadonlySet<ResultKind> = new Set([
  'notNull',
  'enum',
  'range',
  'length',
  'pattern',
  'unique',
  'references',
  'readable',
]);

/**
 * Whether rows that break the rule can be set aside.
 * @example quarantines('unique') // true
 */
export function quarantines(kind: ResultKind): boolean {
  return OF_ROWS.has(kind);
}

/**
 * The status of a rule that is broken. What cannot be set aside blocks.
 * @example statusOf('quarantine', 'rows') // 'CRITICAL'
 */
export function statusOf(severity: Severity, kind: ResultKind): RuleStatus {
  if (severity === 'warn') return 'WARNING';
  return severity === 'quarantine' && quarantines(kind) ? 'WARNING' : 'CRITICAL';
}

/** Rows beyond those that are tolerated. */
export function isBroken(
  tolerate: Tolerance | undefined,
  { checked, failing }: { readonly checked: number; readonly failing: number },
): boolean {
  if (tolerate === undefined) return failing > 0;
  const most = 'rows' in tolerate ? tolerate.rows : tolerate.share * checked;
  return failing > most;
}

/**
 * The result of a rule whose failing rows were counted.
 * @example judgeRows(rule, { checked: 10, failing: 0 }).status // 'OK'
 */
export function judgeRows(rule: Rule, counted: Counted): RuleResult {
  const { checked, failing, rows = [], note } = counted;
  const broken = isBroken(rule.tolerate, counted);
  const beside = note === undefined ? '' : `; ${note}`;
  const words = `${rowsWords(rule, checked, failing)}${toleranceWords(rule, failing, broken)}${beside}`;
  return {
    ...identity(rule),
    status: broken ? statusOf(rule.severity, rule.kind) : 'OK',
    checked,
    failing,
    rows: failing > 0 ? rows : [],
    words,
  };
}

/**
 * The result of a rule that could not be asked: it counts as broken, because nobody knows that it is kept. Rows cannot be told
 * apart, so it blocks under `quarantine` too.
 */
export function unasked(rule: Rule, checked: number, words: string, fix?: string): RuleResult {
  return {
    ...identity(rule),
    status: rule.severity === 'warn' ? 'WARNING' : 'CRITICAL',
    checked,
    failing: 0,
    rows: [],
    words: `not checked: ${words}`,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** The result of a rule about the whole. */
export function judgeWhole(
  rule: Rule,
  checked: number,
  broken: boolean,
  words: string,
): RuleResult {
  return {
    ...identity(rule),
    status: broken ? statusOf(rule.severity, rule.kind) : 'OK',
    checked,
    failing: 0,
    rows: [],
    words,
  };
}

function identity(rule: Rule): Pick<RuleResult, 'rule' | 'kind' | 'columns' | 'severity'> {
  return { rule: rule.name, kind: rule.kind, columns: columnsOf(rule), severity: rule.severity };
}

/** Names of the columns that a rule is about. */
export function columnsOf(rule: Rule): string[] {
  if (rule.kind === 'unique') return rule.columns.map(pathName);
  if (rule.kind === 'rows' || rule.kind === 'sql') return [];
  return [pathName(rule.column)];
}

function rowsWords(rule: Rule, checked: number, failing: number): string {
  const what = promise(rule);
  if (checked === 0) return `${what}: there are no rows`;
  if (failing === 0) return `${what}: holds for ${count(checked)}`;
  return `${what}: ${number(failing)} of ${count(checked)} ${failing === 1 ? 'does' : 'do'} not keep it`;
}

function toleranceWords(rule: Rule, failing: number, broken: boolean): string {
  if (rule.tolerate === undefined || failing === 0) return '';
  const most =
    'rows' in rule.tolerate
      ? count(rule.tolerate.rows)
      : `${Number((rule.tolerate.share * 100).toPrecision(6))} %`;
  return broken ? `, more than ${most}` : `, which is tolerated up to ${most}`;
}

/** What a rule promises, in words. */
export function promise(rule: Rule): string {
  switch (rule.kind) {
    case 'notNull':
      return `"${pathName(rule.column)}" is never NULL`;
    case 'enum':
      return `"${pathName(rule.column)}" is one of ${list(rule.values.map((one) => JSON.stringify(one)))}`;
    case 'range':
      return `"${pathName(rule.column)}" is ${between(rule.min, rule.max)}`;
    case 'length':
      return `the length of "${pathName(rule.column)}" is ${between(rule.min, rule.max)}`;
    case 'pattern':
      return `"${pathName(rule.column)}" matches ${cut(rule.pattern)}`;
    case 'unique':
      return `${list(rule.columns.map((one) => `"${pathName(one)}"`))} ${rule.columns.length === 1 ? 'is' : 'are together'} unique`;
    case 'references':
      return `"${pathName(rule.column)}" is a "${rule.key}" of ${rule.dataset}`;
    case 'readable':
      return `"${pathName(rule.column)}" reads as ${rule.type}`;
    case 'fresh':
      return `"${pathName(rule.column)}" is at most ${age(rule.within)} old, at its newest`;
    case 'rows':
      return rowsPromise(rule);
    case 'sql':
      return `at most ${count(rule.expect)} from ${cut(rule.query.replaceAll(/\s+/g, ' '))}`;
  }
}

function rowsPromise(rule: Extract<Rule, { kind: 'rows' }>): string {
  const { min, max, within, last } = rule;
  const bounds = min === undefined && max === undefined ? [] : [`rows are ${between(min, max)}`];
  const band =
    within === undefined
      ? []
      : [`within ± ${Number((within * 100).toPrecision(6))} % of the last ${last} versions`];
  return [...bounds, ...band].join(', ');
}

function between(min: unknown, max: unknown): string {
  if (min === undefined) return `at most ${max}`;
  if (max === undefined) return `at least ${min}`;
  return `between ${min} and ${max}`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(cut);
  return names.length > 8 ? `${shown.join(', ')} and ${names.length - 8} more` : shown.join(', ');
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** `1 row`, `1,000 rows`. */
export function count(rows: number): string {
  return `${number(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

/** A whole number with commas, whatever the language of the machine. */
export function number(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
}

const WORST: readonly RuleStatus[] = ['OK', 'WARNING', 'CRITICAL'];

/**
 * The result of a contract from those of its rules. It blocks when a rule does, and when nothing would be left to publish.
 * @example concluded('parcels', 10, 0, []).verdict // 'publish'
 */
export function concluded(
  dataset: string,
  rows: number,
  quarantined: number,
  rules: readonly RuleResult[],
): ContractResult {
  const all: RuleResult[] = [...rules];
  if (quarantined > 0 && quarantined === rows) {
    all.push({
      rule: 'rows to publish',
      kind: 'rows',
      columns: [],
      severity: 'block',
      status: 'CRITICAL',
      checked: rows,
      failing: quarantined,
      rows: [],
      words: 'every row would be set aside, and nothing would be left to publish',
      fix: 'look at the rules that quarantine: one of them, or the data as a whole, is wrong',
    });
  }
  const worst = Math.max(0, ...all.map(({ status }) => WORST.indexOf(status)));
  return {
    dataset,
    status: WORST[worst] ?? 'OK',
    verdict: all.some(({ status }) => status === 'CRITICAL') ? 'block' : 'publish',
    rows,
    quarantined,
    rules: all,
  };
}
