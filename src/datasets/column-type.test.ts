import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ColumnType,
  fits,
  foundType,
  parseType,
  quotedName,
  typeText,
} from './column-type.js';

const text = (written: string): string => {
  const type = parseType(written);
  return 'problem' in type ? type.problem : typeText(type);
};

describe('the type of a column', () => {
  it.each([
    ['int', 'INTEGER'],
    ['Text', 'VARCHAR'],
    ['timestamp with time zone', 'TIMESTAMP WITH TIME ZONE'],
    ['double precision', 'DOUBLE'],
    ['decimal', 'DECIMAL(18,3)'],
    ['numeric(5)', 'DECIMAL(5,0)'],
    ['varchar[][]', 'VARCHAR[][]'],
    ['map(text, int[])', 'MAP(VARCHAR, INTEGER[])'],
    ['struct("a ""b""" int, c row(d date))', 'STRUCT("a ""b""" INTEGER, "c" STRUCT("d" DATE))'],
    ['', '"" is no type'],
    ['int; DROP TABLE x', '"int; DROP TABLE x" is no type'],
    ['int)', '"int)" is no type'],
    ['int[3]', '"int[3]" is no type'],
    ['struct()', '"struct()" is no type'],
    [`${'struct(a '.repeat(40)}int${')'.repeat(40)}`, 'types nest at most 32 levels deep'],
    ['bigint(20)', 'bigint takes nothing in brackets'],
    ['decimal(39,1)', 'a decimal has 1 to 38 digits, and no more of them behind the point'],
  ])('%s reads as %s', (written, expected) => {
    expect(text(written)).toBe(expected);
  });

  it('is kept as text where contracts cannot name it', () => {
    expect(foundType("ENUM('a', 'b')")).toEqual({ kind: 'other', text: "ENUM('a', 'b')" });
    expect(foundType('INTEGER[3]').kind).toBe('other');
  });

  it('reads back as it was written, whatever its names', () => {
    const leaf = fc.constantFrom('BIGINT', 'VARCHAR', 'DATE', 'TIMESTAMP WITH TIME ZONE');
    const { type } = fc.letrec<{ type: ColumnType }>((tie) => ({
      type: fc.oneof(
        { maxDepth: 3 },
        leaf.map((name): ColumnType => ({ kind: 'plain', name })),
        tie('type').map((of): ColumnType => ({ kind: 'list', of })),
        fc
          .array(
            fc.record({
              name: fc.string({ minLength: 1 }).filter((name) => !name.includes('\0')),
              type: tie('type'),
            }),
            { minLength: 1, maxLength: 3 },
          )
          .map((fields): ColumnType => ({ kind: 'struct', fields })),
      ),
    }));
    fc.assert(
      fc.property(type, (one) => {
        expect(parseType(typeText(one))).toEqual(one);
      }),
    );
  });

  it.each([
    ['INTEGER', 'BIGINT', true],
    ['BIGINT', 'INTEGER', false],
    ['UINTEGER', 'BIGINT', true],
    ['UBIGINT', 'BIGINT', false],
    ['INTEGER', 'UBIGINT', false],
    ['INTEGER', 'DOUBLE', true],
    ['BIGINT', 'DOUBLE', false],
    ['FLOAT', 'DOUBLE', true],
    ['DECIMAL(4,1)', 'DECIMAL(10,2)', true],
    ['DECIMAL(10,3)', 'DECIMAL(10,2)', false],
    ['SMALLINT', 'DECIMAL(10,2)', true],
    ['BIGINT', 'DECIMAL(10,2)', false],
    ['DATE', 'TIMESTAMP', false],
    ['TIMESTAMP_MS', 'TIMESTAMP', true],
    ["ENUM('a')", 'VARCHAR', true],
    ['INTEGER[]', 'BIGINT[]', true],
    ['MAP(VARCHAR, INTEGER)', 'MAP(VARCHAR, BIGINT)', true],
    ['STRUCT(a INTEGER)', 'STRUCT(a BIGINT)', true],
    ['STRUCT(a INTEGER, b DATE)', 'STRUCT(a BIGINT)', false],
  ])('%s fits %s: %s', (found, expected, answer) => {
    expect(fits(foundType(found), foundType(expected))).toBe(answer);
  });

  it('has names that end in no other SQL', () => {
    expect(quotedName('a"; DROP')).toBe('"a""; DROP"');
    expect(quotedName('a\0b')).toBe('"ab"');
  });
});
