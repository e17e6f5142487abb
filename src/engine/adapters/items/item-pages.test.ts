import { expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../asl/json.js';
import { itemPages } from './item-pages.js';
import { parseItems } from './parse-items.js';

/** Reads a text that comes in pieces of a few bytes, so that every cut is tried. */
async function items(config: JsonObject, text: string, size = 3): Promise<Json[]> {
  const bytes = new TextEncoder().encode(text);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
  }
  const found: Json[] = [];
  for await (const page of itemPages(config, pieces())) found.push(...page);
  // A text that is at hand is read the same.
  expect(parseItems(config, text)).toEqual(found);
  return found;
}

it('reads CSV with the first row as names, quotes, line breaks in quotes and missing columns', async () => {
  const text = '\uFEFFid,note\r\n1,"a ""b"", ü\nnext"\r\n2\r\n\r\n3,c,surplus\r\n';
  expect(await items({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, text)).toEqual([
    { id: '1', note: 'a "b", ü\nnext' },
    { id: '2', note: '' },
    { id: '3', note: 'c' },
  ]);
});

it.each([
  ['COMMA', ','],
  ['PIPE', '|'],
  ['SEMICOLON', ';'],
  ['SPACE', ' '],
  ['TAB', '\t'],
])('reads CSV with given names and the delimiter %s', async (CSVDelimiter, mark) => {
  const config = {
    InputType: 'CSV',
    CSVDelimiter,
    CSVHeaderLocation: 'GIVEN',
    CSVHeaders: ['a', 'b'],
  };
  expect(await items(config, `1${mark}2\n3${mark}4\n`)).toEqual([
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ]);
});

it('refuses CSV whose names repeat', async () => {
  await expect(items({ InputType: 'CSV' }, 'a,a\n1,2\n')).rejects.toThrow('duplicates');
});

it('reads JSON lines, also without a line break at the end', async () => {
  const text = '{"a":"ä€😀"}\n\n[1,2]\r\n"x"';
  expect(await items({ InputType: 'JSONL' }, text, 1)).toEqual([{ a: 'ä€😀' }, [1, 2], 'x']);
});

it('names the line that is no JSON', async () => {
  await expect(items({ InputType: 'JSONL' }, '1\n2\n{oops\n')).rejects.toThrow('Line 3');
});

it('reads the elements of a JSON array, whatever is in them', async () => {
  const array: Json[] = [
    1,
    'a ] , } "quoted" \\ end',
    { deep: [[1, { x: ']' }], []] },
    null,
    [],
    {},
    true,
    'ä€😀',
  ];
  for (const size of [1, 2, 5, 1000]) {
    expect(await items({ InputType: 'JSON' }, JSON.stringify(array, null, 1), size)).toEqual(array);
  }
  expect(await items({ InputType: 'JSON' }, ' [ ] ')).toEqual([]);
});

it('reads the members of a JSON object as Key and Value', async () => {
  expect(await items({ InputType: 'JSON' }, '{ "a": 1, "b,:": {"c": [2]} }')).toEqual([
    { Key: 'a', Value: 1 },
    { Key: 'b,:', Value: { c: [2] } },
  ]);
});

it('follows ItemsPointer past everything that lies beside it', async () => {
  const document = { skip: { rows: [9] }, 'a/b': { other: ['rows'], rows: [1, 2] }, rows: 3 };
  const config = { InputType: 'JSON', ItemsPointer: '/a~1b/rows' };
  for (const size of [1, 4, 1000]) {
    expect(await items(config, JSON.stringify(document), size)).toEqual([1, 2]);
  }
});

it.each([
  ['a number where the items should be', '{"rows": 1}'],
  ['no such member', '{"other": [1]}'],
  ['an array on the way', '[[1]]'],
  ['a text', '"rows"'],
])('refuses %s', async (_, text) => {
  const config = { InputType: 'JSON', ItemsPointer: '/rows' };
  await expect(items(config, text)).rejects.toThrow('non-iterable');
});

it('tells the failure of a text that is at hand as data', () => {
  expect(parseItems({ InputType: 'JSONL' }, '1\n{oops')).toMatchObject({
    Error: 'States.ItemReaderFailed',
    Cause: expect.stringContaining('Line 2') as string,
  });
});

it.each(['[1,', '[1,]', '[1 2]', '[{"a":}]', '{"a":1,}'])('refuses %s', async (text) => {
  await expect(items({ InputType: 'JSON' }, text)).rejects.toThrow();
});

it('hands out pages, not the whole', async () => {
  const rows = Array.from({ length: 1201 }, (_, i) => i);
  const sizes: number[] = [];
  async function* pieces(): AsyncGenerator<string> {
    yield JSON.stringify(rows);
  }
  for await (const page of itemPages({ InputType: 'JSON' }, pieces())) sizes.push(page.length);
  expect(sizes).toEqual([500, 500, 201]);
});
