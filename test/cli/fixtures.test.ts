/**
 * Data of tests as a user has them: `millrace test` on pipelines whose SQL and scripts really run, on files that are not theirs.
 * @module
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, millrace } from './millrace.js';

const FILES: { [name: string]: string } = {
  'parcels.yaml': `pipeline: parcels
steps:
  - extract: { shell: [./extract.sh] }
  - clean:
      sql:
        file: clean.sql
        inputs: { raw: raw.csv, owners: reference/owners.parquet }
        output: { path: clean.parquet }
  - tag: { shell: { script: tag.sh } }
`,
  'clean.sql': `SELECT parcel_id::BIGINT AS parcel_id, area::DECIMAL(10,2) AS area, area::DOUBLE / 3 AS third,
    owner, updated::TIMESTAMPTZ AS updated
  FROM raw LEFT JOIN owners USING (parcel_id)
  QUALIFY row_number() OVER (PARTITION BY parcel_id ORDER BY updated::TIMESTAMPTZ DESC) = 1
`,
  'tag.sh': `#!/bin/sh
printf 'id,tag\\n1,\\n2,""\\n' > "$MILLRACE_WORK_FOLDER/tags.csv"
ls > "$MILLRACE_WORK_FOLDER/ls.csv"
`,
  'secret.csv': 'what\nno test may read me\n',
  'fixtures/raw.csv': `parcel_id,area,updated
7,12.50,2026-03-01T06:00:00Z
7,13.00,2026-03-02T06:00:00+02:00
9,3.5,2026-03-01T00:00:00Z
`,
  'golden/clean.csv': `parcel_id,area,third,owner,updated
7,13.00,4.333333333333333,Ann,2026-03-02 04:00:00+00
9,3.50,1.1666666666666667,,2026-03-01 00:00:00+00
`,
};

const DATA = `data:
  written: { raw.csv: fixtures/raw.csv }
  files: { reference/owners.parquet: { rows: [{ parcel_id: 7, owner: Ann }], columns: { parcel_id: bigint } } }
mocks: { extract: { return: {} }, tag: { return: {} } }
`;

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'millrace-fixtures-cli-'));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A project of its own with these test files. */
function projectWith(files: { [name: string]: string }): string {
  const folder = mkdtempSync(join(project, 'p-'));
  for (const [name, text] of Object.entries({ ...FILES, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
const run = (cwd: string, args: string[] = [], env = {}): Promise<Ended> =>
  millrace(['test', '.', ...args], { cwd, env });

describe('a pipeline whose SQL runs on the data of its test', () => {
  test('passes when it writes what the golden output says, and reads nothing that the test does not give', async () => {
    const folder = projectWith({
      'parcels.test.yaml': `${DATA}tests:
  - name: keeps the last row of each parcel
    mocks: { tag: { run: true } }
    expect:
      path: [extract, clean, tag]
      data:
        clean.parquet: { file: golden/clean.csv, key: parcel_id, columns: { area: "decimal(10,2)" } }
        tags.csv: { rows: [{ id: 2, tag: "" }, { id: 1, tag: null }] }
        ls.csv: { rows: [{ clean.sql: reference }, { clean.sql: tag.sh }] }
`,
    });
    const { code, stdout } = await run(folder);
    expect(stdout).toContain('✔ keeps the last row of each parcel');
    expect(code).toBe(0);
  });

  test('fails with a table of what differs, row by row', async () => {
    const folder = projectWith({
      'parcels.test.yaml': `${DATA}tests:
  - name: differs
    expect:
      data:
        clean.parquet:
          key: parcel_id
          tolerance: 0.001
          ignore: updated
          rows:
            - { parcel_id: 7, area: 12.5, third: 4.333, owner: Ann }
            - { parcel_id: 11, area: 1, third: 0.333, owner: "" }
        nowhere.csv: { rows: [] }
`,
    });
    const { code, stdout } = await run(folder);
    expect(code).toBe(1);
    const lines = stdout.split('\n').map((line) => line.trim());
    expect(lines).toContain(
      'clean.parquet differs from the rows expected: 1 row changed, 1 missing, 1 not expected (expected 2 rows, there are 2)',
    );
    expect(lines.filter((line) => /^(parcel_id|[-+~]) /.test(line))).toEqual([
      'parcel_id │ area          │ third              │ owner',
      '~ 7         │ 12.50 → 13.00 │                    │',
      '- 11        │ 1.00          │ 0.333              │ ""     missing',
      '+ 9         │ 3.50          │ 1.1666666666666667 │ NULL   not expected',
    ]);
    expect(stdout).toContain('nowhere.csv cannot be compared: no step wrote nowhere.csv');
    expect(stdout).toContain('written: clean.parquet, raw.csv');
  });

  test('reads rows that stand for the datasets of others', async () => {
    const folder = projectWith({
      'zones.yaml': `pipeline: zones
reads: { parcels: { dataset: parcels/clean, team: parcels } }
steps:
  - zone: { sql: "SELECT parcel_id, area > 5 AS large FROM parcels" }
  - publish: { dataset: zones }
`,
      'zones.test.yaml': `data:
  reads:
    parcels:
      rows: [{ parcel_id: 7, area: 12.5 }, { parcel_id: 9, area: 3.5 }]
      columns: { parcel_id: bigint, area: double }
mocks: { publish: { return: {} } }
tests:
  - name: large ones
    expect:
      data:
        zone.parquet: { rows: [{ parcel_id: 9, large: false }, { parcel_id: 7, large: true }] }
`,
    });
    const { code, stdout } = await run(folder);
    expect(stdout).toContain('✔ large ones');
    expect(code).toBe(0);
  });

  test('fails where the test forgets a file, although the real one lies beside the pipeline', async () => {
    const folder = projectWith({
      'raw.csv': FILES['fixtures/raw.csv'] ?? '',
      'parcels.test.yaml': `mocks: { extract: { return: {} }, tag: { return: {} } }
tests:
  - name: forgets
    expect: { data: { clean.parquet: golden/clean.csv } }
`,
    });
    const { code, stdout } = await run(folder);
    expect(code).toBe(1);
    expect(stdout).toContain('the execution ended FAILED');
    expect(stdout).toContain('"raw.csv" does not exist in');
  });
});

describe('--update', () => {
  const UPDATED = `${DATA}tests:
  - name: to a file
    expect: { data: { clean.parquet: new/clean.csv } }
  - name: and to rows   # of this file
    expect:
      data:
        clean.parquet:
          ignore: [third, updated]
          rows:
            - { parcel_id: 0 }
`;
  test('writes golden outputs that are missing or differ, tells which, and then all is as expected', async () => {
    const folder = projectWith({ 'parcels.test.yaml': UPDATED });
    const missing = await run(folder, ['--filter', 'to a file']);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain(
      'there is no golden output new/clean.csv; clean.parquet has 2 rows',
    );
    const { code, stdout } = await run(folder, ['--update']);
    expect(stdout).toContain('wrote new/clean.csv (2 rows)');
    expect(stdout).toContain('wrote rows of clean.parquet (2 rows)');
    expect(stdout).toContain('2 golden outputs written');
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'new/clean.csv'), 'utf8')).toBe(FILES['golden/clean.csv']);
    expect(readdirSync(join(folder, 'new'))).toEqual(['clean.csv']);
    expect(readFileSync(join(folder, 'parcels.test.yaml'), 'utf8')).toBe(
      UPDATED.replace(
        '- { parcel_id: 0 }',
        '- { parcel_id: 7, area: 13, owner: Ann }\n            - { parcel_id: 9, area: 3.5, owner: null }',
      ),
    );
    const again = await run(folder, ['--update']);
    expect(again.stdout).not.toContain('wrote');
    expect(again.code).toBe(0);
  });

  test('is refused where CI is set, and nothing is written', async () => {
    const folder = projectWith({ 'parcels.test.yaml': UPDATED });
    const { code, stderr } = await run(folder, ['--update'], { CI: 'true' });
    expect(code).toBe(2);
    expect(stderr).toContain('Golden outputs are not written where CI is set.');
    expect(existsSync(join(folder, 'new'))).toBe(false);
    expect(readFileSync(join(folder, 'parcels.test.yaml'), 'utf8')).toBe(UPDATED);
  });

  test('does not write what a test left behind that failed, nor one file for two tests that differ', async () => {
    const folder = projectWith({
      'parcels.test.yaml': `${DATA}tests:
  - name: fails
    mocks: { tag: { throw: { error: No } } }
    expect: { data: { clean.parquet: never.csv } }
  - name: first
    expect: { data: { clean.parquet: both.csv } }
  - name: second
    data: { written: { raw.csv: { rows: [{ parcel_id: 1, area: 2, updated: 2026-03-01 }] } } }
    expect: { data: { clean.parquet: both.csv } }
`,
    });
    const { code, stdout } = await run(folder, ['--update']);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'never.csv'))).toBe(false);
    expect(stdout).toContain('✔ first');
    expect(stdout).toContain('✖ second');
    expect(stdout).toContain('clean.parquet differs from both.csv');
  });
});

test('problems in what a test says of data are all told at their places, and nothing is run', async () => {
  const folder = projectWith({
    'parcels.test.yaml': `data:
  files:
    ../outside.csv: fixtures/raw.csv
tests: [{ name: a }]
`,
    'second.test.yaml': `pipeline: parcels.yaml
data:
  files: { a.csv: fixtures/none.csv }
  code: [lib]
tests:
  - name: b
    data:
      written:
        b.csv: { file: fixtures/raw.csv, rows: [] }
  - name: c
    data:
      files:
        c.parquet: { rows: [{ a: 1 }], columns: { a: numbr } }
        d.xlsx: { rows: [] }
        e.csv: { file: fixtures/raw.csv, delimiter: ";" }
    expect:
      data:
        report.pdf: golden/clean.csv
        f.csv: { file: golden/clean.csv, key: id, ignore: [id] }
`,
  });
  const { code, stdout, stderr } = await run(folder);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  const told = [...stderr.matchAll(/^error\[\w+\] (.*)\n +--> (\S+)$/gm)].map(
    ([, message, place]) => `${place} ${message}`,
  );
  expect(told).toEqual([
    'parcels.test.yaml:3:5 expected a path below the folder, such as incoming/parcels.csv',
    'second.test.yaml:3:19 there is no file fixtures/none.csv',
    'second.test.yaml:4:10 there is no lib in the folder of the pipeline',
    'second.test.yaml:9:16 "b.csv": give either "file" or "rows"',
    'second.test.yaml:13:54 the type of "a": "numbr" is no type',
    'second.test.yaml:14:25 rows cannot be written as d.xlsx',
    'second.test.yaml:15:16 fixtures/raw.csv is copied as it is, so nothing comes of "columns" and "delimiter"',
    'second.test.yaml:18:21 report.pdf cannot be compared as rows',
    'second.test.yaml:19:59 "id" is a key, and ignored',
  ]);
});
