import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import {
  attempt,
  type Folders,
  failureOf,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { newVersion } from '../../../test/connectors/new-version.js';
import type { Contract } from '../../datasets/contract.js';
import type { Manifest } from '../../datasets/dataset.js';
import { loadContract } from '../../pipelines/contract-file/contract-file.js';
import type { Json, NewVersion } from '../connector.js';
import { createDatasetConnector } from './dataset-connector.js';
import type { DatasetOutput } from './dataset-protocol.js';
import { createLocalStorage } from './local-storage.js';

function contract(text: string): Contract {
  const { contract: read, problems } = loadContract('c.yaml', `contract: parcels\n${text}`);
  if (read === undefined) throw new Error(JSON.stringify(problems));
  return read;
}

const storageOf = ({ root }: Folders) => createLocalStorage(join(root, 'datasets'));
const connectorOf = (folders: Folders, memoryMebibytes = 256) =>
  createDatasetConnector({
    ...{ memoryMebibytes, threads: 1, terminationGrace: 300 },
    storage: storageOf(folders),
  });

async function write(
  folders: Folders,
  args: Json,
  version: NewVersion = newVersion(),
): Promise<DatasetOutput> {
  const running = attempt(connectorOf(folders), folders, args, { version });
  return (await outputOf(running)) as unknown as DatasetOutput;
}

async function refused(
  folders: Folders,
  args: Json,
  version: NewVersion = newVersion(),
): Promise<{ error: string; cause: string }> {
  const running = attempt(connectorOf(folders), folders, args, { version });
  return await failureOf(running);
}

/** Rows of the Parquet files of a folder, as JSON. */
async function rowsIn(folder: string, columns = '*'): Promise<Json[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const answer = await connection.runAndReadAll(
    `SELECT ${columns} FROM read_parquet('${folder}/*.parquet') ORDER BY ALL`,
  );
  return answer.getRowObjectsJson() as Json[];
}

const left = (folders: Folders): string[] => {
  const staging = join(folders.root, 'datasets', '.staging');
  return existsSync(staging) ? readdirSync(staging) : [];
};

const PARCELS = 'parcel_id,zip,acres\n1,01234,1.5\n2,90210,2\n3,x,4\n';

describe('a version', () => {
  test('is Parquet files with a manifest that tells all that is needed to read and check them', async () => {
    const folders = temporaryFolders({ 'in.csv': PARCELS });
    const output = await write(folders, { dataset: 'parcels', from: 'in.csv' });
    expect(output).toMatchObject({ rows: 3, files: 1, columns: 3, produced: { rows: 3 } });
    expect(readdirSync(output.location).sort()).toEqual(['_manifest.json', 'part-0.parquet']);
    const manifest = JSON.parse(
      readFileSync(join(output.location, '_manifest.json'), 'utf8'),
    ) as Manifest;
    expect(manifest).toMatchObject({
      ...{ format: 1, team: 'own', name: 'parcels', rows: 3, codeVersion: '1 abc' },
      files: [{ path: 'part-0.parquet', rows: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    expect(await rowsIn(output.location, 'parcel_id')).toHaveLength(3);
    expect(left(folders)).toEqual([]);
  });

  test('of the same content has the same digest, of another another', async () => {
    const folders = temporaryFolders({ 'a.csv': PARCELS, 'b.csv': `${PARCELS}4,y,1\n` });
    const digest = async (from: string): Promise<string> =>
      (await write(folders, { dataset: 'parcels', from })).digest;
    expect(await digest('a.csv')).toBe(await digest('a.csv'));
    expect(await digest('a.csv')).not.toBe(await digest('b.csv'));
  });

  test('of raw data is the files as they came, under a root of its own', async () => {
    const folders = temporaryFolders({ 'a.csv': PARCELS, 'b.bin': 'a\u0000b' });
    const from = ['a.csv', 'b.bin'];
    const output = await write(folders, { dataset: 'parcels', from }, newVersion({ stage: 'raw' }));
    expect(output.location).toContain('/datasets/raw/own/parcels/versions/');
    expect(readFileSync(join(output.location, 'a.csv'), 'utf8')).toBe(PARCELS);
    expect(output).toMatchObject({ files: 2, columns: 0 });
    expect(output).not.toHaveProperty('rows');
  });

  test('tells in each row where it comes from when it is stamped', async () => {
    const folders = temporaryFolders({ 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n' });
    const output = await write(
      folders,
      { dataset: 'parcels', from: '*.csv' },
      newVersion({
        stamp: true,
        contract: contract('columns: { id: bigint }\nextraColumns: block'),
      }),
    );
    expect(await rowsIn(output.location)).toMatchObject([
      { id: '1', _code_version: '1 abc', _source: 'a.csv' },
      { id: '2', _code_version: '1 abc', _source: 'b.csv' },
    ]);
    expect(output.contract).toMatchObject({ status: 'OK' });
    // Of the files it is made of, stamps are none.
    expect(output.lineage?.columns.map(({ name, from }) => [name, from.length > 0])).toEqual([
      ['id', true],
      ['_millrace_execution', false],
      ['_code_version', false],
      ['_source', false],
    ]);
  });

  test('says how its columns differ from those of what is current', async () => {
    const folders = temporaryFolders({ 'a.csv': 'id,old\n1,2\n', 'b.csv': 'id,new\nx,2\n' });
    const before = newVersion();
    await write(folders, { dataset: 'parcels', from: 'a.csv' }, before);
    const previous = `structured/own/parcels/versions/${before.version}`;
    const output = await write(
      folders,
      { dataset: 'parcels', from: 'b.csv' },
      newVersion({ previous }),
    );
    expect(output.schemaChange).toMatchObject({
      added: [{ name: 'new' }],
      removed: [{ name: 'old' }],
      retyped: [{ name: 'id', from: 'BIGINT', to: 'VARCHAR' }],
    });
  });

  test('is never written over', async () => {
    const folders = temporaryFolders({ 'in.csv': PARCELS });
    const version = newVersion();
    const args = { dataset: 'parcels', from: 'in.csv' };
    const first = await write(folders, args, version);
    expect(await refused(folders, args, version)).toMatchObject({ error: 'Dataset.StorageFailed' });
    expect(await rowsIn(first.location, 'parcel_id')).toHaveLength(3);
    expect(left(folders)).toEqual([]);
  });
});

describe('a contract', () => {
  const QUARANTINE = contract(
    'columns:\n  parcel_id: { type: bigint, unique: true }\n  zip: { type: varchar, pattern: "^[0-9]{5}$", severity: quarantine }\n  acres: double',
  );

  test('sets rows aside, with the names of the rules that they break', async () => {
    const folders = temporaryFolders({ 'in.csv': PARCELS });
    const version = newVersion({ contract: QUARANTINE });
    const output = await write(folders, { dataset: 'parcels', from: 'in.csv' }, version);
    expect(output).toMatchObject({ rows: 2, quarantined: { rows: 1 } });
    expect(await rowsIn(output.location)).toEqual([
      { parcel_id: '1', zip: '01234', acres: 1.5 },
      { parcel_id: '2', zip: '90210', acres: 2 },
    ]);
    expect(await rowsIn(output.quarantined?.location ?? '')).toEqual([
      { parcel_id: '3', zip: 'x', acres: 4, _millrace_reasons: ['zip pattern'] },
    ]);
    expect(left(folders)).toEqual([]);
  });

  test.each([
    ['block', 'block', 3, undefined],
    ['warn', 'publish', 3, undefined],
    ['quarantine', 'publish', 2, 1],
  ])(
    'that says %s of a value which is no number ends with %s',
    async (severity, verdict, rows, aside) => {
      const folders = temporaryFolders({ 'in.csv': 'id,n\n1,1\n2,many\n3,3\n' });
      const rules = contract(`columns: { id: bigint, n: { type: int, severity: ${severity} } }`);
      const version = newVersion({ contract: rules });
      const output = await write(folders, { dataset: 'parcels', from: 'in.csv' }, version);
      expect(output.contract).toMatchObject({ verdict });
      expect([output.rows, output.quarantined?.rows]).toEqual([rows, aside]);
      const values = await rowsIn(output.location, 'n');
      expect(values[0]).toEqual({ n: 1 });
      if (severity !== 'quarantine') expect(values).toContainEqual({ n: null });
      expect(left(folders)).toEqual([]);
    },
  );

  test('keeps codes with leading zeros as they are', async () => {
    const folders = temporaryFolders({ 'in.csv': 'zip\n01234\n00501\n' });
    const version = newVersion({ contract: contract('columns: { zip: varchar }') });
    const output = await write(folders, { dataset: 'parcels', from: 'in.csv' }, version);
    expect(await rowsIn(output.location)).toEqual([{ zip: '00501' }, { zip: '01234' }]);
  });

  test('looks things up in what is current of another dataset', async () => {
    const folders = temporaryFolders({
      'c.csv': 'name\nAlpine\n',
      'in.csv': 'county\nAlpine\nInyo\nMono\n',
    });
    const counties = newVersion({ name: 'counties' });
    await write(folders, { dataset: 'counties', from: 'c.csv' }, counties);
    const rules = contract(
      'columns: { county: varchar }\nrules: [{ references: { column: county, dataset: counties, key: name } }]',
    );
    // Each interval may have a version of its own.
    const more = newVersion({ name: 'counties' });
    writeFileSync(join(folders.folder, 'c.csv'), 'name\nInyo\n');
    await write(folders, { dataset: 'counties', from: 'c.csv' }, more);
    const references = {
      counties: [counties, more].map(
        ({ version }) => `structured/own/counties/versions/${version}`,
      ),
    };
    const output = await write(
      folders,
      { dataset: 'parcels', from: 'in.csv' },
      newVersion({ contract: rules, references }),
    );
    expect(output.contract).toMatchObject({ verdict: 'block' });
    expect(JSON.stringify(output.contract)).toContain('Mono');
    expect(JSON.stringify(output.contract)).toContain('1 of 3 rows');
  });

  test('compares counts with the versions before, the newest of which counts', async () => {
    const folders = temporaryFolders({ 'in.csv': PARCELS });
    const rules = contract('extraColumns: allow\nrules: [{ rows: { within: 10 %, of: last 2 } }]');
    const verdict = async (history: { rows: number }[]): Promise<string | undefined> =>
      (
        await write(
          folders,
          { dataset: 'parcels', from: 'in.csv' },
          newVersion({ contract: rules, history }),
        )
      ).contract?.verdict;
    // The newest first.
    expect(await verdict([{ rows: 3 }, { rows: 3 }, { rows: 900 }, { rows: 900 }])).toBe('publish');
    expect(await verdict([{ rows: 900 }, { rows: 900 }, { rows: 3 }, { rows: 3 }])).toBe('block');
  });

  test('of raw data blocks where rows would be set aside, and leaves the files as they are', async () => {
    const folders = temporaryFolders({ 'in.csv': PARCELS });
    const version = newVersion({ stage: 'raw', contract: QUARANTINE });
    const output = await write(folders, { dataset: 'parcels', from: 'in.csv' }, version);
    expect(output.contract).toMatchObject({ verdict: 'block', quarantined: 1 });
    expect(output).not.toHaveProperty('quarantined');
    expect(readFileSync(join(output.location, 'in.csv'), 'utf8')).toBe(PARCELS);
  });

  test('has custom SQL that reaches nothing but the data', async () => {
    const folders = temporaryFolders({ 'in.csv': PARCELS });
    writeFileSync(join(folders.root, 'secret.csv'), 'a\n1\n');
    const rule = (query: string): Contract =>
      contract(`extraColumns: allow\nrules: [{ sql: { query: ${JSON.stringify(query)} } }]`);
    for (const query of [
      `SELECT * FROM read_csv('${folders.root}/secret.csv')`,
      `SELECT * FROM read_text('/etc/passwd')`,
    ]) {
      const version = newVersion({ contract: rule(query) });
      const output = await write(folders, { dataset: 'parcels', from: 'in.csv' }, version);
      expect(output.contract).toMatchObject({ verdict: 'block' });
      expect(JSON.stringify(output.contract)).not.toContain('root:');
    }
  });
});

describe('what is no data', () => {
  const UTF8 = Buffer.from('a,b\n1,grün\n');
  const LATIN1 = Buffer.from('a,b\n2,gr\xfcn\n', 'latin1');
  const parquet = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(100, 7), Buffer.from('PAR1')]);
  test.each<[string, string, Buffer | string, string | undefined, RegExp]>([
    [
      'is cut off inside of quotes',
      'a.csv',
      'a,b\n1,"x, y"\n2,"z\n',
      'a: bigint\n  b: varchar',
      /never closed/,
    ],
    [
      'mixes encodings',
      'a.csv',
      Buffer.concat([UTF8, LATIN1.subarray(4)]),
      undefined,
      /UTF-8|encod/,
    ],
    ['has another delimiter than is said', 'a.csv', 'a;b\n1;2\n', 'a: bigint\n  b: bigint', /./],
    ['is JSON with the name of CSV', 'a.csv', '[{"a":1},\n{"a":2}]\n', undefined, /JSON/],
    ['has two columns of one name', 'a.csv', 'a,a\n1,2\n', undefined, /twice/],
    ['is Parquet with a broken footer', 'a.parquet', parquet, undefined, /footer|damaged/],
    [
      'is Parquet that was cut off',
      'a.parquet',
      Buffer.from('PAR1 something'),
      undefined,
      /Parquet/,
    ],
  ])(
    '%s: nothing is published, and the cause says what is wrong',
    async (_, name, bytes, columns, words) => {
      const folders = temporaryFolders();
      writeFileSync(join(folders.folder, name), bytes);
      const given = columns === undefined ? {} : { contract: contract(`columns:\n  ${columns}`) };
      const running = attempt(
        connectorOf(folders),
        folders,
        { dataset: 'parcels', from: name },
        { version: newVersion(given) },
      );
      const outcome = await running.outcome;
      if (outcome.type === 'failed') {
        expect(outcome.error).toMatch(/^(Dataset\.Unreadable|Sql\.)/);
        expect(outcome.cause).toMatch(words);
        expect(existsSync(join(folders.root, 'datasets', 'structured'))).toBe(false);
      } else {
        // It was understood all the same: then all of it was.
        expect(name).toBe('a.csv');
        expect(columns ?? '').toContain('b: bigint');
        expect(outcome.output).toMatchObject({ contract: { verdict: 'publish', rows: 1 } });
      }
      expect(left(folders)).toEqual([]);
    },
  );

  test('but only a header, is a version without rows', async () => {
    const folders = temporaryFolders({ 'in.csv': 'a,b\n' });
    const output = await write(folders, { dataset: 'parcels', from: 'in.csv' });
    expect(output).toMatchObject({ rows: 0, columns: 2 });
    expect(await rowsIn(output.location)).toEqual([]);
  });

  test('with 10,000 columns is a version with them', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `c${index}`);
    const folders = temporaryFolders({ 'in.csv': `${names}\n${names.map(() => 1)}\n` });
    // As much memory as the server gives when nobody says otherwise.
    const running = attempt(
      connectorOf(folders, 1_024),
      folders,
      { dataset: 'parcels', from: 'in.csv' },
      { version: newVersion() },
    );
    expect(await outputOf(running)).toMatchObject({ rows: 1, columns: 10_000 });
  });

  test('keeps moments of mixed zones as the same moments', async () => {
    const folders = temporaryFolders({
      'in.csv': 'at\n2026-03-01T00:00:00+01:00\n2026-02-28T23:00:00Z\n',
    });
    const version = newVersion({ contract: contract('columns: { at: timestamptz }') });
    const output = await write(folders, { dataset: 'parcels', from: 'in.csv' }, version);
    expect(await rowsIn(output.location, 'DISTINCT epoch("at") AS moment')).toEqual([
      { moment: Date.parse('2026-02-28T23:00:00Z') / 1_000 },
    ]);
  });

  test.each(['../outside.csv', '/etc/passwd', 'link.csv', 'none.csv', 'none*.csv'])(
    '%s is not read',
    async (from) => {
      const folders = temporaryFolders();
      writeFileSync(join(folders.root, 'outside.csv'), 'a\n1\n');
      symlinkSync(join(folders.root, 'outside.csv'), join(folders.folder, 'link.csv'));
      const { error } = await refused(folders, { dataset: 'parcels', from });
      expect(error).toMatch(/^Connector\.(PathOutsideFolder|FileNotFound)$/);
    },
  );

  test('and changes while it is read, is no version', async () => {
    const folders = temporaryFolders({ 'in.csv': 'a\n' });
    const file = join(folders.folder, 'in.csv');
    appendFileSync(file, '1\n'.repeat(3_000_000));
    const running = attempt(
      connectorOf(folders),
      folders,
      { dataset: 'parcels', from: 'in.csv' },
      { version: newVersion() },
    );
    await running.process;
    let isOver = false;
    const outcome = running.outcome.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      appendFileSync(file, '1\n');
      await new Promise((resume) => setImmediate(resume));
    }
    expect(await outcome).toMatchObject({ type: 'failed' });
    expect(left(folders)).toEqual([]);
  });
});

describe('an attempt that ends early', () => {
  test('leaves nothing behind', async () => {
    const folders = temporaryFolders({ 'in.csv': `a\n${'1\n'.repeat(2_000_000)}` });
    const running = attempt(
      connectorOf(folders),
      folders,
      { dataset: 'parcels', from: 'in.csv' },
      { version: newVersion() },
    );
    await running.process;
    running.abort();
    expect(await running.outcome).toMatchObject({ type: 'failed', error: 'Connector.Aborted' });
    expect(left(folders)).toEqual([]);
    expect(existsSync(join(folders.root, 'datasets', 'structured'))).toBe(false);
  });

  test('for lack of space leaves what was current as it is', async () => {
    const folders = temporaryFolders({ 'in.csv': PARCELS });
    const first = await write(folders, { dataset: 'parcels', from: 'in.csv' });
    // Where folders are to be made lies a file: the same as a disk that takes nothing more.
    const storage = join(folders.root, 'datasets', '.staging');
    const { rmSync } = await import('node:fs');
    rmSync(storage, { recursive: true, force: true });
    writeFileSync(storage, '');
    expect(await refused(folders, { dataset: 'parcels', from: 'in.csv' })).toMatchObject({
      error: 'Dataset.StorageFailed',
    });
    rmSync(storage);
    mkdirSync(storage);
    expect(await rowsIn(first.location, 'parcel_id')).toHaveLength(3);
  });
});
