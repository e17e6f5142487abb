/**
 * A contract as a file.
 *
 *     contract: parcels/example
 *     columns:
 *       parcel_id: { type: bigint, nullable: false, unique: true }
 *       zip: { type: varchar, pattern: "^[0-9]{5}$", severity: quarantine }
 *     rules:
 *       - unique: [county, parcel_id]
 *       - rows: { min: 1, within: "±20 %", of: last 7 }
 *
 * @module
 */
import { z } from 'zod';
import { isObject } from '../../asl/json.js';
import type { Contract } from '../../datasets/contract.js';
import type { Problem } from '../problem.js';
import { checked, type FileKind } from '../schema-problems.js';
import { problemAt, readSource, type SourceFile, type ValuePath } from '../source-file.js';
import { builtContract, type Report } from './build-contract.js';
import { contractShape, RULE_KINDS, type WrittenContract } from './contract-shape.js';

const CHECKS = ['nullable', 'unique', 'enum', 'min', 'max', 'minLength', 'maxLength', 'pattern'];

const KIND: FileKind = {
  name: 'contract',
  begin: 'contract: parcels/example',
  fields: (path) => {
    const [section, , kind] = path;
    if (path.length === 0) {
      return ['contract', 'description', 'columns', 'extraColumns', 'rules', 'severity'];
    }
    if (section === 'columns' && path.length >= 2) {
      return ['type', 'description', 'optional', 'severity', ...CHECKS];
    }
    if (section !== 'rules' || path.length < 2) return [];
    if (path.length === 2) return [...RULE_KINDS, 'name', 'severity', 'tolerate'];
    return RULE_FIELDS[String(kind)] ?? [];
  },
};

const RULE_FIELDS: { readonly [kind: string]: readonly string[] } = {
  column: ['column', ...CHECKS],
  references: ['column', 'dataset', 'key'],
  fresh: ['column', 'within'],
  rows: ['min', 'max', 'within', 'of'],
  sql: ['name', 'query', 'expect'],
};

/**
 * Reads a contract, all or nothing.
 * @returns none when anything in it is wrong, and everything that is wrong, each at its place
 * @example loadContract('a.contract.yaml', 'contract: parcels').contract?.dataset // 'parcels'
 */
export function loadContract(
  file: string,
  text: string,
): { contract?: Contract; problems: Problem[] } {
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  const read = source === undefined ? undefined : contractIn(source, problems);
  if (read === undefined || problems.length > 0) return { problems };
  return { contract: read.contract, problems };
}

/**
 * Reads a contract out of a file that was read. Problems are added to the list.
 * @returns what is written and what it means; undefined when anything in it is wrong
 */
export function contractIn(
  source: SourceFile,
  problems: Problem[],
): { written: WrittenContract; contract: Contract } | undefined {
  if (isObject(source.value) && 'apiVersion' in source.value && 'kind' in source.value) {
    const message = 'this is a data contract of ODCS, and no contract file of Millrace';
    const fix = `take it over: millrace contract import ${source.file}`;
    problems.push(problemAt(source, ['apiVersion'], 'MILL1701', message, { mark: 'key', fix }));
    return undefined;
  }
  const found: Problem[] = [];
  const sections = checked(contractShape, source, KIND, found);
  if (found.length === 0 && sections.contract !== undefined) {
    const written = { ...sections, contract: sections.contract };
    const contract = builtContract(written, reportAt(source, [], found));
    if (found.length === 0) return { written, contract };
  }
  problems.push(...found);
  return undefined;
}

/** Tells problems of a contract that stands at a path of a file. */
export function reportAt(source: SourceFile, at: ValuePath, problems: Problem[]): Report {
  return (path, message, fix) => {
    const details = fix === undefined ? {} : { fix };
    problems.push(problemAt(source, [...at, ...path], 'MILL1701', message, details));
  };
}

/** JSON Schema of contract files, for editors. */
export function contractSchema(): z.core.JSONSchema.BaseSchema {
  const generated = z.toJSONSchema(contractShape, { target: 'draft-7', io: 'input' });
  return { ...generated, $id: 'https://millrace.dev/schema/contract.json' };
}
