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
import { problemAt, readSource, type ValuePath } from '../source-file.js';
import { builtContract } from './build-contract.js';
import { contractShape, RULE_KINDS } from './contract-shape.js';

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
  if (source === undefined) return { problems };
  if (isObject(source.value) && 'apiVersion' in source.value && 'kind' in source.value) {
    const message = 'this is a data contract of ODCS, and no contract file of Millrace';
    const fix = `take it over: millrace contract import ${file}`;
    problems.push(problemAt(source, ['apiVersion'], 'MILL1701', message, { mark: 'key', fix }));
    return { problems };
  }
  const written = checked(contractShape, source, KIND, problems);
  if (problems.length > 0 || written.contract === undefined) return { problems };
  const report = (path: ValuePath, message: string, fix?: string): void => {
    problems.push(problemAt(source, path, 'MILL1701', message, fix === undefined ? {} : { fix }));
  };
  const contract = builtContract({ ...written, contract: written.contract }, report);
  return problems.length > 0 ? { problems } : { contract, problems };
}

/** JSON Schema of contract files, for editors. */
export function contractSchema(): z.core.JSONSchema.BaseSchema {
  const generated = z.toJSONSchema(contractShape, { target: 'draft-7', io: 'input' });
  return { ...generated, $id: 'https://millrace.dev/schema/contract.json' };
}
