/**
 * From what a contract file says to a contract: types read, names given, and what makes no sense refused at its place.
 * @module
 */
import {
  type ColumnType,
  isMoment,
  isNumeric,
  isText,
  parseType,
  typeText,
} from '../../datasets/column-type.js';
import {
  type Column,
  type ColumnPath,
  type Condition,
  type Contract,
  pathName,
  type Rule,
  type Severity,
  type Tolerance,
} from '../../datasets/contract.js';
import { parseDuration } from '../duration.js';
import type { ValuePath } from '../source-file.js';
import type {
  WrittenChecks,
  WrittenColumn,
  WrittenContract,
  WrittenRule,
  WrittenType,
} from './contract-shape.js';

/** Takes what is wrong, with its place. */
export type Report = (path: ValuePath, message: string, fix?: string) => void;

/** A condition with what its rule is called when it says no name, and where it stands. */
interface Told {
  readonly condition: Condition;
  readonly name: string;
  /** Somebody chose the name, so it is not changed. */
  readonly isNamed?: boolean;
  readonly at: ValuePath;
}

const LAST = 7;
const SHARE = /^(?:±|\+-|\+\/-)? ?(\d{1,4}(?:\.\d{1,6})?) ?%$/;
const OF_LAST = /^last (\d{1,3})$/;
/** Of RE2 nobody can have these: they are what makes other expressions slow. */
const NOT_RE2 = /\(\?(?:[=!]|<[=!])|\\[1-9]/;

/**
 * @param written has passed its schema
 * @returns a contract that holds only when nothing was reported
 */
export function builtContract(written: WrittenContract, report: Report): Contract {
  const severity = written.severity ?? 'block';
  const columns: Column[] = [];
  const rules: Rule[] = [];
  const names = new Set<string>();
  const add = (told: Told, own: Severity, tolerate?: Tolerance): void => {
    let { name } = told;
    if (names.has(name) && told.isNamed === true) {
      report(told.at, `there are two rules of the name "${name}"`, 'give one of them another name');
    }
    for (let number = 2; names.has(name); number += 1) name = `${told.name} ${number}`;
    names.add(name);
    rules.push({
      ...told.condition,
      name,
      severity: own,
      ...(tolerate === undefined ? {} : { tolerate }),
    });
  };
  for (const [name, told] of Object.entries(written.columns ?? {})) {
    const column = typeof told === 'string' ? { type: told } : told;
    takeColumn([name], column, ['columns', name], severity, report, columns, add);
  }
  const types = new Map(columns.map(({ path, type }) => [JSON.stringify(path), type]));
  for (const [index, rule] of (written.rules ?? []).entries()) {
    takeRule(rule, ['rules', index], severity, types, report, add);
  }
  return {
    dataset: written.contract,
    ...(written.description === undefined ? {} : { description: written.description }),
    columns,
    extraColumns: written.extraColumns ?? 'warn',
    rules,
  };
}

function takeColumn(
  path: ColumnPath,
  written: WrittenColumn,
  at: ValuePath,
  outer: Severity,
  report: Report,
  columns: Column[],
  add: (told: Told, severity: Severity) => void,
): void {
  const severity = written.severity ?? outer;
  const type =
    written.type === undefined ? undefined : typeOf(written.type, [...at, 'type'], report);
  columns.push({
    path,
    ...(type === undefined ? {} : { type }),
    optional: written.optional === true,
    severity,
  });
  for (const told of checksOf(path, written, at, type, report)) add(told, severity);
  if (typeof written.type !== 'object' || !('struct' in written.type)) return;
  for (const [name, field] of Object.entries(written.type.struct)) {
    if (!isColumn(field)) continue;
    const inside = [...at, 'type', 'struct', name];
    takeColumn([...path, name], field, inside, severity, report, columns, add);
  }
}

/** A field is a type, or a column with a type and more. */
function isColumn(field: WrittenType | WrittenColumn): field is WrittenColumn {
  return typeof field === 'object' && !('struct' in field || 'list' in field || 'map' in field);
}

/** Undefined when it is none: then that was reported. */
function typeOf(
  written: WrittenType | WrittenColumn,
  at: ValuePath,
  report: Report,
): ColumnType | undefined {
  if (typeof written === 'string') {
    const type = parseType(written);
    if (!('problem' in type)) return type;
    report(
      at,
      type.problem,
      'write a type of DuckDB, such as bigint, double, varchar, decimal(10,2), date, timestamp or varchar[]',
    );
    return undefined;
  }
  if ('struct' in written) {
    const fields = Object.entries(written.struct).flatMap(([name, field]) => {
      const type = typeOf(field, [...at, 'struct', name], report);
      return type === undefined ? [] : [{ name, type }];
    });
    if (fields.length === 0) report(at, 'a struct has at least one field');
    return { kind: 'struct', fields };
  }
  if ('list' in written) {
    const of = typeOf(written.list, [...at, 'list'], report);
    return of === undefined ? undefined : { kind: 'list', of };
  }
  if ('map' in written) {
    const key = typeOf(written.map.key, [...at, 'map', 'key'], report);
    const value = typeOf(written.map.value, [...at, 'map', 'value'], report);
    return key === undefined || value === undefined ? undefined : { kind: 'map', key, value };
  }
  if (written.type === undefined) {
    report(at, 'a field of a struct has a type', 'add its type');
    return undefined;
  }
  return typeOf(written.type, [...at, 'type'], report);
}

function checksOf(
  column: ColumnPath,
  written: WrittenChecks,
  at: ValuePath,
  type: ColumnType | undefined,
  report: Report,
): Told[] {
  const told: Told[] = [];
  const add = (condition: Condition, word: string, field: string): void => {
    told.push({ condition, name: `${pathName(column)} ${word}`, at: [...at, field] });
  };
  const { min, max, minLength, maxLength, pattern } = written;
  if (written.nullable === false) add({ kind: 'notNull', column }, 'not null', 'nullable');
  if (written.unique === true) add({ kind: 'unique', columns: [column] }, 'unique', 'unique');
  if (written.enum !== undefined) {
    for (const [index, value] of written.enum.entries()) {
      checkValue(value, type, [...at, 'enum', index], report);
    }
    add({ kind: 'enum', column, values: written.enum }, 'enum', 'enum');
  }
  if (min !== undefined || max !== undefined) {
    if (min !== undefined) checkValue(min, type, [...at, 'min'], report);
    if (max !== undefined) checkValue(max, type, [...at, 'max'], report);
    if (typeof min === 'number' && typeof max === 'number' && min > max) {
      report([...at, 'min'], `${min} is more than the max ${max}`, 'exchange them');
    }
    add(
      { kind: 'range', column, ...given({ min, max }) },
      'range',
      min === undefined ? 'max' : 'min',
    );
  }
  if (minLength !== undefined || maxLength !== undefined) {
    const field = minLength === undefined ? 'maxLength' : 'minLength';
    if (type !== undefined && !isText(type)) {
      report(
        [...at, field],
        `only text has a length, and the type is ${typeText(type)}`,
        'remove it',
      );
    }
    const { min: least, max: most } = { min: minLength, max: maxLength };
    add({ kind: 'length', column, ...given({ min: least, max: most }) }, 'length', field);
  }
  if (pattern !== undefined) {
    const [found] = NOT_RE2.exec(pattern) ?? [];
    if (found !== undefined) {
      report(
        [...at, 'pattern'],
        `"${found}" is not in RE2, which reads patterns here: it has no lookahead, no lookbehind and no backreferences`,
        'write what the text is like, or use a rule of the kind sql',
      );
    }
    if (type !== undefined && !isText(type)) {
      report(
        [...at, 'pattern'],
        `only text matches a pattern, and the type is ${typeText(type)}`,
        'give the column the type varchar',
      );
    }
    add({ kind: 'pattern', column, pattern }, 'pattern', 'pattern');
  }
  return told;
}

/** Only what is there, for optional members that are never undefined. */
function given<Value>(bounds: { min: Value | undefined; max: Value | undefined }): {
  min?: Value;
  max?: Value;
} {
  return {
    ...(bounds.min === undefined ? {} : { min: bounds.min }),
    ...(bounds.max === undefined ? {} : { max: bounds.max }),
  };
}

function checkValue(
  value: string | number | boolean,
  type: ColumnType | undefined,
  at: ValuePath,
  report: Report,
): void {
  if (type === undefined) return;
  const told = JSON.stringify(value);
  if (
    isNumeric(type) &&
    (typeof value === 'boolean' || !/^[+-]?(\d|\.\d|inf|nan)/i.test(String(value)))
  ) {
    report(at, `${told} is no number, and the type is ${typeText(type)}`, 'write a number');
  } else if (isText(type) && typeof value !== 'string') {
    report(at, `${told} is no text, and the type is VARCHAR`, `write it in quotes: "${value}"`);
  } else if (isMoment(type) && !/^\d{4,6}-\d\d-\d\d/.test(String(value))) {
    report(
      at,
      `${told} is no day or time, and the type is ${typeText(type)}`,
      'write it as 2026-01-31, or with a time behind it',
    );
  }
}

function takeRule(
  written: WrittenRule,
  at: ValuePath,
  outer: Severity,
  types: ReadonlyMap<string, ColumnType | undefined>,
  report: Report,
  add: (told: Told, severity: Severity, tolerate?: Tolerance) => void,
): void {
  const severity = written.severity ?? outer;
  const tolerate = toleranceOf(written, at, severity, report);
  const told = toldOf(written, at, types, report);
  for (const [index, one] of told.entries()) {
    const isWhole =
      one.condition.kind === 'rows' ||
      one.condition.kind === 'fresh' ||
      one.condition.kind === 'sql';
    if (isWhole && written.severity === 'quarantine') {
      report(
        [...at, 'severity'],
        `a rule of the kind ${one.condition.kind} is about the whole, so no rows can be set aside`,
        'write block or warn',
      );
    }
    if (isWhole && tolerate !== undefined) {
      report(
        [...at, 'tolerate'],
        `a rule of the kind ${one.condition.kind} is about the whole, so there are no rows to tolerate`,
        one.condition.kind === 'sql' ? 'say how many rows may come back: expect' : 'remove it',
      );
    }
    const name =
      written.name === undefined
        ? one.name
        : `${written.name}${told.length > 1 ? ` ${index + 1}` : ''}`;
    add(
      { ...one, name, isNamed: one.isNamed === true || written.name !== undefined },
      severity,
      tolerate,
    );
  }
}

function toleranceOf(
  { tolerate }: WrittenRule,
  at: ValuePath,
  severity: Severity,
  report: Report,
): Tolerance | undefined {
  if (tolerate === undefined) return undefined;
  if (severity === 'quarantine') {
    report(
      [...at, 'tolerate'],
      'rows that are set aside are not tolerated',
      'remove the one or the other',
    );
  }
  if (typeof tolerate === 'number') return { rows: tolerate };
  const share = shareOf(tolerate);
  if (share === undefined || share > 1)
    report([...at, 'tolerate'], 'expected a number of rows, or a share such as 1 %');
  return { share: share ?? 0 };
}

function shareOf(text: string): number | undefined {
  const [, percent] = SHARE.exec(text.trim()) ?? [];
  return percent === undefined ? undefined : Number(percent) / 100;
}

function toldOf(
  written: WrittenRule,
  at: ValuePath,
  types: ReadonlyMap<string, ColumnType | undefined>,
  report: Report,
): Told[] {
  const { column, unique, references, fresh, rows, sql } = written;
  const pathOf = (name: string): ColumnPath => {
    // A field of a struct is named with points, where no column has that very name.
    const inside = name.split('.');
    return types.has(JSON.stringify([name])) || !types.has(JSON.stringify(inside))
      ? [name]
      : inside;
  };
  if (column !== undefined) {
    const path = pathOf(column.column);
    const told = checksOf(path, column, [...at, 'column'], types.get(JSON.stringify(path)), report);
    if (told.length === 0)
      report(
        [...at, 'column'],
        'the rule promises nothing',
        'add min, max, enum, pattern, unique or nullable: false',
      );
    return told;
  }
  if (unique !== undefined) {
    const names = typeof unique === 'string' ? [unique] : unique;
    if (new Set(names).size < names.length)
      report([...at, 'unique'], 'a column is named twice', 'name it once');
    return [
      {
        condition: { kind: 'unique', columns: names.map(pathOf) },
        name: `${names.join(', ')} unique`,
        at: [...at, 'unique'],
      },
    ];
  }
  if (references !== undefined) {
    const { dataset, key } = references;
    const condition = {
      kind: 'references',
      column: pathOf(references.column),
      dataset,
      key,
    } as const;
    return [{ condition, name: `${references.column} in ${dataset}`, at: [...at, 'references'] }];
  }
  if (fresh !== undefined) {
    const within = parseDuration(fresh.within);
    if (within === undefined)
      report([...at, 'fresh', 'within'], 'expected a length of time, such as 2 days');
    const condition = { kind: 'fresh', column: pathOf(fresh.column), within: within ?? 0 } as const;
    return [{ condition, name: `${fresh.column} fresh`, at: [...at, 'fresh'] }];
  }
  if (rows !== undefined) return [rowsRule(rows, [...at, 'rows'], report)];
  if (sql === undefined) return [];
  const condition = { kind: 'sql', query: sql.query, expect: sql.expect ?? 0 } as const;
  return [
    {
      condition,
      name: sql.name ?? `sql ${Number(at[1] ?? 0) + 1}`,
      at: [...at, 'sql'],
      isNamed: sql.name !== undefined,
    },
  ];
}

function rowsRule(written: NonNullable<WrittenRule['rows']>, at: ValuePath, report: Report): Told {
  const { min, max, within, of } = written;
  const share = within === undefined ? undefined : shareOf(within);
  const [, last] = OF_LAST.exec(of ?? '') ?? [];
  if (within !== undefined && share === undefined)
    report([...at, 'within'], 'expected a share, such as ±20 %');
  if (of !== undefined && (last === undefined || Number(last) < 1))
    report([...at, 'of'], 'expected how many versions, such as last 7');
  if (of !== undefined && within === undefined)
    report([...at, 'of'], 'nothing is compared with these versions', 'add within: ±20 %');
  if (min === undefined && max === undefined && within === undefined)
    report(at, 'the rule promises nothing', 'add min, max or within');
  if (min !== undefined && max !== undefined && min > max)
    report([...at, 'min'], `${min} is more than the max ${max}`, 'exchange them');
  const condition = {
    kind: 'rows',
    ...given({ min, max }),
    ...(share === undefined ? {} : { within: share }),
    last: last === undefined ? LAST : Number(last),
  } as const;
  return { condition, name: 'rows', at };
}
