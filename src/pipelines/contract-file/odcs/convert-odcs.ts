/**
 * Data contracts of the Open Data Contract Standard (ODCS v3, https://bitol-io.github.io/open-data-contract-standard/) as contracts:
 * one for each object of its schema. Whatever a contract cannot say is told at its place, so nobody takes a promise for kept that
 * is not checked.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import { isObject } from '../../../asl/json.js';
import type { Problem } from '../../problem.js';
import { problemAt, readSource, type ValuePath } from '../../source-file.js';
import type { WrittenColumn, WrittenContract, WrittenRule } from '../contract-shape.js';
import { type Left, leftOver, textOf } from './left-over.js';
import { objectQuality, propertyQuality } from './quality.js';
import { typeOfProperty } from './types.js';

export interface ConvertedOdcs {
  /** One for each object; empty when the file is none of ODCS. */
  readonly contracts: readonly WrittenContract[];
  /** Errors where it is no such file, warnings of all that was not taken. */
  readonly problems: readonly Problem[];
}

const TOP = new Set(['apiVersion', 'kind', 'schema', 'description', 'slaProperties']);
const OBJECT = new Set([
  'name',
  'physicalName',
  'logicalType',
  'physicalType',
  'description',
  'properties',
  'quality',
  'id',
]);
const PROPERTY = new Set([
  'name',
  'id',
  'description',
  'logicalType',
  'physicalType',
  'logicalTypeOptions',
  'required',
  'unique',
  'primaryKey',
  'primaryKeyPosition',
  'properties',
  'items',
  'map',
  'enum',
  'quality',
  'relationships',
]);

/**
 * @param file name for messages
 * @example convertOdcs('orders.odcs.yaml', text).contracts[0]?.contract
 */
export function convertOdcs(file: string, text: string): ConvertedOdcs {
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  if (source === undefined) return { contracts: [], problems };
  const wrong = (path: ValuePath, message: string, fix: string): ConvertedOdcs => {
    problems.push(problemAt(source, path, 'MILL1701', message, { fix }));
    return { contracts: [], problems };
  };
  const { value } = source;
  if (!isObject(value) || value.kind !== 'DataContract') {
    return wrong(
      ['kind'],
      'this is no data contract of ODCS: it has no kind: DataContract',
      'name a file of ODCS, version 3',
    );
  }
  if (!/^v3\./.test(String(value.apiVersion))) {
    return wrong(
      ['apiVersion'],
      `the version ${textOf(value.apiVersion)} of ODCS is not read: v3.0 to v3.2 are`,
      'bring it to version 3 first',
    );
  }
  const objects = Array.isArray(value.schema) ? value.schema : [];
  if (objects.length === 0) return wrong(['schema'], 'there is no object in the schema', 'add one');
  const left: Left = (path, why) => {
    const name = String(path.findLast((step) => typeof step === 'string') ?? '');
    problems.push(
      problemAt(source, path, 'MILL1702', `"${name}" is not taken over: ${why}`, {
        severity: 'warning',
        mark: 'key',
      }),
    );
  };
  leftOver(value, TOP, [], left);
  if (isObject(value.description))
    leftOver(value.description, new Set(['purpose']), ['description'], left);
  const contracts = objects.flatMap((object, index) =>
    isObject(object) ? [contractOf(object, ['schema', index], value, left)] : [],
  );
  takeFreshness(value, objects, contracts, left);
  return { contracts, problems };
}

function contractOf(
  object: JsonObject,
  at: ValuePath,
  whole: JsonObject,
  left: Left,
): WrittenContract {
  leftOver(object, OBJECT, at, left);
  const name = textOf(object.physicalName ?? object.name);
  const columns: { [name: string]: WrittenColumn } = {};
  const rules: WrittenRule[] = [];
  const keys: { name: string; position: number }[] = [];
  const properties = Array.isArray(object.properties) ? object.properties : [];
  for (const [index, property] of properties.entries()) {
    if (!isObject(property)) continue;
    const path = [...at, 'properties', index];
    const column = textOf(property.name);
    columns[column] = columnOf(property, path, left);
    rules.push(...rulesOf(property, column, path, left));
    if (property.primaryKey === true) {
      keys.push({ name: column, position: Number(property.primaryKeyPosition ?? index) });
    }
  }
  takeKey(keys, columns, rules);
  rules.push(...objectQuality(object.quality, [...at, 'quality'], left));
  const description = object.description ?? purposeOf(whole);
  return {
    contract: datasetName(name),
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    columns,
    ...(rules.length === 0 ? {} : { rules }),
  };
}

/** No part of a primary key is NULL, and its parts together are unique. */
function takeKey(
  keys: { name: string; position: number }[],
  columns: { [name: string]: WrittenColumn },
  rules: WrittenRule[],
): void {
  const names = keys.toSorted((a, b) => a.position - b.position).map(({ name }) => name);
  for (const name of names) columns[name] = { ...columns[name], nullable: false };
  const [first] = names;
  if (names.length === 1 && first !== undefined)
    columns[first] = { ...columns[first], unique: true };
  else if (names.length > 1) rules.push({ unique: names });
}

function columnOf(property: JsonObject, at: ValuePath, left: Left): WrittenColumn {
  leftOver(property, PROPERTY, at, left);
  const { type, maxLength } = typeOfProperty(property, at, left);
  const values = Array.isArray(property.enum)
    ? property.enum.flatMap((one) => {
        const value = isObject(one) ? one.value : one;
        return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
          ? [value]
          : [];
      })
    : [];
  return {
    ...(type === undefined ? {} : { type }),
    ...(typeof property.description === 'string' ? { description: property.description } : {}),
    ...(property.required === true ? { nullable: false } : {}),
    ...(property.unique === true ? { unique: true } : {}),
    ...(values.length === 0 ? {} : { enum: values }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...optionsOf(property, [...at, 'logicalTypeOptions'], left),
  };
}

/** Bounds that a contract knows too. */
function optionsOf(property: JsonObject, at: ValuePath, left: Left): WrittenColumn {
  const options = isObject(property.logicalTypeOptions) ? property.logicalTypeOptions : {};
  const column: WrittenColumn = {};
  for (const [name, value] of Object.entries(options)) {
    const isWhole = property.logicalType === 'integer' && typeof value === 'number';
    const isBound = typeof value === 'number' || typeof value === 'string';
    if (name === 'minimum' && isBound) column.min = value;
    else if (name === 'maximum' && isBound) column.max = value;
    else if (name === 'exclusiveMinimum' && isWhole) column.min = value + 1;
    else if (name === 'exclusiveMaximum' && isWhole) column.max = value - 1;
    else if (name === 'minLength' && typeof value === 'number') column.minLength = value;
    else if (name === 'maxLength' && typeof value === 'number') column.maxLength = value;
    else if (name === 'pattern' && typeof value === 'string') column.pattern = value;
    else if (name === 'timezone' || (name === 'format' && property.logicalType !== 'string')) {
      if (name === 'format')
        left([...at, name], 'how values are written is said where they are read');
    } else left([...at, name], 'a contract has no word for it; write a rule of the kind sql');
  }
  return column;
}

function rulesOf(property: JsonObject, column: string, at: ValuePath, left: Left): WrittenRule[] {
  const rules = propertyQuality(property.quality, column, [...at, 'quality'], left);
  const relationships = Array.isArray(property.relationships) ? property.relationships : [];
  for (const [index, one] of relationships.entries()) {
    const path = [...at, 'relationships', index];
    const to =
      isObject(one) && typeof one.to === 'string' ? /^([^./]+)\.([^./]+)$/.exec(one.to) : null;
    if (to === null) {
      left(path, 'only a relationship to OBJECT.PROPERTY is');
      continue;
    }
    const [, dataset = '', key = ''] = to;
    rules.push({ references: { column, dataset: datasetName(dataset), key } });
  }
  return rules;
}

/** Latency of an element is how old its newest value may be. */
function takeFreshness(
  whole: JsonObject,
  objects: readonly Json[],
  contracts: readonly WrittenContract[],
  left: Left,
): void {
  const agreements = Array.isArray(whole.slaProperties) ? whole.slaProperties : [];
  for (const [index, one] of agreements.entries()) {
    const at = ['slaProperties', index];
    if (!isObject(one)) continue;
    const property = textOf(one.property).toLowerCase();
    const within = `${textOf(one.value)} ${textOf(one.unit)}`;
    const [, object, column] = /^(?:([^.,]+)\.)?([^.,]+)$/.exec(textOf(one.element)) ?? [];
    const known = /^\d{1,9} (s|m|h|d|w|min|hours?|days?|weeks?|minutes?|seconds?)$/.test(within);
    const to =
      object === undefined && contracts.length === 1
        ? contracts[0]
        : contracts[
            objects.findIndex(
              (each) => isObject(each) && (each.name === object || each.physicalName === object),
            )
          ];
    if (
      !/^(latency|ly|freshness)$/.test(property) ||
      !known ||
      column === undefined ||
      to === undefined
    ) {
      left(
        [...at, 'property'],
        `the agreement "${property}" is about the service, or names no column and length of time`,
      );
      continue;
    }
    to.rules = [...(to.rules ?? []), { fresh: { column: column.trim(), within } }];
  }
}

function purposeOf({ description }: JsonObject): Json | undefined {
  return isObject(description) ? description.purpose : description;
}

/** A name of a dataset, with what it may not hold replaced. */
function datasetName(name: string): string {
  const clean = name
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80);
  return clean === '' ? 'dataset' : clean;
}
