import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadContract } from '../contract-file.js';
import { convertOdcs } from './convert-odcs.js';

const HEAD = 'apiVersion: v3.1.0\nkind: DataContract\n';
const withProperty = (property: string): string =>
  `${HEAD}schema:\n  - name: orders\n    properties:\n      - ${property}\n`;
const withQuality = (quality: string): string =>
  withProperty(`{ name: n, logicalType: integer, quality: [${quality}] }`);
const ofObject = (quality: string): string =>
  `${HEAD}schema: [{ name: orders, properties: [{ name: n }], quality: [${quality}] }]`;

function converted(text: string) {
  const { contracts, problems } = convertOdcs('a.odcs.yaml', text);
  for (const contract of contracts) {
    expect(loadContract('b.yaml', stringify(contract)).problems).toEqual([]);
  }
  return {
    contract: contracts[0],
    left: problems.map(({ line, message }) => `${line} ${message}`),
  };
}

describe('a data contract of ODCS', () => {
  it('gives a contract for each object', () => {
    const { contracts } = convertOdcs(
      'a.yaml',
      `${HEAD}schema: [{ name: orders }, { name: lines, physicalName: order lines }]`,
    );
    expect(contracts.map(({ contract }) => contract)).toEqual(['orders', 'order-lines']);
  });

  it.each([
    ['{ name: a, logicalType: string }', { type: 'varchar' }],
    ['{ name: a, logicalType: integer, physicalType: INT }', { type: 'int' }],
    ['{ name: a, physicalType: "NUMBER(10,2)" }', { type: 'decimal(10,2)' }],
    ['{ name: a, physicalType: VARCHAR2(7) }', { type: 'varchar', maxLength: 7 }],
    [
      '{ name: a, logicalType: timestamp, logicalTypeOptions: { timezone: true } }',
      { type: 'timestamptz' },
    ],
    [
      '{ name: a, logicalType: array, items: { logicalType: number } }',
      { type: { list: 'double' } },
    ],
    [
      '{ name: a, logicalType: map, map: { key: { logicalType: string }, value: { logicalType: date } } }',
      { type: { map: { key: 'varchar', value: 'date' } } },
    ],
    [
      '{ name: a, logicalType: object, properties: [{ name: b, logicalType: boolean, required: true }] }',
      { type: { struct: { b: { type: 'boolean', nullable: false } } } },
    ],
    ['{ name: a, primaryKey: true }', { nullable: false, unique: true }],
    ['{ name: a, required: true, unique: true }', { nullable: false, unique: true }],
    ['{ name: a, enum: [{ value: x }, { value: y, label: Y }] }', { enum: ['x', 'y'] }],
    [
      '{ name: a, logicalType: integer, logicalTypeOptions: { exclusiveMinimum: 0, maximum: 9 } }',
      { type: 'bigint', min: 1, max: 9 },
    ],
    [
      '{ name: a, logicalType: string, logicalTypeOptions: { minLength: 1, maxLength: 2, pattern: a } }',
      { type: 'varchar', minLength: 1, maxLength: 2, pattern: 'a' },
    ],
  ])('takes over the property %s', (property, column) => {
    const { contract, left } = converted(withProperty(property));
    expect(left).toEqual([]);
    expect(contract?.columns).toEqual({ a: column });
  });

  it.each([
    ['{ metric: nullValues, mustBe: 0 }', { column: { column: 'n', nullable: false } }],
    [
      '{ metric: nullValues, mustBeLessThan: 1, unit: percent }',
      { column: { column: 'n', nullable: false }, tolerate: '1 %' },
    ],
    ['{ metric: duplicateValues, mustBeLessThan: 10 }', { unique: 'n', tolerate: 9 }],
    ['{ rule: duplicateCount, mustBe: 0, severity: warning }', { unique: 'n', severity: 'warn' }],
    [
      '{ metric: invalidValues, arguments: { validValues: [1, 2] }, mustBe: 0 }',
      { column: { column: 'n', enum: [1, 2] } },
    ],
    [
      "{ metric: missingValues, arguments: { missingValues: [null, '-'] }, mustBe: 0 }",
      {
        sql: {
          name: 'n missing',
          query: `SELECT * FROM data WHERE "n" IS NULL OR CAST("n" AS VARCHAR) IN ('-')`,
          expect: 0,
        },
      },
    ],
    [
      '{ type: sql, query: "SELECT max({property}) FROM {object};", mustBeBetween: [1, 2] }',
      {
        sql: {
          query:
            'SELECT * FROM (SELECT max("n") FROM data\n) AS answer(value) WHERE (value BETWEEN 1 AND 2) IS NOT TRUE',
        },
      },
    ],
  ])('takes over the quality %s of a property', (quality, rule) => {
    const { contract, left } = converted(withQuality(quality));
    expect(left).toEqual([]);
    expect(contract?.rules).toEqual([rule]);
  });

  it.each([
    ['{ metric: rowCount, mustBeBetween: [1, 5] }', { rows: { min: 1, max: 5 } }],
    ['{ metric: rowCount, mustBeGreaterThan: 4 }', { rows: { min: 5 } }],
    [
      '{ metric: duplicateValues, arguments: { properties: [n, m] }, mustBe: 0 }',
      { unique: ['n', 'm'] },
    ],
  ])('takes over the quality %s of an object', (quality, rule) => {
    const { contract, left } = converted(ofObject(quality));
    expect(left).toEqual([]);
    expect(contract?.rules).toEqual([rule]);
  });

  it('takes over relationships, keys of several parts and latency', () => {
    const { contract, left } = converted(`${HEAD}schema:
  - name: orders
    properties:
      - { name: b, primaryKey: true, primaryKeyPosition: 2 }
      - { name: a, primaryKey: true, primaryKeyPosition: 1, relationships: [{ to: tenants.id }] }
      - { name: at, logicalType: timestamp }
slaProperties: [{ property: latency, value: 4, unit: d, element: orders.at }]
`);
    expect(left).toEqual([]);
    expect(contract?.rules).toEqual([
      { references: { column: 'a', dataset: 'tenants', key: 'id' } },
      { unique: ['a', 'b'] },
      { fresh: { column: 'at', within: '4 d' } },
    ]);
  });

  it.each([
    [`${HEAD}servers: [{ server: x }]\nschema: [{ name: a }]`, '3 "servers" is not taken over'],
    [`${HEAD}description: { usage: all }\nschema: [{ name: a }]`, '3 "usage" is not taken over'],
    [withProperty('{ name: a, classification: secret }'), '6 "classification" is not taken over'],
    [withProperty('{ name: a, logicalType: blurb }'), 'blurb is no type here'],
    [
      withProperty('{ name: a, physicalType: GEOGRAPHY }'),
      'GEOGRAPHY is no type here; the column has none',
    ],
    [
      withProperty('{ name: a, logicalType: number, logicalTypeOptions: { multipleOf: 5 } }'),
      '"multipleOf"',
    ],
    [
      withProperty(
        '{ name: a, logicalType: object, properties: [{ name: b, logicalType: string, enum: [{ value: x }] }] }',
      ),
      '"enum"',
    ],
    [
      withProperty('{ name: a, relationships: [{ to: [x, y] }] }'),
      'only a relationship to OBJECT.PROPERTY',
    ],
    [withQuality('{ type: text, description: good }'), 'a sentence for people'],
    [withQuality('{ type: custom, engine: soda, implementation: x }'), 'a rule of soda'],
    [
      withQuality('{ metric: nullValues, mustBeGreaterThan: 3 }'),
      'mustBeGreaterThan asks for more',
    ],
    [withQuality('{ metric: oddity, mustBe: 0 }'), 'the metric "oddity" of a column is not known'],
    [withQuality('{ type: sql, query: SELECT 1 }'), 'it is not said what its value must be'],
    [withQuality('{ metric: nullValues, severity: purple }'), 'purple is no severity here'],
    [withQuality('{ metric: nullValues, schedule: daily }'), '"schedule"'],
    [
      `${HEAD}schema: [{ name: a }]\nslaProperties: [{ property: retention, value: 3, unit: y }]`,
      'the agreement "retention"',
    ],
  ])('says what is not taken over: %j', (text, message) => {
    expect(converted(text).left.join('\n')).toContain(message);
  });

  it.each([
    ['contract: a', 'no data contract of ODCS'],
    ['apiVersion: v2.2.2\nkind: DataContract\nschema: [{ name: a }]', 'v2.2.2 of ODCS is not read'],
    [`${HEAD}schema: []`, 'there is no object in the schema'],
    ['a: [', 'MILL1002'],
  ])('is refused when it is none: %j', (text, message) => {
    const { contracts, problems } = convertOdcs('a.yaml', text);
    expect(contracts).toEqual([]);
    expect(problems.map(({ code, message: words }) => `${code} ${words}`).join()).toContain(
      message,
    );
  });
});
