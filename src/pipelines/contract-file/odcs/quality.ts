/**
 * Quality rules of ODCS: its library of metrics, and SQL that answers with one value.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import { isObject } from '../../../asl/json.js';
import { quotedName } from '../../../datasets/column-type.js';
import { quotedText } from '../../../datasets/contract-sql.js';
import type { ValuePath } from '../../source-file.js';
import type { WrittenRule, WrittenScalar, WrittenSeverity } from '../contract-shape.js';
import { type Left, leftOver, textOf } from './left-over.js';

const OPERATORS: { readonly [name: string]: string } = {
  mustBe: '=',
  mustNotBe: '<>',
  mustBeGreaterThan: '>',
  mustBeGreaterOrEqualTo: '>=',
  mustBeLessThan: '<',
  mustBeLessOrEqualTo: '<=',
};

const KNOWN = new Set([
  'id',
  'name',
  'description',
  'type',
  'metric',
  'rule',
  'arguments',
  'unit',
  'query',
  'severity',
  'validValues',
  'engine',
  'implementation',
  'mustBeBetween',
  'mustNotBeBetween',
  ...Object.keys(OPERATORS),
]);

/** Names of metrics before version 3.1. */
const FORMER: { readonly [name: string]: string } = {
  duplicateCount: 'duplicateValues',
  validValues: 'invalidValues',
  nullCheck: 'nullValues',
  uniqueCheck: 'duplicateValues',
};

/** Rules about a column. */
export function propertyQuality(
  quality: Json | undefined,
  column: string,
  at: ValuePath,
  left: Left,
): WrittenRule[] {
  return each(quality, at, left, (one, path) => {
    const { metric, args } = metricOf(one);
    if (one.type === 'sql') return sqlRule(one, path, column, left);
    const tolerate = toleranceOf(one, path, left);
    if (tolerate === 'none') return undefined;
    switch (metric) {
      case 'nullValues':
        return { column: { column, nullable: false }, ...tolerate };
      case 'duplicateValues':
        return { unique: column, ...tolerate };
      case 'invalidValues': {
        const values = scalars(args.validValues ?? one.validValues);
        if (values.length > 0) return { column: { column, enum: values }, ...tolerate };
        if (typeof args.pattern === 'string') {
          return { column: { column, pattern: args.pattern }, ...tolerate };
        }
        break;
      }
      case 'missingValues': {
        const missing = Array.isArray(args.missingValues) ? args.missingValues : [];
        const texts = missing.filter((value) => typeof value === 'string');
        if (texts.length === 0) return { column: { column, nullable: false }, ...tolerate };
        if ('tolerate' in tolerate && typeof tolerate.tolerate === 'string') break;
        const name = quotedName(column);
        const query = `SELECT * FROM data WHERE ${name} IS NULL OR CAST(${name} AS VARCHAR) IN (${texts.map(quotedText).join(', ')})`;
        const expect = 'tolerate' in tolerate ? Number(tolerate.tolerate) : 0;
        return { sql: { name: `${column} missing`, query, expect } };
      }
    }
    left(path, `the metric "${metric}" of a column is not known in this form`);
    return undefined;
  });
}

/** Rules about the whole. */
export function objectQuality(quality: Json | undefined, at: ValuePath, left: Left): WrittenRule[] {
  return each(quality, at, left, (one, path) => {
    const { metric, args } = metricOf(one);
    if (one.type === 'sql') return sqlRule(one, path, undefined, left);
    if (metric === 'rowCount') {
      const rows = rowsOf(one);
      if (rows !== undefined) return { rows };
    } else if (metric === 'duplicateValues' && Array.isArray(args.properties)) {
      const tolerate = toleranceOf(one, path, left);
      return tolerate === 'none' ? undefined : { unique: args.properties.map(String), ...tolerate };
    }
    left(path, `the metric "${metric}" of an object is not known in this form`);
    return undefined;
  });
}

function each(
  quality: Json | undefined,
  at: ValuePath,
  left: Left,
  take: (one: JsonObject, path: ValuePath) => WrittenRule | undefined,
): WrittenRule[] {
  const rules: WrittenRule[] = [];
  for (const [index, one] of (Array.isArray(quality) ? quality : []).entries()) {
    const path = [...at, index];
    if (!isObject(one)) continue;
    if (one.type === 'text' || one.type === 'custom') {
      const what =
        one.type === 'text' ? 'a sentence for people' : `a rule of ${textOf(one.engine)}`;
      left(path, `it is ${what}, which nobody evaluates here`);
      continue;
    }
    leftOver(one, KNOWN, path, left);
    const rule = take(one, path);
    if (rule === undefined) continue;
    const name = textOf(one.name);
    const severity = severityOf(one, path, left);
    rules.push({
      ...(name === '' ? {} : { name }),
      ...rule,
      ...(severity === undefined ? {} : { severity }),
    });
  }
  return rules;
}

function metricOf(one: JsonObject): { metric: string; args: JsonObject } {
  const told = textOf(one.metric ?? one.rule);
  return { metric: FORMER[told] ?? told, args: isObject(one.arguments) ? one.arguments : {} };
}

function severityOf(one: JsonObject, at: ValuePath, left: Left): WrittenSeverity | undefined {
  const told = textOf(one.severity).toLowerCase();
  if (told === '') return undefined;
  if (/^(error|critical|high|block|blocker|fatal)$/.test(told)) return 'block';
  if (/^(warn|warning|medium|low|info|minor)$/.test(told)) return 'warn';
  left([...at, 'severity'], `${told} is no severity here, so the rule blocks`);
  return 'block';
}

/** Rows that may break a rule, by the operator; 'none' where it asks for something else, which is told. */
function toleranceOf(
  one: JsonObject,
  at: ValuePath,
  left: Left,
): { tolerate?: number | string } | 'none' {
  const isShare = one.unit === 'percent';
  const { mustBe, mustBeLessThan, mustBeLessOrEqualTo } = one;
  const operators = [...Object.keys(OPERATORS), 'mustBeBetween', 'mustNotBeBetween'].filter(
    (name) => one[name] !== undefined,
  );
  if (operators.length === 0 || mustBe === 0) return {};
  if (operators.length === 1 && typeof mustBeLessOrEqualTo === 'number') {
    return { tolerate: isShare ? `${mustBeLessOrEqualTo} %` : mustBeLessOrEqualTo };
  }
  if (operators.length === 1 && typeof mustBeLessThan === 'number') {
    return {
      tolerate: isShare ? `${mustBeLessThan} %` : Math.max(0, Math.ceil(mustBeLessThan) - 1),
    };
  }
  left(at, `${operators.join(' and ')} asks for more than that few rows break it`);
  return 'none';
}

function rowsOf(one: JsonObject): NonNullable<WrittenRule['rows']> | undefined {
  const {
    mustBe,
    mustBeGreaterThan,
    mustBeGreaterOrEqualTo,
    mustBeLessThan,
    mustBeLessOrEqualTo,
    mustBeBetween,
  } = one;
  const rows: NonNullable<WrittenRule['rows']> = {};
  if (typeof mustBe === 'number') return { min: mustBe, max: mustBe };
  if (Array.isArray(mustBeBetween)) {
    const [min, max] = mustBeBetween;
    return typeof min === 'number' && typeof max === 'number' ? { min, max } : undefined;
  }
  if (typeof mustBeGreaterThan === 'number') rows.min = mustBeGreaterThan + 1;
  if (typeof mustBeGreaterOrEqualTo === 'number') rows.min = mustBeGreaterOrEqualTo;
  if (typeof mustBeLessThan === 'number') rows.max = mustBeLessThan - 1;
  if (typeof mustBeLessOrEqualTo === 'number') rows.max = mustBeLessOrEqualTo;
  return Object.keys(rows).length === 0 ? undefined : rows;
}

/** The one value that the query answers with comes back when it is not what it must be. */
function sqlRule(
  one: JsonObject,
  at: ValuePath,
  column: string | undefined,
  left: Left,
): WrittenRule | undefined {
  const query = textOf(one.query)
    .trim()
    .replace(/;$/, '')
    .replaceAll(/\$?\{(?:object|table|model)\}/g, 'data')
    .replaceAll(
      /\$?\{(?:property|column|field)\}/g,
      column === undefined ? '' : quotedName(column),
    );
  const conditions = Object.entries(OPERATORS).flatMap(([name, sign]) =>
    typeof one[name] === 'number' ? [`value ${sign} ${one[name]}`] : [],
  );
  for (const [name, not] of [
    ['mustBeBetween', ''],
    ['mustNotBeBetween', 'NOT '],
  ] as const) {
    const bounds = one[name];
    if (!Array.isArray(bounds) || !bounds.every((bound) => typeof bound === 'number')) continue;
    conditions.push(`value ${not}BETWEEN ${bounds[0]} AND ${bounds[1]}`);
  }
  if (query === '' || conditions.length === 0) {
    left(at, 'there is no query, or it is not said what its value must be');
    return undefined;
  }
  const told = `SELECT * FROM (${query}\n) AS answer(value) WHERE (${conditions.join(' AND ')}) IS NOT TRUE`;
  return { sql: { query: told } };
}

function scalars(values: Json | undefined): WrittenScalar[] {
  return (Array.isArray(values) ? values : []).filter(
    (value): value is WrittenScalar =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
  );
}
