/**
 * A contract: what a dataset promises its readers. Columns with their types, and rules; each with what follows when it is broken.
 *
 *     block        the version is not published
 *     warn         it is published, and said
 *     quarantine   rows that break the rule are set aside with the reasons, the others are published
 *
 * What is not about single rows (columns, counts, freshness, custom SQL) cannot be quarantined: under `quarantine` it blocks.
 * @module
 */
import type { ColumnType } from './column-type.js';

export type Severity = 'block' | 'warn' | 'quarantine';

/** Value that a contract compares with: text stands for days, moments and numbers of many digits too. */
export type Scalar = string | number | boolean;

/** A column, or a field of a struct in it: names from the outside in. */
export type ColumnPath = readonly string[];

export interface Column {
  readonly path: ColumnPath;
  /** Undefined: any. */
  readonly type?: ColumnType;
  /** It may be missing. */
  readonly optional: boolean;
  readonly severity: Severity;
}

/** How many failing rows a rule bears: so many, or that share of all (0 to 1). */
export type Tolerance = { readonly rows: number } | { readonly share: number };

/** A rule about each row by itself. */
export type RowCondition =
  | { readonly kind: 'notNull'; readonly column: ColumnPath }
  | { readonly kind: 'enum'; readonly column: ColumnPath; readonly values: readonly Scalar[] }
  | {
      readonly kind: 'range';
      readonly column: ColumnPath;
      readonly min?: Scalar;
      readonly max?: Scalar;
    }
  /** Characters of a text. */
  | {
      readonly kind: 'length';
      readonly column: ColumnPath;
      readonly min?: number;
      readonly max?: number;
    }
  /** Regular expression of RE2, found anywhere in the text: `^` and `$` bind it to its ends. */
  | { readonly kind: 'pattern'; readonly column: ColumnPath; readonly pattern: string };

/** A rule about rows in the light of other rows. */
export type SetCondition =
  /** Rows in which a column of the key is NULL are not compared. */
  | { readonly kind: 'unique'; readonly columns: readonly ColumnPath[] }
  /** NULL refers to nothing and passes. */
  | {
      readonly kind: 'references';
      readonly column: ColumnPath;
      readonly dataset: string;
      readonly key: string;
    };

/** Values of data that was written as text can be read as the type: follows from the columns, and is not written as a rule. */
export type ReadCondition = {
  readonly kind: 'readable';
  readonly column: ColumnPath;
  readonly type: string;
};

/** A rule about the whole. */
export type WholeCondition =
  /** The newest moment in the column is at most so many seconds old. */
  | { readonly kind: 'fresh'; readonly column: ColumnPath; readonly within: number }
  /** Rows to be published, also against the median of the last versions (`within`: a share such as 0.2). */
  | {
      readonly kind: 'rows';
      readonly min?: number;
      readonly max?: number;
      readonly within?: number;
      readonly last: number;
    }
  /** A SELECT over `data`, of which so many rows are expected; beyond that each is offending. */
  | { readonly kind: 'sql'; readonly query: string; readonly expect: number };

export type Condition = RowCondition | SetCondition | ReadCondition | WholeCondition;

export type Rule = Condition & {
  /** Unique in the contract. */
  readonly name: string;
  readonly severity: Severity;
  readonly tolerate?: Tolerance;
};

export type ExtraColumns = 'allow' | 'warn' | 'block';

/** What a dataset promises. */
export interface Contract {
  readonly dataset: string;
  readonly description?: string;
  /** Fields of structs that have promises of their own follow their column. */
  readonly columns: readonly Column[];
  readonly extraColumns: ExtraColumns;
  readonly rules: readonly Rule[];
}

export type RuleStatus = 'OK' | 'WARNING' | 'CRITICAL';

export type ResultKind = Condition['kind'] | 'columns' | 'type' | 'extraColumns';

export type ResultJson =
  | null
  | boolean
  | number
  | string
  | readonly ResultJson[]
  | { readonly [name: string]: ResultJson };

/** What came of one rule. */
export interface RuleResult {
  readonly rule: string;
  readonly kind: ResultKind;
  /** Names of the columns it is about. */
  readonly columns: readonly string[];
  readonly severity: Severity;
  readonly status: RuleStatus;
  /** Rows that were looked at. */
  readonly checked: number;
  /** Rows that break it, tolerated ones too. */
  readonly failing: number;
  /** Some of these rows, at most ten; long values are cut. */
  readonly rows: readonly { readonly [column: string]: ResultJson }[];
  /** What is the matter, for people. */
  readonly words: string;
  /** What to do. */
  readonly fix?: string;
}

/** What came of a contract: plain JSON of at most 256 KiB. */
export interface ContractResult {
  readonly dataset: string;
  /** The worst of its rules. */
  readonly status: RuleStatus;
  /** Whether it may be published; rows in quarantine may not. */
  readonly verdict: 'publish' | 'block';
  /** Rows that were looked at. */
  readonly rows: number;
  /** Of these, rows to be set aside. */
  readonly quarantined: number;
  readonly rules: readonly RuleResult[];
  /** Results of rules, or rows of theirs, that found no room. */
  readonly leftOff?: { readonly rules: number; readonly rows: number };
}

/**
 * Other datasets in which a contract looks things up.
 * @example referencesOf({ ...contract, rules: [] }) // []
 */
export function referencesOf({ rules }: Pick<Contract, 'rules'>): string[] {
  const named = rules.flatMap((rule) => (rule.kind === 'references' ? [rule.dataset] : []));
  return [...new Set(named)];
}

/**
 * The name of a column, or of a field in it.
 * @example pathName(['owner', 'name']) // 'owner.name'
 */
export function pathName(path: ColumnPath): string {
  return path.join('.');
}
