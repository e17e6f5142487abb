/**
 * Data as it comes: files that are cut off, written otherwise than their names say, or strange inside. Each through
 * `millrace contract check`, with a sentence that says what is wrong and one that says what to do.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, millrace } from '../cli/millrace.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-bad-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONTRACT = 'contract: towns\ncolumns: { id: bigint, name: varchar, area: double }\n';
const HEADER = 'id,name,area\n';
const ROWS = Array.from({ length: 40 }, (_, n) => `${n},Town ${n},${n}.5\n`).join('');

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

function check(files: string[], contract: string, ...flags: string[]): Promise<Ended> {
  const file = `${files[0]}.contract.yaml`;
  write(file, contract);
  return millrace(['contract', 'check', ...files, '--contract', file, ...flags], { cwd: folder });
}

let parquet: Buffer;

beforeAll(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const path = join(folder, 'sound.parquet');
  await connection.run(
    `COPY (SELECT range AS id, 'Town ' || range AS name, range / 2 AS area FROM range(1000)) TO '${path}'`,
  );
  connection.closeSync();
  parquet = (await import('node:fs')).readFileSync(path);
});

interface Case {
  readonly what: string;
  readonly name: string;
  readonly content: () => string | Buffer;
  readonly says: string;
  readonly fix: string;
  readonly contract?: string;
}

const UNREADABLE: readonly Case[] = [
  {
    what: 'a CSV file that was cut off in a row',
    name: 'cut.csv',
    content: () => `${HEADER}${ROWS}41,To`,
    says: 'in line 42 there are 2 fields, and the others have 3',
    fix: 'write or copy the file again',
  },
  {
    what: 'a CSV file that was cut off in quotes',
    name: 'quotes.csv',
    content: () => `${HEADER}${ROWS}41,"Town with`,
    says: 'a quote is opened and never closed',
    fix: 'write or copy the file again',
  },
  {
    what: 'Latin-1 inside of UTF-8',
    name: 'latin.csv',
    content: () =>
      Buffer.concat([
        Buffer.from(`${HEADER}${ROWS}41,Mürren,1\n`),
        Buffer.from('42,Zürich,2\n', 'latin1'),
      ]),
    says: 'not written in UTF-8 throughout',
    fix: '--encoding latin-1',
  },
  {
    what: 'a CSV file in UTF-16',
    name: 'wide.csv',
    content: () => Buffer.from(`\uFEFF${HEADER}${ROWS}`, 'utf16le'),
    says: 'wide.csv is written in UTF-16',
    fix: '--encoding utf-16',
  },
  {
    what: 'JSON under the name of a CSV file',
    name: 'objects.csv',
    content: () => '[{"id": 1, "name": "a", "area": 1.5}]',
    says: 'objects.csv holds JSON, and no CSV',
    fix: '--format json',
  },
  {
    what: 'a header with one name twice',
    name: 'twice.csv',
    content: () => `id,name,name\n1,a,b\n2,c,d\n`,
    says: 'the header names the column "name" twice',
    fix: 'a name of its own',
  },
  {
    what: 'names that differ in capital letters alone',
    name: 'case.csv',
    content: () => `id,name,Name\n1,a,b\n2,c,d\n`,
    says: '"name" and "Name", which differ in capital letters alone',
    fix: 'a name of its own',
  },
  {
    what: 'an empty file',
    name: 'empty.csv',
    content: () => '',
    says: 'empty.csv is empty: it has no byte',
    fix: 'write at least its header',
  },
  {
    what: 'a Parquet file without its end',
    name: 'cut.parquet',
    content: () => parquet.subarray(0, parquet.length - 40),
    says: 'has no footer',
    fix: 'write or copy it again',
  },
  {
    what: 'a Parquet file with a broken footer',
    name: 'broken.parquet',
    content: () => {
      const broken = Buffer.from(parquet);
      broken.fill(0xff, broken.length - 200, broken.length - 8);
      return broken;
    },
    says: 'its footer, which says where everything is, cannot be read',
    fix: 'write or copy it again',
  },
  {
    what: 'CSV under the name of a Parquet file',
    name: 'text.parquet',
    content: () => HEADER + ROWS,
    says: 'text.parquet is no Parquet file',
    fix: '--format csv',
  },
  {
    what: 'a Parquet file under the name of a CSV file',
    name: 'parquet.csv',
    content: () => parquet,
    says: 'parquet.csv is a Parquet file',
    fix: '--format parquet',
  },
  {
    what: 'JSON that was cut off',
    name: 'cut.json',
    content: () => '[{"id": 1, "name": "a", "area": 1.5}, {"id": 2, "na',
    says: 'the file is no JSON',
    fix: 'one object a line',
  },
];

describe.concurrent('data that cannot be read', () => {
  test.each(UNREADABLE)('$what', async ({ name, content, says, fix, contract }) => {
    const { code, stderr, stdout } = await check([write(name, content())], contract ?? CONTRACT);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
    expect(stderr).toContain(fix);
    expect(code).toBe(10);
  });
});

interface Odd {
  readonly what: string;
  readonly name: string;
  readonly content: () => string | Buffer;
  readonly contract: string;
  readonly code: number;
  readonly says: readonly string[];
  readonly flags?: readonly string[];
}

const times = Array.from({ length: 1_000 }, (_, n) => n);

const ODD: readonly Odd[] = [
  {
    what: 'the wrong delimiter',
    name: 'pipes.csv',
    content: () => (HEADER + ROWS).replaceAll(',', '|'),
    contract: CONTRACT,
    code: 10,
    says: ['there is one column, "id|name|area"', '--delimiter "|"'],
    flags: ['--delimiter', ','],
  },
  {
    what: 'UTF-16 that somebody has named',
    name: 'named-wide.csv',
    content: () => Buffer.from(`\uFEFF${HEADER}${ROWS}`, 'utf16le'),
    contract: CONTRACT,
    code: 0,
    says: ['towns: OK, may be published (40 rows)'],
    flags: ['--encoding', 'utf-16'],
  },
  {
    what: 'Latin-1 that somebody has named',
    name: 'named-latin.csv',
    content: () => Buffer.from(`${HEADER}1,Zürich,2\n2,Mürren,3\n`, 'latin1'),
    contract:
      'contract: towns\ncolumns: { id: bigint, area: double, name: { type: varchar, enum: [Zürich, Mürren] } }\n',
    code: 0,
    says: ['may be published (2 rows)'],
    flags: ['--encoding', 'latin-1'],
  },
  {
    what: 'a header and no row',
    name: 'none.csv',
    content: () => HEADER,
    contract: `${CONTRACT}rules: [{ rows: { min: 1 } }]`,
    code: 10,
    says: ['there are 0 rows, fewer than 1', 'all 3 are as the contract says'],
  },
  {
    what: '10,000 columns',
    name: 'broad.csv',
    content: () =>
      [0, 1]
        .map((row) => Array.from({ length: 10_000 }, (_, n) => (row === 0 ? `c${n}` : n)).join(','))
        .join('\n'),
    contract: 'contract: broad\ncolumns: { c9999: { type: bigint, min: 10000 } }\n',
    code: 10,
    says: [
      '9999 columns are not in the contract',
      '"c9999" is at least 10000: 1 of 1 row does not keep it',
      '{"c9999":"9999","c0":',
    ],
  },
  {
    what: 'times in mixed zones',
    name: 'zones.csv',
    content: () =>
      'at\n2026-01-01 00:00:00+02\n2026-01-01 00:00:00-05:00\n2026-01-01T00:00:00Z\n2026-01-01 00:00:00\n31.12.2026\n',
    contract: 'contract: zones\ncolumns: { at: { type: timestamptz, min: "2026-01-01" } }\n',
    code: 10,
    says: [
      '"at" reads as TIMESTAMP WITH TIME ZONE: 1 of 5 rows does not keep it',
      '{"at":"31.12.2026"}',
      'at least 2026-01-01: 1 of 5 rows does not',
      '{"at":"2026-01-01 00:00:00+02"}',
    ],
  },
  {
    what: 'names of columns with quotes, line breaks, signs and SQL in them',
    name: 'names.csv',
    content: () => `"a ""b""","two\nlines",🏔,"x; DROP TABLE y; --"\n1,1,1,1\n2,2,,2\n`,
    contract: `contract: names\ncolumns: ${JSON.stringify({ 'a "b"': { type: 'bigint', unique: true }, 'two\nlines': { type: 'int', max: 1 }, '🏔': { type: 'int', nullable: false }, 'x; DROP TABLE y; --': { type: 'int', min: 2 } })}\n`,
    code: 10,
    says: [
      '"a "b"" is unique: holds for 2 rows',
      'is at most 1: 1 of 2 rows does not',
      '"🏔" is never NULL: 1 of 2',
      '"x; DROP TABLE y; --" is at least 2: 1 of 2',
    ],
  },
  {
    what: 'values that are no number, and infinite ones',
    name: 'floats.csv',
    content: () => 'n\nNaN\nInfinity\n-inf\n1\n',
    contract: 'contract: floats\ncolumns: { n: { type: double, min: 0 } }\n',
    code: 10,
    says: ['"n" reads as DOUBLE: holds for 4 rows', 'is at least 0: 3 of 4 rows do not keep it'],
  },
  {
    what: 'NULLs in keys and references',
    name: 'nulls.csv',
    content: () => 'k,r\n,\n,\n1,a\n',
    contract:
      'contract: nulls\ncolumns: { k: int, r: varchar }\nrules: [{ unique: k }, { references: { column: r, dataset: names, key: name } }]\n',
    code: 0,
    says: [
      '"k" is unique: holds for 3 rows; 2 rows with a NULL in it are not compared',
      '"r" is a "name" of names: holds for 3 rows; 2 rows with a NULL',
    ],
    flags: ['--reference', 'names=reference.csv'],
  },
  {
    what: 'an expression that other engines never come back from',
    name: 'evil.csv',
    content: () => `t\n${'a'.repeat(50_000)}b\n`,
    contract: 'contract: evil\ncolumns: { t: { type: varchar, pattern: "^(a|aa)+$" } }\n',
    code: 10,
    says: ['matches ^(a|aa)+$: 1 of 1 row does not'],
  },
  {
    what: '1,000 rules',
    name: 'many.csv',
    content: () => 'n\n5\n',
    contract: `contract: many\ncolumns: { n: bigint }\nrules:\n${times.map((n) => `  - { name: r${n}, column: { column: n, max: ${n} } }`).join('\n')}\n`,
    code: 10,
    says: [
      'at most 4: 1 of 1 row does not keep it [r4: blocks]',
      '"n" is at most 999: holds for 1 row',
    ],
  },
];

describe.concurrent('data that is odd', () => {
  beforeAll(() => {
    write('reference.csv', 'name\na\nb\n');
  });
  test.each(ODD)(
    '$what',
    async ({ name, content, contract, code, says, flags = [] }) => {
      const ended = await check([write(name, content())], contract, ...flags);
      for (const sentence of says) expect(ended.stdout + ended.stderr).toContain(sentence);
      expect(ended.code).toBe(code);
    },
    120_000,
  );
});

describe.concurrent('contracts that do not hold', () => {
  test.each([
    ['names a column twice', 'contract: a\ncolumns:\n  n: int\n  n: bigint\n', 'MILL1005'],
    [
      'names a type that does not exist',
      'contract: a\ncolumns:\n  n: strng\n',
      '"strng" is no type',
    ],
    [
      'asks RE2 for what it does not have',
      'contract: a\ncolumns: { n: { pattern: "a(?!b)" } }\n',
      'no lookahead',
    ],
  ])('one that %s', async (_what, contract, says) => {
    const { code, stderr } = await check([write(`${_what.length}.csv`, 'n\n1\n')], contract);
    expect(stderr).toContain(says);
    expect(code).toBe(3);
  });

  test('names files that are not there', async () => {
    const { code, stderr } = await check(['nowhere.csv'], CONTRACT);
    expect(stderr).toContain('nowhere.csv is no file.');
    expect(code).toBe(5);
  });
});
