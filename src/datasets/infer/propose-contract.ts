/**
 * Proposes what a dataset promises, from what is true of the data at hand.
 *
 * What no row contradicts is proposed, and how sure that is, is said: of n rows without an exception, with 95 % fewer than 3 / n of
 * rows like these would be one (the rule of three: Hanley and Lippman-Hand, JAMA 249, 1983). Bounds of ranges are no such
 * promise: they are rounded outwards, and people decide.
 * @module
 */
import { type ColumnType, foundType, isNumeric, isText, typeText } from '../column-type.js';

/** What was counted of a column. */
export interface ColumnProfile {
  readonly name: string;
  /** As DuckDB tells it. */
  readonly type: string;
  readonly nulls: number;
  /** Values that are not NULL occur once each; undefined: not looked at. */
  readonly isUnique?: boolean;
  /** All values, where they are few. */
  readonly values?: readonly string[];
  /** Lowest and highest number. */
  readonly lowest?: number;
  readonly highest?: number;
  /** Fewest and most characters. */
  readonly shortest?: number;
  readonly longest?: number;
  /** Values that match each of `FORMS`, in its order. */
  readonly matching?: readonly number[];
}

export interface DataProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

/** One thing that is proposed of a column. */
export interface Proposal {
  readonly column: string;
  readonly promise: 'type' | 'nullable' | 'unique' | 'enum' | 'range' | 'pattern';
  /** `seen`: no row contradicts it; `guess`: it goes beyond what was seen. */
  readonly sure: 'seen' | 'guess';
  readonly words: string;
}

export interface ProposedColumn {
  readonly type: string;
  readonly nullable?: false;
  readonly unique?: true;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

export interface ProposedContract {
  readonly columns: { readonly [name: string]: ProposedColumn };
  readonly proposals: readonly Proposal[];
}

/** Forms of text that are looked for, the narrowest first: RE2. */
export const FORMS: readonly { readonly name: string; readonly pattern: string }[] = [
  {
    name: 'UUID',
    pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  },
  { name: 'e-mail address', pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$' },
  { name: 'web address', pattern: '^https?://[^\\s]+$' },
  { name: 'IPv4 address', pattern: '^[0-9]{1,3}(\\.[0-9]{1,3}){3}$' },
  { name: 'telephone number', pattern: '^\\+[1-9][0-9]{6,14}$' },
  { name: 'ISO date', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
  { name: 'digits', pattern: '^[0-9]+$' },
  { name: 'capital letters', pattern: '^[A-Z]+$' },
];

/** Forms whose length means something where it is always the same. */
const SIZED = ['digits', 'capital letters'];

/** Rows below which nothing but types is proposed: too few to have seen an exception. */
export const FEWEST_ROWS = 20;
/** Values that an enumeration may have, and how often each must occur on average. */
export const MOST_VALUES = 12;
const OFTEN = 5;

/**
 * @example proposeContract({ rows: 0, columns: [] }).columns // {}
 */
export function proposeContract({ rows, columns }: DataProfile): ProposedContract {
  const proposed: { [name: string]: ProposedColumn } = {};
  const proposals: Proposal[] = [];
  for (const column of columns) {
    const told = proposeColumn(column, rows);
    proposed[column.name] = told.column;
    proposals.push(...told.proposals);
  }
  return { columns: proposed, proposals };
}

function proposeColumn(
  profile: ColumnProfile,
  rows: number,
): { column: ProposedColumn; proposals: Proposal[] } {
  const type = foundType(profile.type);
  const known = rows - profile.nulls;
  const proposals: Proposal[] = [];
  const add = (promise: Proposal['promise'], sure: Proposal['sure'], words: string): void => {
    proposals.push({ column: profile.name, promise, sure, words });
  };
  let column: ProposedColumn = { type: writtenType(type) };
  if (known === 0) {
    add('type', 'guess', 'it has no value, so its type is a guess');
    return { column, proposals };
  }
  if (rows < FEWEST_ROWS) {
    add('type', 'guess', `${rows} rows are too few to propose more than a type`);
    return { column, proposals };
  }
  if (profile.nulls === 0) {
    column = { ...column, nullable: false };
    add('nullable', 'seen', `never NULL in ${rows} rows: ${exceptions(rows)}`);
  }
  if (profile.isUnique === true) {
    column = { ...column, unique: true };
    add('unique', 'seen', `no value occurs twice in ${known} rows`);
  }
  const { values } = profile;
  if (values !== undefined && values.length > 0 && known >= values.length * OFTEN) {
    column = { ...column, enum: values };
    add('enum', 'seen', `${values.length} values in ${known} rows: ${exceptions(known)}`);
    return { column, proposals };
  }
  const { lowest, highest } = profile;
  if (
    isNumeric(type) &&
    lowest !== undefined &&
    highest !== undefined &&
    profile.isUnique !== true
  ) {
    const [min, max] = [lower(lowest), upper(highest)];
    column = { ...column, min, max };
    add(
      'range',
      'guess',
      `between ${lowest} and ${highest} so far; ${min} to ${max} is rounded outwards`,
    );
  }
  const pattern = isText(type) ? patternOf(profile, known) : undefined;
  if (pattern !== undefined) {
    column = { ...column, pattern: pattern.pattern };
    add('pattern', 'seen', `${known} of ${known} values: ${pattern.name}; ${exceptions(known)}`);
  }
  return { column, proposals };
}

function patternOf(
  { matching, shortest, longest }: ColumnProfile,
  known: number,
): { name: string; pattern: string } | undefined {
  const form = FORMS.find((_one, index) => matching?.[index] === known);
  if (form === undefined || !SIZED.includes(form.name) || shortest !== longest) return form;
  // Digits and letters of one length are a code.
  return {
    name: `${longest} ${form.name}`,
    pattern: form.pattern.replace(/\+\$$/, `{${longest}}$`),
  };
}

function exceptions(rows: number): string {
  const percent = Number((300 / rows).toPrecision(2));
  return `at 95 %, fewer than ${percent} % of such rows break it`;
}

/** A power of ten beyond the value; 0 where nothing is below it. */
function lower(value: number): number {
  return value >= 0 ? 0 : -upper(-value);
}

function upper(value: number): number {
  if (value <= 0) return 0;
  return 10 ** Math.ceil(Math.log10(value) - 1e-9);
}

/** A type as people write it; one that contracts cannot name is text. */
function writtenType(type: ColumnType): string {
  return type.kind === 'other' ? 'varchar' : typeText(type).toLowerCase();
}
