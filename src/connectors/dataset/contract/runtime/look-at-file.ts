/**
 * What a file is by its first and last bytes, before it is read as what its name says: a file in UTF-16, JSON under the name of a
 * CSV file, a Parquet file that was cut off. DuckDB reads some of these as something else, without a word.
 * @module
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { InputFormat } from '../../../sql/input-arguments.js';
import type { Unreadable } from '../check-protocol.js';

const FIRST_BYTES = 4_096;
const PARQUET = 'PAR1';

/**
 * What is wrong with the file; undefined when nothing shows.
 * @param format what it is going to be read as
 * @param isEncodingGiven whether somebody has said how its characters are written
 * @example lookAtFile('/data/a.csv', 'csv', false)
 */
export function lookAtFile(
  file: string,
  format: InputFormat,
  isEncodingGiven: boolean,
): Unreadable | undefined {
  const name = basename(file);
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) {
      return { cause: `${name} is empty: it has no byte`, fix: 'write at least its header' };
    }
    const first = Buffer.alloc(Math.min(size, FIRST_BYTES));
    readSync(descriptor, first, 0, first.length, 0);
    const last = Buffer.alloc(Math.min(size, 4));
    readSync(descriptor, last, 0, last.length, size - last.length);
    return format === 'parquet'
      ? lookAtParquet(name, first, last)
      : lookAtText(name, first, format, isEncodingGiven);
  } finally {
    closeSync(descriptor);
  }
}

function lookAtParquet(name: string, first: Buffer, last: Buffer): Unreadable | undefined {
  const begins = first.subarray(0, 4).toString('latin1');
  const ends = last.toString('latin1');
  // PARE: with an encrypted footer, which DuckDB says itself.
  if (begins !== PARQUET && begins !== 'PARE') {
    return {
      cause: `${name} is no Parquet file: it does not begin with ${PARQUET}`,
      fix: 'say what it is: --format csv or --format json',
    };
  }
  if (begins === PARQUET && ends !== PARQUET) {
    return {
      cause: `${name} has no footer, which a Parquet file ends with: it was cut off while it was written or copied`,
      fix: 'write or copy it again',
    };
  }
  return undefined;
}

function lookAtText(
  name: string,
  first: Buffer,
  format: InputFormat,
  isEncodingGiven: boolean,
): Unreadable | undefined {
  if (first.subarray(0, 4).toString('latin1') === PARQUET) {
    return { cause: `${name} is a Parquet file`, fix: 'say --format parquet, or name it .parquet' };
  }
  if (!isEncodingGiven && isUtf16(first)) {
    return {
      cause: `${name} is written in UTF-16`,
      fix:
        format === 'csv'
          ? 'say --encoding utf-16, or save it as UTF-8'
          : 'save it as UTF-8: iconv -f UTF-16 -t UTF-8',
    };
  }
  const text = first
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (format === 'csv' && isJson(text)) {
    return { cause: `${name} holds JSON, and no CSV`, fix: 'say --format json, or name it .json' };
  }
  return undefined;
}

/** By its mark, or by every other byte of the first being 0. */
function isUtf16(first: Buffer): boolean {
  const mark = first.subarray(0, 2).toString('hex');
  if (mark === 'feff' || mark === 'fffe') return true;
  const pairs = Math.min(32, Math.floor(first.length / 2));
  let odd = 0;
  let even = 0;
  for (let at = 0; at < pairs; at += 1) {
    if (first[2 * at] === 0) even += 1;
    if (first[2 * at + 1] === 0) odd += 1;
  }
  return pairs >= 4 && (odd === pairs || even === pairs);
}

/** An object whose first key is in quotes, or a list of such. */
function isJson(text: string): boolean {
  return /^(\[\s*)?\{\s*("|\})/.test(text);
}
