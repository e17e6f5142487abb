/**
 * The shape of a contract file: one schema for its validation and the JSON Schema that editors use.
 * @module
 */
import { z } from 'zod';
import { DURATION_PATTERN } from '../duration.js';

export type WrittenType =
  | string
  | { struct: { [field: string]: WrittenType | WrittenColumn } }
  | { list: WrittenType }
  | { map: { key: WrittenType; value: WrittenType } };

export type WrittenScalar = string | number | boolean;
export type WrittenSeverity = 'block' | 'warn' | 'quarantine';

/** What a column, or a field of a struct, promises. */
export interface WrittenChecks {
  nullable?: boolean | undefined;
  unique?: boolean | undefined;
  enum?: WrittenScalar[] | undefined;
  min?: string | number | undefined;
  max?: string | number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  pattern?: string | undefined;
}

export interface WrittenColumn extends WrittenChecks {
  type?: WrittenType | undefined;
  description?: string | undefined;
  optional?: boolean | undefined;
  severity?: WrittenSeverity | undefined;
}

export interface WrittenRule {
  name?: string | undefined;
  severity?: WrittenSeverity | undefined;
  tolerate?: number | string | undefined;
  column?: ({ column: string } & WrittenChecks) | undefined;
  unique?: string | string[] | undefined;
  references?: { column: string; dataset: string; key: string } | undefined;
  fresh?: { column: string; within: string | number } | undefined;
  rows?:
    | {
        min?: number | undefined;
        max?: number | undefined;
        within?: string | undefined;
        of?: string | undefined;
      }
    | undefined;
  sql?: { name?: string | undefined; query: string; expect?: number | undefined } | undefined;
}

export interface WrittenContract {
  contract: string;
  description?: string | undefined;
  columns?: { [name: string]: string | WrittenColumn } | undefined;
  extraColumns?: 'allow' | 'warn' | 'block' | undefined;
  rules?: WrittenRule[] | undefined;
  severity?: WrittenSeverity | undefined;
}

/** The same where it stands at its dataset. */
export type InlineContract = Omit<WrittenContract, 'contract'>;

/** Bounds: as many rules and columns as one evaluation bears. */
export const MOST_RULES = 1_000;
export const MOST_COLUMNS = 10_000;

/** The kinds of rules in the list. */
export const RULE_KINDS = ['column', 'unique', 'references', 'fresh', 'rows', 'sql'] as const;

/** Names of datasets: words with slashes between them. */
const NAMED = 'expected a name such as parcels/example: letters, digits and . _ -, with / between';
const DATASET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,79}){0,7}$/;

const name = z.string().min(1).max(1_000);
const severity = z.enum(['block', 'warn', 'quarantine']);
const scalar = z.union([z.string().max(10_000), z.number(), z.boolean()]);
const bound = z.union([z.number(), z.string().min(1).max(100)]);
const length = z.int().min(0).max(1_000_000_000);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const type: z.ZodType<WrittenType> = z.lazy(() =>
  z.union([
    z.string().min(1).max(10_000),
    z.strictObject({ struct: z.record(name, z.union([type, column])) }),
    z.strictObject({ list: type }),
    z.strictObject({ map: z.strictObject({ key: type, value: type }) }),
  ]),
);

const checks = {
  nullable: z.boolean().optional().meta({ description: 'false: never NULL. Defaults to true' }),
  unique: z.boolean().optional().meta({ description: 'true: no value occurs twice' }),
  enum: z
    .array(scalar)
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'The values that there are', examples: [['CA', 'NV']] }),
  min: bound.optional().meta({ description: 'Lowest value: a number, a day or a time' }),
  max: bound.optional().meta({ description: 'Highest value' }),
  minLength: length.optional().meta({ description: 'Fewest characters of a text' }),
  maxLength: length.optional().meta({ description: 'Most characters of a text' }),
  pattern: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'Regular expression of RE2', examples: ['^[0-9]{5}$'] }),
};

const column: z.ZodType<WrittenColumn> = z
  .strictObject({
    type: type.optional(),
    description: z.string().max(10_000).optional(),
    optional: z.boolean().optional().meta({ description: 'true: the column may be missing' }),
    severity: severity.optional(),
    ...checks,
  })
  .meta({ id: 'ContractColumn', description: 'What a column promises' });

const rule: z.ZodType<WrittenRule> = z
  .strictObject({
    name: name.optional(),
    severity: severity.optional(),
    tolerate: z
      .union([count, z.string().max(20)])
      .optional()
      .meta({ description: 'Rows that may break it: a number, or a share', examples: ['1 %'] }),
    column: z.strictObject({ column: name, ...checks }).optional(),
    unique: z.union([name, z.array(name).min(1).max(32)]).optional(),
    references: z
      .strictObject({ column: name, dataset: z.string().regex(DATASET, NAMED), key: name })
      .optional(),
    fresh: z
      .strictObject({
        column: name,
        within: z.union([
          z.int().min(0),
          z.string().regex(DURATION_PATTERN, 'expected a length of time, such as 2 days'),
        ]),
      })
      .optional(),
    rows: z
      .strictObject({
        min: count.optional(),
        max: count.optional(),
        within: z.string().max(20).optional(),
        of: z.string().max(20).optional(),
      })
      .optional(),
    sql: z
      .strictObject({
        name: name.optional(),
        query: z.string().min(1).max(100_000),
        expect: count.optional(),
      })
      .optional(),
  })
  .refine((value) => RULE_KINDS.filter((kind) => value[kind] !== undefined).length === 1, {
    message: `a rule is exactly one of ${RULE_KINDS.join(', ')}`,
  })
  .meta({ id: 'ContractRule', description: 'A rule about rows, or about the whole' });

const members = {
  description: z.string().max(10_000).optional(),
  severity: severity
    .optional()
    .meta({ description: 'Of all rules that say none. Defaults to block' }),
  columns: z
    .record(name, z.union([z.string().min(1).max(10_000), column]))
    .refine(
      (all) => Object.keys(all).length <= MOST_COLUMNS,
      `expected at most ${MOST_COLUMNS} columns`,
    )
    .optional(),
  extraColumns: z
    .enum(['allow', 'warn', 'block'])
    .optional()
    .meta({ description: 'Columns that are not named here. Defaults to warn' }),
  rules: z.array(rule).max(MOST_RULES).optional(),
};

/** A contract file. */
export const contractShape: z.ZodType<WrittenContract> = z
  .strictObject({
    contract: z
      .string()
      .regex(DATASET, NAMED)
      .meta({ description: 'The dataset', examples: ['parcels/example'] }),
    ...members,
  })
  .meta({ id: 'Contract', title: 'Millrace contract' });

/** A contract in a pipeline file: the dataset is what it stands at. */
export const inlineContractShape: z.ZodType<InlineContract> = z.strictObject(members).meta({
  id: 'InlineContract',
  description: 'A contract without its name: it stands at its dataset',
});
