import { describe, expect, it } from 'vitest';
import { contractSchema, loadContract } from './contract-file.js';

const told = (text: string): string[] =>
  loadContract('a.yaml', text).problems.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  );

const WHOLE = `contract: parcels/example
description: every parcel once
severity: warn
columns:
  parcel_id: { type: bigint, nullable: false, unique: true, severity: block }
  state: { type: varchar, enum: [CA, NV] }
  acres: { type: double, min: 0, max: 100000 }
  zip: { type: varchar, pattern: "^[0-9]{5}$", maxLength: 5, severity: quarantine }
  owner: { type: { struct: { name: { type: varchar, nullable: false }, since: date } } }
  tags: { type: { list: varchar }, optional: true }
  updated_at: timestamptz
extraColumns: block
rules:
  - unique: [county, parcel_id]
  - references: { column: county, dataset: counties, key: name }
    name: known county
  - fresh: { column: updated_at, within: 2 days }
  - rows: { min: 1, within: "±20 %", of: last 5 }
  - sql: { name: no overlaps, query: "SELECT * FROM data WHERE acres > 9", expect: 2 }
  - column: { column: owner.name, minLength: 1 }
    tolerate: 1.5 %
`;

describe('a contract file', () => {
  it('is columns with what they promise, and rules', () => {
    const { contract, problems } = loadContract('a.yaml', WHOLE);
    expect(problems).toEqual([]);
    expect(contract).toMatchObject({ dataset: 'parcels/example', extraColumns: 'block' });
    expect(contract?.columns.map(({ path, severity }) => [path.join('.'), severity])).toEqual([
      ['parcel_id', 'block'],
      ['state', 'warn'],
      ['acres', 'warn'],
      ['zip', 'quarantine'],
      ['owner', 'warn'],
      ['owner.name', 'warn'],
      ['tags', 'warn'],
      ['updated_at', 'warn'],
    ]);
    expect(contract?.rules.map(({ name, severity }) => `${name}: ${severity}`)).toEqual([
      'parcel_id not null: block',
      'parcel_id unique: block',
      'state enum: warn',
      'acres range: warn',
      'zip length: quarantine',
      'zip pattern: quarantine',
      'owner.name not null: warn',
      'county, parcel_id unique: warn',
      'known county: warn',
      'updated_at fresh: warn',
      'rows: warn',
      'no overlaps: warn',
      'owner.name length: warn',
    ]);
    expect(contract?.rules.at(-1)).toMatchObject({
      column: ['owner', 'name'],
      min: 1,
      tolerate: { share: 0.015 },
    });
    expect(contract?.rules.find(({ kind }) => kind === 'rows')).toMatchObject({
      min: 1,
      within: 0.2,
      last: 5,
    });
  });

  it.each([
    ['contract: a b', '1:11 MILL1103 "contract": expected a name such as parcels/example'],
    ['columns: {}', 'MILL1102 the field "contract" is missing'],
    ['contract: a\ncolums: {}', '2:1 MILL1101 unknown field "colums"; did you mean "columns"?'],
    ['contract: a\ncolumns: { n: { typ: int } }', 'unknown field "typ"; did you mean "type"?'],
    ['contract: a\ncolumns:\n  n: int\n  n: date', '4:3 MILL1005'],
    ['contract: a\ncolumns: { n: integr }', '2:12 MILL1701 "integr" is no type'],
    ['contract: a\ncolumns: { n: varchar(10) }', 'write the type varchar and maxLength beside it'],
    ['contract: a\ncolumns: { n: "decimal(40,2)" }', 'a decimal has 1 to 38 digits'],
    ['contract: a\ncolumns: { n: { type: { struct: {} } } }', 'a struct has at least one field'],
    ['contract: a\ncolumns: { n: { type: int, min: x } }', '2:33 MILL1701 "x" is no number'],
    ['contract: a\ncolumns: { n: { type: int, min: 3, max: 2 } }', '3 is more than the max 2'],
    ['contract: a\ncolumns: { n: { type: date, min: 3 } }', '3 is no day or time'],
    ['contract: a\ncolumns: { n: { type: text, enum: [1] } }', '1 is no text'],
    ['contract: a\ncolumns: { n: { type: int, pattern: a } }', 'only text matches a pattern'],
    ['contract: a\ncolumns: { n: { type: int, maxLength: 3 } }', 'only text has a length'],
    ['contract: a\ncolumns: { n: { pattern: "(?=a)b" } }', '"(?=" is not in RE2'],
    ['contract: a\nrules: [{ fresh: { column: a, within: soon } }]', 'expected a length of time'],
    ['contract: a\nrules: [{ rows: {} }]', 'the rule promises nothing'],
    [
      'contract: a\nrules: [{ rows: { within: 20 } }]',
      '"within": expected a text, found the number 20',
    ],
    ['contract: a\nrules: [{ rows: { within: many } }]', 'expected a share, such as ±20 %'],
    ['contract: a\nrules: [{ rows: { min: 1, of: last 7 } }]', 'nothing is compared with'],
    ['contract: a\nrules: [{ unique: [a, a] }]', 'a column is named twice'],
    [
      'contract: a\nrules: [{ unique: a, name: x }, { unique: b, name: x }]',
      'two rules of the name "x"',
    ],
    ['contract: a\nrules: [{ name: x }]', 'a rule is exactly one of column, unique'],
    ['contract: a\nrules: [{ unique: a, rows: { min: 1 } }]', 'a rule is exactly one of'],
    ['contract: a\nrules: [{ column: { column: a } }]', 'the rule promises nothing'],
    [
      'contract: a\nrules: [{ rows: { min: 1 }, severity: quarantine }]',
      'no rows can be set aside',
    ],
    ['contract: a\nrules: [{ rows: { min: 1 }, tolerate: 1 }]', 'no rows to tolerate'],
    ['contract: a\nrules: [{ unique: a, tolerate: 200 % }]', 'a share such as 1 %'],
    ['contract: a\nrules: [{ unique: a, tolerate: 1, severity: quarantine }]', 'not tolerated'],
    ['apiVersion: v3.1.0\nkind: DataContract', 'millrace contract import'],
  ])('%j has a problem at its place', (text, expected) => {
    const { contract, problems } = loadContract('a.yaml', text);
    expect(contract).toBeUndefined();
    const words = problems.map(
      ({ line, column, code, message, fix }) => `${line}:${column} ${code} ${message} ${fix}`,
    );
    expect(words.join('\n')).toContain(expected);
  });

  it('takes 1,000 rules and no more', () => {
    const rules = (count: number): string =>
      `contract: a\nrules:\n${Array.from({ length: count }, (_, n) => `  - unique: c${n}`).join('\n')}`;
    expect(told(rules(1_000))).toEqual([]);
    expect(told(rules(1_001)).join()).toContain('MILL1103');
  });
});

describe('the JSON Schema of contract files', () => {
  it('is the one that is shipped; after a change run this test with -u', async () => {
    const current = `${JSON.stringify(contractSchema(), null, 2)}\n`;
    const file = new URL('../../../schema/contract.json', import.meta.url).pathname;
    await expect(current).toMatchFileSnapshot(file);
  });
});
