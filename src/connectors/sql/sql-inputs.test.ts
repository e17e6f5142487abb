/**
 * CSV, JSON and Parquet files as views: what is guessed, what is told about a guess, and how to say it instead.
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attempt, messages, outputOf, temporaryFolders } from '../../../test/connectors/attempt.js';
import type { Json } from '../connector.js';
import { createSqlConnector } from './sql-connector.js';

const sql = createSqlConnector({ memoryMebibytes: 256, threads: 1, terminationGrace: 300 });

/** All rows of a view of files, and what was told about it. */
async function rowsOf(
  files: { [name: string]: string },
  input: Json,
): Promise<{ result: Json; warnings: string[] }> {
  const folders = temporaryFolders(files);
  const running = attempt(sql, folders, { query: 'SELECT * FROM v', inputs: { v: input } });
  const { result } = (await outputOf(running)) as { result: Json };
  return { result, warnings: messages(running).filter((line) => line.startsWith('inputs.v')) };
}

describe('a CSV file whose writing is guessed', () => {
  test('is read with the usual quotes when a value begins with another one', async () => {
    const text = 'nr,name\n1,\'tis\n2,"last, first"\n3,plain\n';
    const { result, warnings } = await rowsOf({ 'a.csv': text }, 'a.csv');
    expect(result).toEqual([
      { nr: 1, name: "'tis" },
      { nr: 2, name: 'last, first' },
      { nr: 3, name: 'plain' },
    ]);
    expect(warnings).toEqual([]);
  });

  test('is read with the usual quotes when the first quoted value comes late', async () => {
    const text = `name,town\n${'a,b\n'.repeat(21_000)}"Sierra, Alpine",Woodfords\n`;
    const folders = temporaryFolders({ 'late.csv': text });
    const query = "SELECT count(*) AS rows, max(name) FILTER (name <> 'a') AS last FROM v";
    const running = attempt(sql, folders, { query, inputs: { v: 'late.csv' } });
    expect(await outputOf(running)).toMatchObject({
      result: [{ rows: 21_001, last: 'Sierra, Alpine' }],
    });
  });

  test('is read with the quotes and the delimiter that it really has', async () => {
    const { result, warnings } = await rowsOf({ 'a.csv': "nr;name\n1;'a;b'\n2;'c'\n" }, 'a.csv');
    expect(result).toEqual([
      { nr: 1, name: 'a;b' },
      { nr: 2, name: 'c' },
    ]);
    expect(warnings).toEqual([]);
  });

  test('tells which lines at its top are not read', async () => {
    const text = 'Towns of May\n\nnr,name\n1,a\n2,b\n';
    const guessed = await rowsOf({ 'a.csv': text }, 'a.csv');
    expect(guessed.result).toEqual([
      { nr: 1, name: 'a' },
      { nr: 2, name: 'b' },
    ]);
    expect(guessed.warnings).toEqual([expect.stringMatching(/first 2 lines of .*skip: 2/)]);
    const said = await rowsOf({ 'a.csv': text }, { files: 'a.csv', skip: 2 });
    expect(said).toEqual({ result: guessed.result, warnings: [] });
  });

  test('tells that no header was found', async () => {
    const text = '1,2\n3,4\n';
    const guessed = await rowsOf({ 'a.csv': text }, 'a.csv');
    expect(guessed.result).toEqual([
      { column0: 1, column1: 2 },
      { column0: 3, column1: 4 },
    ]);
    expect(guessed.warnings).toEqual([expect.stringContaining('header: false')]);
    for (const [header, rows] of [
      [false, 2],
      [true, 1],
    ] as const) {
      const said = await rowsOf({ 'a.csv': text }, { files: 'a.csv', header });
      expect(said.warnings).toEqual([]);
      expect(said.result).toHaveLength(rows);
    }
  });
});

describe('options of a view', () => {
  const CASES: [string, string, { [option: string]: Json }, Json][] = [
    ['quote and delimiter', 'a;b\n~x;y~;2\n', { quote: '~', delimiter: ';' }, [{ a: 'x;y', b: 2 }]],
    ['no quote', 'a,b\n"x,2\n', { quote: '' }, [{ a: '"x', b: 2 }]],
    ['escape', 'a,b\n"x\\"y",2\n', { escape: '\\' }, [{ a: 'x"y', b: 2 }]],
    ['all_varchar', 'a,b\n007,2.50\n', { all_varchar: true }, [{ a: '007', b: '2.50' }]],
    ['types', 'a,b\n007,2\n', { types: { a: 'VARCHAR' } }, [{ a: '007', b: 2 }]],
    [
      'columns',
      '007,2026-02-28\n',
      { columns: { code: 'VARCHAR', day: 'DATE' }, header: false },
      [{ code: '007', day: '2026-02-28' }],
    ],
    [
      'nullstr',
      'a,b\nNA,-\n1,2\n',
      { nullstr: ['NA', '-'] },
      [
        { a: null, b: null },
        { a: 1, b: 2 },
      ],
    ],
    ['sample_size', 'a\n1\nx\n', { sample_size: -1 }, [{ a: '1' }, { a: 'x' }]],
    ['comment', 'a,b\n# note\n1,2\n', { comment: '#' }, [{ a: 1, b: 2 }]],
    [
      'decimal_separator',
      'a;b\n1,5;2\n',
      { decimal_separator: ',', delimiter: ';' },
      [{ a: 1.5, b: 2 }],
    ],
    ['dateformat', 'a\n28.02.2026\n', { dateformat: '%d.%m.%Y' }, [{ a: '2026-02-28' }]],
    ['a hostile text', 'a\n1\n', { nullstr: "') ; DROP TABLE x; --" }, [{ a: 1 }]],
  ];

  test.each(CASES)('%s', async (_name, text, options, expected) => {
    const { result } = await rowsOf({ 'a.csv': text }, { files: 'a.csv', ...options });
    expect(result).toEqual(expected);
  });

  test('union_by_name puts files with other columns below each other', async () => {
    const files = { 'a.csv': 'x,y\n1,2\n', 'b.csv': 'y,z\n3,4\n' };
    const input = { files: ['a.csv', 'b.csv'], union_by_name: true };
    expect((await rowsOf(files, input)).result).toEqual([
      { x: 1, y: 2, z: null },
      { x: null, y: 3, z: 4 },
    ]);
  });

  test('format says how to read a file whose name does not', async () => {
    const { result } = await rowsOf({ 'a.dat': 'x,y\n1,2\n' }, { files: 'a.dat', format: 'csv' });
    expect(result).toEqual([{ x: 1, y: 2 }]);
    const json = { files: 'a.log', format: 'json', columns: { x: 'VARCHAR' } };
    expect((await rowsOf({ 'a.log': '{"x":7}\n' }, json)).result).toEqual([{ x: '7' }]);
  });

  test('of another kind of file are refused by name', async () => {
    const folders = temporaryFolders();
    writeFileSync(join(folders.workFolder, 'a.json'), '[{"x":1}]');
    const inputs = { v: { files: 'a.json', quote: '"', skip: 1 } };
    const running = attempt(sql, folders, { query: 'SELECT 1', inputs });
    expect(await running.outcome).toMatchObject({
      type: 'failed',
      error: 'Connector.InvalidArguments',
      cause: expect.stringMatching(/quote, skip are no options of json files/),
    });
  });

  test.each([
    [{ files: 'a.csv', quotes: '"' }, 'quotes'],
    [{ files: 'a.csv', quote: '""' }, 'one character'],
    [{ files: 'a.csv', header: 'yes' }, 'header'],
    [{ quote: '"' }, 'files'],
    [7, 'file name'],
  ])('that make no sense are refused before anything runs: %j', (input, told) => {
    const problems = sql.validate({ query: 'SELECT 1', inputs: { v: input as Json } });
    expect(problems.join(' ')).toContain(told);
  });
});
