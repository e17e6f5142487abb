import { expect, it, test } from 'vitest';
import { namesIn, withQuotedNames } from './query-names.js';

const VERSION = '20261130T031502Z-8c1d22fa';

it.each([
  ['SELECT * FROM parcels', 'SELECT * FROM parcels'],
  ['select * from parcels/example', 'select * from "parcels/example"'],
  [
    'select a/b from parcels/example p join planning:zoning/areas z using (id)',
    'select a/b from "parcels/example" p join "planning:zoning/areas" z using (id)',
  ],
  [`select * from parcels@${VERSION}`, `select * from "parcels@${VERSION}"`],
  [
    `from parcels/example@${VERSION} except from parcels/example@current`,
    `from "parcels/example@${VERSION}" except from "parcels/example@current"`,
  ],
  [
    `select 'from a/b' || "from c/d" -- from e/f\nfrom g/h`,
    `select 'from a/b' || "from c/d" -- from e/f\nfrom "g/h"`,
  ],
  [
    `select 'x''from a/b', $$ from a/b $$, e'\\' from a/b' /* from a/b */ from g/h`,
    `select 'x''from a/b', $$ from a/b $$, e'\\' from a/b' /* from a/b */ from "g/h"`,
  ],
  ['select extract(year from day) / 2', 'select extract(year from day) / 2'],
  ['select * from "parcels/example"', 'select * from "parcels/example"'],
  ['select user@host', 'select user@host'],
  ["select 'unfinished from a/b", "select 'unfinished from a/b"],
])('%j becomes %j', (sql, quoted) => {
  expect(withQuotedNames(sql)).toBe(quoted);
  // Quoting what is quoted changes nothing.
  expect(withQuotedNames(quoted)).toBe(quoted);
});

test('names are told without what stands in texts and comments', () => {
  const sql = `SELECT a FROM "parcels/ex""ample" /* no */ WHERE b = 'neither' -- nor`;
  expect(namesIn(sql)).toEqual(['SELECT', 'a', 'FROM', 'parcels/ex"ample', 'WHERE', 'b']);
});

test('a long text takes no longer than it is', () => {
  const long = `${'"'.repeat(50_000)}${'from a/'.repeat(7_000)}${'/*'.repeat(20_000)}`;
  expect(withQuotedNames(long).length).toBeGreaterThan(100_000);
  expect(namesIn('a1 '.repeat(100_000), 3)).toEqual(['a1']);
});
