/**
 * Two versions compared by a real process: what is counted, by which key, and what becomes of values that are hard to compare.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NEVER, RULES, writtenVersions } from '../../../../test/support/written-versions.js';
import type { DiffRules } from '../../../datasets/diff/version-diff.js';
import { runDiff } from './run-diff.js';

const versions = writtenVersions();
const { version, ask, compare } = versions;

const rowsOf = (values: string, names: string): string =>
  `SELECT * FROM (VALUES ${values}) AS t(${names})`;

describe('rows with a key', () => {
  test('are added, removed, changed or the same, and each column tells how often it changed', async () => {
    const diff = await compare(
      rowsOf("(1, 'a', 1.5), (2, 'b', 2.5), (3, 'c', 3.5), (4, 'd', 4.5)", 'id, name, area'),
      rowsOf("(2, 'b', 2.5), (3, 'C', 3.5), (4, 'D', 4.0), (5, 'e', 5.5)", 'id, name, area'),
      { key: ['id'] },
    );
    expect(diff).toEqual({
      schema: {
        ...{ added: [], removed: [], retyped: [], reordered: false },
        counts: { added: 0, removed: 0, retyped: 0 },
      },
      key: { columns: ['id'], by: 'said' },
      rows: { from: 4, to: 4, added: 1, removed: 1, changed: 2, same: 1 },
      compared: 3,
      columns: [
        { name: 'name', changed: 2 },
        { name: 'area', changed: 1 },
      ],
      changedColumns: 2,
      shown: ['id', 'name', 'area'],
      hidden: 0,
      examples: [
        { type: 'changed', from: ['3', 'c', '3.5'], to: ['3', 'C', '3.5'], differs: [1] },
        { type: 'changed', from: ['4', 'd', '4.5'], to: ['4', 'D', '4.0'], differs: [1, 2] },
        { type: 'removed', cells: ['1', 'a', '1.5'], times: 1 },
        { type: 'added', cells: ['5', 'e', '5.5'], times: 1 },
      ],
    });
  });

  test('are told apart by what the contract says, unless a key is said or a column of it is gone', async () => {
    const one = rowsOf("(1, 'a', 5)", 'id, name, n');
    const other = rowsOf("(1, 'b', 5)", 'id, name, n');
    const key = async (rules: Partial<DiffRules>, to = other) =>
      (await compare(one, to, rules)).key;
    expect(await key({ unique: ['id'] })).toEqual({ columns: ['id'], by: 'contract' });
    expect(await key({ unique: ['id'], key: ['n'] })).toEqual({ columns: ['n'], by: 'said' });
    expect(await key({ unique: ['id', 'gone'] })).toEqual({ columns: [], by: 'none' });
    expect(await key({})).toEqual({ columns: [], by: 'none' });
  });

  test.each([[{}], [{ mostWhole: 0 }]])(
    'that is not unique are said, and paired in their order after those that are the same (%j)',
    async (bounds) => {
      const diff = await compare(
        rowsOf("(1, 'a'), (1, 'b'), (1, 'c'), (2, 'x'), (NULL, 'n'), (NULL, 'm')", 'id, v'),
        rowsOf("(1, 'a'), (1, 'B'), (2, 'y'), (2, 'x'), (NULL, 'n')", 'id, v'),
        { key: ['id'] },
        bounds,
      );
      expect(diff.key.repeated).toEqual({ from: { keys: 2, rows: 5 }, to: { keys: 2, rows: 4 } });
      expect(diff.rows).toEqual({ from: 6, to: 5, added: 1, removed: 2, changed: 1, same: 3 });
      expect(diff.examples).toEqual([
        { type: 'changed', from: ['1', 'b'], to: ['1', 'B'], differs: [1] },
        { type: 'removed', cells: ['1', 'c'], times: 1 },
        { type: 'removed', cells: [null, 'm'], times: 1 },
        { type: 'added', cells: ['2', 'y'], times: 1 },
      ]);
    },
  );

  test('may have a key of several columns, of any type, and of NULL', async () => {
    const types = "'2026-01-01 00:00:00+02'::TIMESTAMPTZ AS t, [1, NULL] AS l, {'a': 1} AS s";
    const diff = await compare(
      `SELECT ${types}, NULL::BIGINT AS id, 1 AS v`,
      `SELECT ${types}, NULL::BIGINT AS id, 2 AS v`,
      { key: ['t', 'l', 's', 'id'] },
    );
    expect(diff.rows).toMatchObject({ added: 0, removed: 0, changed: 1, same: 0 });
    expect(diff.examples).toEqual([
      {
        type: 'changed',
        from: ['2025-12-31 22:00:00+00', '[1, NULL]', "{'a': 1}", null, '1'],
        to: ['2025-12-31 22:00:00+00', '[1, NULL]', "{'a': 1}", null, '2'],
        differs: [4],
      },
    ]);
  });

  test('that are nothing but a key are there or not', async () => {
    const diff = await compare('SELECT 1 AS id', rowsOf('(1), (2)', 'id'), { key: ['id'] });
    expect(diff.rows).toEqual({ from: 1, to: 2, added: 1, removed: 0, changed: 0, same: 1 });
  });
});

test.each([[{}], [{ mostWhole: 0 }]])(
  'rows without a key are counted: one that is there twice and once before is one more (%j)',
  async (bounds) => {
    const from = rowsOf("(1, 'a'), (2, 'b'), (2, 'b')", 'id, v');
    const to = rowsOf("(1, 'a'), (1, 'a'), (1, 'a'), (3, NULL)", 'id, v');
    const diff = await compare(from, to, {}, bounds);
    expect(diff.rows).toEqual({ from: 3, to: 4, added: 3, removed: 2, changed: 0, same: 1 });
    expect(diff.examples).toEqual([
      { type: 'removed', cells: ['2', 'b'], times: 2 },
      { type: 'added', cells: ['1', 'a'], times: 2 },
      { type: 'added', cells: ['3', null], times: 1 },
    ]);
    const few = await compare(from, to, { examples: 1 }, bounds);
    expect(few.rows).toEqual(diff.rows);
    expect(few.examples.map(({ type }) => type)).toEqual(['removed', 'added']);
  },
);

describe('values', () => {
  /** Whether one value of each type is the same; types differ on purpose. */
  const VALUES: [string, string, string, 'same' | 'changed'][] = [
    ['NULL and NULL', 'NULL::INTEGER', 'NULL::INTEGER', 'same'],
    ['NULL and a value', 'NULL::INTEGER', '0', 'changed'],
    ['NULL and an empty text', 'NULL::VARCHAR', "''", 'changed'],
    ['not-a-number and itself', "'nan'::DOUBLE", "'nan'::DOUBLE", 'same'],
    ['not-a-number and NULL', "'nan'::DOUBLE", 'NULL::DOUBLE', 'changed'],
    ['infinity and minus infinity', "'inf'::DOUBLE", "'-inf'::DOUBLE", 'changed'],
    ['zero and minus zero', '0.0::DOUBLE', '-0.0::DOUBLE', 'same'],
    ['neighbours beyond 2^53', '9007199254740993', '9007199254740992', 'changed'],
    ['a BIGINT and a DOUBLE', '7::BIGINT', '7::DOUBLE', 'same'],
    ['a BIGINT that no DOUBLE holds', '9007199254740993', '9007199254740992::DOUBLE', 'changed'],
    ['a BIGINT and a DOUBLE beyond it', '7::BIGINT', '1e300::DOUBLE', 'changed'],
    ['a BIGINT and not-a-number', '7::BIGINT', "'nan'::DOUBLE", 'changed'],
    ['an INTEGER and a BIGINT', '7::INTEGER', '7::BIGINT', 'same'],
    ['an INTEGER and a text', '7::INTEGER', "'7'", 'same'],
    [
      'a DECIMAL with more digits behind the point',
      '1.50::DECIMAL(10,2)',
      '1.5::DECIMAL(18,4)',
      'same',
    ],
    [
      'decimals that differ in the last digit',
      '1.50::DECIMAL(38,2)',
      '1.51::DECIMAL(38,2)',
      'changed',
    ],
    [
      'decimals that fit into no common type',
      '12.50::DECIMAL(38,2)',
      '12.5::DECIMAL(38,30)',
      'same',
    ],
    ['a BIGINT and a DECIMAL', '100::BIGINT', '100.00::DECIMAL(10,2)', 'same'],
    ['a DECIMAL and a DOUBLE', '0.1::DECIMAL(10,2)', '0.1::DOUBLE', 'same'],
    ['a FLOAT and a DOUBLE that is near it', '0.1::FLOAT', '0.1::DOUBLE', 'changed'],
    [
      'one moment in two zones',
      "'2026-01-01 02:00:00+02'::TIMESTAMPTZ",
      "'2026-01-01 00:00:00+00'::TIMESTAMPTZ",
      'same',
    ],
    [
      'a moment with a zone and one without',
      "'2026-01-01 00:00:00+00'::TIMESTAMPTZ",
      "'2026-01-01 00:00:00'::TIMESTAMP",
      'same',
    ],
    ['a day and its midnight', "DATE '2026-01-01'", "TIMESTAMP '2026-01-01 00:00:00'", 'same'],
    [
      'a day that no moment holds',
      "DATE '290000-01-01'",
      "TIMESTAMP '2026-01-01 00:00:00'",
      'changed',
    ],
    [
      'moments a microsecond apart',
      "TIMESTAMP '2026-01-01 00:00:00'",
      "TIMESTAMP '2026-01-01 00:00:00.000001'",
      'changed',
    ],
    ['lists in another order', '[1, 2]', '[2, 1]', 'changed'],
    ['nested values', "[{'a': [1, NULL], 'b': 'x'}]", "[{'a': [1, NULL], 'b': 'x'}]", 'same'],
    ['nested values with not-a-number', "[{'a': 'nan'::DOUBLE}]", "[{'a': 'nan'::DOUBLE}]", 'same'],
    ['a struct that has one more field', "{'a': 1}", "{'a': 1, 'b': 2}", 'changed'],
    ['maps', "map([1], ['x'])", "map([1], ['y'])", 'changed'],
    ['bytes', "'\\x00\\xFF'::BLOB", "'\\x00\\xFE'::BLOB", 'changed'],
    ['texts in another case', "'a'", "'A'", 'changed'],
    ['a text with a blank more', "'a'", "'a '", 'changed'],
    ['letters that look the same', "'e' || chr(769)", 'chr(233)', 'changed'],
    ['yes and 1', 'true', '1::INTEGER', 'changed'],
    [
      'UUIDs',
      "'6d3d2541-53b6-4d5c-a3b5-3dbf10d6fa5e'::UUID",
      "'6d3d2541-53b6-4d5c-a3b5-3dbf10d6fa5e'",
      'same',
    ],
  ];
  for (const how of ['by a key', 'without one', 'by hashes', 'among many columns'] as const) {
    test(`are compared as what they are, ${how}`, async () => {
      const wide = how === 'among many columns' ? 500 : 0;
      const others = Array.from({ length: wide }, (_column, at) => `${at} AS w${at}`);
      const select = (side: 1 | 2): string =>
        `SELECT 1 AS id, ${[...VALUES.map((one, at) => `${one[side]} AS v${at}`), ...others].join(', ')}`;
      const found = new Map<string, string>();
      if (how === 'without one' || how === 'by hashes') {
        const bounds = how === 'by hashes' ? { mostWhole: 0 } : {};
        for (const [at, [words]] of VALUES.entries()) {
          const diff = await compare(select(1), select(2), { columns: [`v${at}`] }, bounds);
          found.set(words, diff.rows.same === 1 ? 'same' : 'changed');
        }
      } else {
        const diff = await compare(select(1), select(2), { key: ['id'] });
        expect(diff.compared).toBe(VALUES.length + 1 + wide);
        const changed = new Set(diff.columns.map(({ name }) => name));
        for (const [at, [words]] of VALUES.entries()) {
          found.set(words, changed.has(`v${at}`) ? 'changed' : 'same');
        }
      }
      expect(found).toEqual(new Map(VALUES.map(([words, , , expected]) => [words, expected])));
    }, 180_000);
  }

  test('are told exactly, and cut where they are long', async () => {
    const diff = await compare(
      "SELECT 1 AS id, 9007199254740993 AS big, 0.10::DECIMAL(38,2) AS price, 'nan'::DOUBLE AS n, repeat('x', 300) AS t",
      "SELECT 1 AS id, 9007199254740995 AS big, 0.20::DECIMAL(38,2) AS price, 1e300 AS n, repeat('x', 299) || 'y' AS t",
      { key: ['id'] },
    );
    const long = `${'x'.repeat(200)}…`;
    expect(diff.examples).toEqual([
      {
        type: 'changed',
        from: ['1', '9007199254740993', '0.10', 'nan', long],
        to: ['1', '9007199254740995', '0.20', '1e+300', long],
        differs: [1, 2, 3, 4],
      },
    ]);
  });
});

describe('columns', () => {
  test('that came, went, or are of another type are told, and the others compared', async () => {
    const diff = await compare(
      "SELECT 1 AS id, 'x' AS gone, 7::INTEGER AS n, 1 AS b",
      "SELECT 1 AS id, 1 AS b, 7::BIGINT AS n, 'y' AS come",
      { key: ['id'] },
    );
    expect(diff.schema).toEqual({
      added: [{ name: 'come', type: 'VARCHAR' }],
      removed: [{ name: 'gone', type: 'VARCHAR' }],
      retyped: [{ name: 'n', from: 'INTEGER', to: 'BIGINT' }],
      reordered: true,
      counts: { added: 1, removed: 1, retyped: 1 },
    });
    expect(diff).toMatchObject({ compared: 3, rows: { same: 1, changed: 0 } });
  });

  test('of the same letters in another case are two columns', async () => {
    const diff = await compare('SELECT 1 AS id, 1 AS "State"', 'SELECT 1 AS id, 2 AS state');
    expect(diff.schema.counts).toEqual({ added: 1, removed: 1, retyped: 0 });
    expect(diff).toMatchObject({ compared: 1, rows: { same: 1 } });
  });

  test('of any name are compared', async () => {
    const odd = `"a""b'; DROP TABLE x; --"`;
    const diff = await compare(`SELECT 1 AS ${odd}, 1 AS "p0"`, `SELECT 2 AS ${odd}, 1 AS "p0"`, {
      key: ['p0'],
    });
    expect(diff.columns).toEqual([{ name: `a"b'; DROP TABLE x; --`, changed: 1 }]);
  });

  test('that tell which execution made a row are left out unless somebody asks for them', async () => {
    const one = "SELECT 1 AS id, 'a' AS _millrace_execution, '1' AS _code_version, 's' AS _source";
    const other = one.replace("'a'", "'b'");
    const count = async (rules: Partial<DiffRules>): Promise<number> =>
      (await compare(one, other, { key: ['id'], ...rules })).rows.changed;
    expect(await count({})).toBe(0);
    expect(await count({ stamps: 'compare' })).toBe(1);
    expect(await count({ columns: ['_millrace_execution'] })).toBe(1);
  });

  test('that nobody is shown are compared, and shown to nobody', async () => {
    const one = rowsOf("(1, 'Ann', 'x'), (2, NULL, 'x')", 'id, owner, v');
    const other = rowsOf("(1, 'Bob', 'x'), (2, NULL, 'y'), (3, 'Zoe', 'z')", 'id, owner, v');
    const diff = await compare(one, other, { key: ['id'], masked: ['OWNER'] });
    expect(diff.examples).toEqual([
      { type: 'changed', from: ['1', '***', 'x'], to: ['1', '***', 'x'], differs: [1] },
      { type: 'changed', from: ['2', null, 'x'], to: ['2', null, 'y'], differs: [2] },
      { type: 'added', cells: ['3', '***', 'z'], times: 1 },
    ]);
    const byOwner = await compare(one, other, { key: ['owner'], masked: ['owner'] });
    expect(JSON.stringify(byOwner)).not.toMatch(/Ann|Bob|Zoe/);
  });

  test('that nobody is shown are, between two datasets, compared by whether there is a value', async () => {
    const rules: Partial<DiffRules> = { key: ['id'], masked: ['owner'], maskedAs: 'presence' };
    const one = rowsOf("(1, 'Ann'), (2, 'Bob'), (3, NULL)", 'id, owner');
    const guess = rowsOf("(1, 'Ann'), (2, 'Eve'), (3, 'Eve')", 'id, owner');
    const diff = await compare(one, guess, rules);
    expect(diff.rows).toMatchObject({ changed: 1, same: 2 });
    expect(diff.examples).toEqual([
      { type: 'changed', from: ['3', null], to: ['3', '***'], differs: [1] },
    ]);
    expect(await ask(one, guess, { ...rules, key: ['owner'] })).toMatchObject({
      problem: 'masked key',
    });
    const byContract = await compare(one, guess, { ...rules, key: [], unique: ['owner'] });
    expect(byContract).toMatchObject({
      key: { by: 'none' },
      rows: { same: 3 - 1, added: 1, removed: 1 },
    });
  });

  test('that not both have are refused by name', async () => {
    expect(await ask('SELECT 1 AS a, 1 AS b', 'SELECT 1 AS a', { key: ['b', 'x'] })).toEqual({
      ...{ type: 'failed', problem: 'unknown column' },
      cause: 'not both versions have b, x. Both have a.',
    });
  });
});

describe('a side', () => {
  const rows = rowsOf("(1, 'a'), (2, 'b')", 'id, v');
  test('without rows is one', async () => {
    for (const key of [['id'], []]) {
      const none = `${rows} WHERE false`;
      expect((await compare(none, rows, { key })).rows).toMatchObject({ from: 0, to: 2, added: 2 });
      expect((await compare(rows, none, { key })).rows).toMatchObject({ removed: 2, same: 0 });
      expect((await compare(none, none, { key })).rows).toMatchObject({ added: 0, same: 0 });
    }
  });

  test('of several files is one', async () => {
    const from = await version('SELECT 1 AS id', 'SELECT 2 AS id');
    const to = await version('SELECT 2 AS id', 'SELECT 1 AS id', 'SELECT 3 AS id');
    expect(await runDiff(from, to, RULES, NEVER)).toMatchObject({
      diff: { rows: { from: 2, to: 3, added: 1, removed: 0, same: 2 } },
    });
  });

  test('that cannot be read is told: no file, a damaged one, text that is not UTF-8', async () => {
    const good = await version("SELECT 'x' AS t");
    const empty = await version();
    const broken = await version();
    writeFileSync(join(broken.folder, 'part-0.parquet'), 'PAR1 no more PAR1');
    const latin = await version("SELECT 'caf__' AS t");
    const file = join(latin.folder, 'part-0.parquet');
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf('caf__'); at >= 0; at = bytes.indexOf('caf__', at + 1)) {
      bytes.writeUInt16BE(0xe9e9, at + 3);
    }
    writeFileSync(file, bytes);
    for (const [bad, cause] of [
      [empty, 'the later version has no file of rows'],
      [broken, 'the Parquet file is damaged'],
      [latin, 'is not valid UTF8'],
    ] as const) {
      const told = await runDiff(good, bad, RULES, NEVER);
      expect(told).toMatchObject({ problem: 'unreadable', cause: expect.stringContaining(cause) });
      expect(JSON.stringify(told)).not.toContain(versions.folder);
    }
    expect(await runDiff(good, { folder: '/etc' }, RULES, NEVER)).toMatchObject({
      problem: 'unreadable',
    });
  });
});
