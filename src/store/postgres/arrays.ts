/**
 * Many values of one column as one value: an array of PostgreSQL, in its binary form. So a text goes as its bytes are: nothing is
 * quoted, and nothing needs to be.
 *
 *     dimensions │ has it NULL? │ type │ length │ 1 │ then for each value: its bytes' count (-1: NULL), its bytes
 *
 * (`array_recv` in PostgreSQL's src/backend/utils/adt/arrayfuncs.c.)
 * @module
 */
import type { SqlValue } from '../driver.js';

/** The types that our columns have, by the names that the catalogue gives them. */
export type ElementType = 'int8' | 'text' | 'bytea';

/** One value that holds many. */
export interface SqlArray {
  readonly type: ElementType;
  readonly elements: readonly SqlValue[];
}

/** Numbers of the types (pg_type.dat). */
const NUMBERS: { readonly [Type in ElementType]: number } = { bytea: 17, int8: 20, text: 25 };
const HEAD = 20;

export function isElementType(name: string): name is ElementType {
  return name in NUMBERS;
}

export function isSqlArray(value: SqlValue | SqlArray): value is SqlArray {
  return value !== null && typeof value === 'object' && 'elements' in value;
}

/** Whether a value goes into an array as exactly what it would be alone. Others are left to the server to judge, alone. */
export function fits(value: SqlValue, type: ElementType): boolean {
  if (value === null) return true;
  switch (type) {
    case 'int8':
      return typeof value === 'number' && Number.isSafeInteger(value);
    case 'text':
      return typeof value === 'string';
    case 'bytea':
      return value instanceof Uint8Array;
  }
}

/** The bytes of an array whose values all fit its type. @example arrayBytes({ type: 'int8', elements: [1, null] }) */
export function arrayBytes({ type, elements }: SqlArray): Buffer {
  const encoded = elements.map((value) => (value === null ? null : bytesOf(value, type)));
  const size = encoded.reduce((sum, one) => sum + 4 + (one?.length ?? 0), HEAD);
  const all = Buffer.allocUnsafe(size);
  all.writeInt32BE(1, 0);
  all.writeInt32BE(encoded.includes(null) ? 1 : 0, 4);
  all.writeInt32BE(NUMBERS[type], 8);
  all.writeInt32BE(elements.length, 12);
  all.writeInt32BE(1, 16);
  let at = HEAD;
  for (const one of encoded) {
    at = all.writeInt32BE(one?.length ?? -1, at);
    if (one !== null) at += one.copy(all, at);
  }
  return all;
}

function bytesOf(value: NonNullable<SqlValue>, type: ElementType): Buffer {
  if (type === 'int8') {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(BigInt(value as number));
    return bytes;
  }
  if (typeof value === 'string') return Buffer.from(value);
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}
