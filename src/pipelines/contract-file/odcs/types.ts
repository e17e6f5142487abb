/**
 * Types of ODCS: what a store calls it where DuckDB knows the name, else what it is logically.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { isObject } from '../../../asl/json.js';
import { parseType } from '../../../datasets/column-type.js';
import type { ValuePath } from '../../source-file.js';
import type { WrittenColumn, WrittenType } from '../contract-shape.js';
import { type Left, leftOver, textOf } from './left-over.js';

const LOGICAL: { readonly [name: string]: string } = {
  string: 'varchar',
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  time: 'time',
};

const TEXT_WITH_LENGTH = /^(?:n?var)?char(?:acter)?(?: varying)?2? ?\( ?(\d{1,9}) ?\)$/i;

/** Fields of a property in a property: what else it promises is not asked of parts. */
const NESTED = new Set([
  'id',
  'name',
  'logicalType',
  'physicalType',
  'required',
  'properties',
  'items',
  'map',
]);

interface ReadType {
  readonly type?: WrittenType;
  readonly maxLength?: number;
}

/**
 * @returns no type where the property says none that is known
 * @example typeOfProperty({ physicalType: 'varchar(18)' }, [], left) // { type: 'varchar', maxLength: 18 }
 */
export function typeOfProperty(property: JsonObject, at: ValuePath, left: Left): ReadType {
  const logical = textOf(property.logicalType);
  const nested = nestedType(property, logical, at, left);
  if (nested !== undefined) return { type: nested };
  const physical = textOf(property.physicalType).trim();
  const [, length] = TEXT_WITH_LENGTH.exec(physical) ?? [];
  if (length !== undefined) return { type: 'varchar', maxLength: Number(length) };
  if (physical !== '') {
    const type = parseType(physical.replace(/^number\b/i, 'decimal'));
    if (!('problem' in type))
      return { type: physical.replace(/^number\b/i, 'decimal').toLowerCase() };
    left(
      [...at, 'physicalType'],
      `${physical} is no type here; ${logical === '' ? 'the column has none' : `it is what ${logical} is`}`,
    );
  }
  if (logical === '') return {};
  const options = isObject(property.logicalTypeOptions) ? property.logicalTypeOptions : {};
  if (logical === 'timestamp' && options.timezone === true) return { type: 'timestamptz' };
  const type = LOGICAL[logical];
  if (type !== undefined) return { type };
  left([...at, 'logicalType'], `${logical} is no type here`);
  return {};
}

function nestedType(
  property: JsonObject,
  logical: string,
  at: ValuePath,
  left: Left,
): WrittenType | undefined {
  if (logical === 'array' && isObject(property.items)) {
    leftOver(property.items, NESTED, [...at, 'items'], left);
    const { type } = typeOfProperty(property.items, [...at, 'items'], left);
    return type === undefined ? undefined : { list: type };
  }
  if (logical === 'map' && isObject(property.map)) {
    const { key, value } = property.map;
    const keys = isObject(key) ? typeOfProperty(key, [...at, 'map', 'key'], left).type : undefined;
    const values = isObject(value)
      ? typeOfProperty(value, [...at, 'map', 'value'], left).type
      : undefined;
    return keys === undefined || values === undefined
      ? undefined
      : { map: { key: keys, value: values } };
  }
  if (logical !== 'object' || !Array.isArray(property.properties)) return undefined;
  const fields: { [name: string]: WrittenType | WrittenColumn } = {};
  for (const [index, field] of property.properties.entries()) {
    if (!isObject(field)) continue;
    leftOver(field, NESTED, [...at, 'properties', index], left);
    const { type } = typeOfProperty(field, [...at, 'properties', index], left);
    if (type === undefined) continue;
    fields[textOf(field.name)] = field.required === true ? { type, nullable: false } : type;
  }
  return Object.keys(fields).length === 0 ? undefined : { struct: fields };
}
