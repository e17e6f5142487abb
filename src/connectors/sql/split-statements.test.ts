import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitStatements } from './split-statements.js';

describe('splitting SQL', () => {
  test('gives each statement with its line', () => {
    const sql = `-- prepare
CREATE TABLE a AS
  SELECT 1;

/* then ; */ SELECT *
FROM a; ;
`;
    expect(splitStatements(sql)).toEqual([
      { text: 'CREATE TABLE a AS\n  SELECT 1', line: 2 },
      { text: 'SELECT *\nFROM a', line: 5 },
    ]);
  });

  test.each([
    `SELECT 'a;b'`,
    `SELECT 'it''s; fine'`,
    `SELECT E'a\\';b'`,
    `SELECT "a;""b"`,
    'SELECT $$a;b$$',
    'SELECT $x$ a; $y$ ; $x$',
    'SELECT 1 -- a; b',
    'SELECT 1 /* a; /* b; */ c; */ + 1',
    `SELECT name'; ' FROM t`,
  ])('keeps %j in one piece', (sql) => {
    expect(splitStatements(`${sql}\n; SELECT 2`)).toHaveLength(2);
  });

  test('takes $name for a parameter, not for the start of a string', () => {
    expect(splitStatements('SELECT $a; SELECT $b, $1;')).toHaveLength(2);
  });

  test('lets an unfinished string or comment reach to the end', () => {
    for (const open of [`SELECT 'a; b`, 'SELECT /* a; b', 'SELECT $$ a; b', 'SELECT "a; b']) {
      expect(splitStatements(open)).toHaveLength(1);
    }
  });

  test('ends on any text, and loses nothing but comments, blanks and semicolons', () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      '$',
      '$$',
      '$a$',
      '--',
      '/*',
      '*/',
      ';',
      '\n',
      'E',
      'x',
      ' ',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const sql = parts.join('');
        for (const { text, line } of splitStatements(sql)) {
          const lines = sql
            .split('\n')
            .slice(line - 1)
            .join('\n');
          expect(lines).toContain(text);
        }
      }),
    );
  });
});
