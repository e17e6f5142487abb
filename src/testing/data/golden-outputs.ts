/**
 * Compares what the tasks of a test wrote with its golden outputs, and, when that was asked for, makes what they wrote the golden
 * outputs: a file is written beside and renamed, so it is the old one or the new one.
 * @module
 */
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type {
  CompareWork,
  FixtureResult,
} from '../../connectors/dataset/fixtures/fixture-protocol.js';
import { runFixtures } from '../../connectors/dataset/fixtures/run-fixtures.js';
import type { Failure } from '../expectations.js';
import type { Row } from './data-schema.js';
import { differenceSummary, differenceTable } from './difference-table.js';
import { withRows } from './golden-rows.js';
import { formatOf, type PlannedGolden } from './planned-data.js';

/** Golden outputs that were written in this run of tests. */
export interface GoldenUpdates {
  /** Paths, or places in a test file, that hold what some test of this run wrote. */
  readonly written: Set<string>;
}

export interface GoldenOutcome {
  readonly failures: readonly Failure[];
  /** What was written, in words. */
  readonly updated: readonly string[];
}

/** Names of files that are told when one is not there. */
const LISTED = 10;

/**
 * @param workFolder undefined: no task ran that could have written anything
 * @param testFile where rows stand that the test writes itself
 * @param updates undefined: nothing is written
 */
export async function compareOutputs(
  outputs: readonly PlannedGolden[],
  workFolder: string | undefined,
  testFile: string,
  updates: GoldenUpdates | undefined,
  signal: AbortSignal,
): Promise<GoldenOutcome> {
  if (outputs.length === 0) return { failures: [], updated: [] };
  if (workFolder === undefined || !existsSync(workFolder)) {
    const message = 'no task ran that could have written data';
    const fix =
      'Let the step really run: mocks: { STEP: { run: true } }. SQL steps do by themselves.';
    return { failures: [{ message, details: [], fix }], updated: [] };
  }
  const root = realpathSync(workFolder);
  const works = outputs.map((golden) => workOf(golden, root, testFile, updates));
  const failures: Failure[] = [];
  const updated: string[] = [];
  const results = await runFixtures(works, signal);
  for (const [index, result] of results.entries()) {
    const golden = outputs[index] as PlannedGolden;
    const work = works[index] as CompareWork;
    if (result.type === 'updated') {
      const failure = keep(golden, work, result, testFile);
      if (failure !== undefined) failures.push(failure);
      else {
        updates?.written.add(keyOf(golden, testFile));
        const rows = `${result.rows} ${result.rows === 1 ? 'row' : 'rows'}`;
        updated.push(`${golden.file ?? `rows of ${golden.name}`} (${rows})`);
      }
      continue;
    }
    const failure = failureOf(golden, result, root);
    if (failure !== undefined) failures.push(failure);
  }
  for (const { update } of works) {
    if (update?.type === 'file') rmSync(update.temporary, { force: true });
  }
  return { failures, updated };
}

function workOf(
  golden: PlannedGolden,
  root: string,
  testFile: string,
  updates: GoldenUpdates | undefined,
): CompareWork {
  const { name, format, delimiter, source, rules } = golden;
  const actual = { name, root, format, ...(delimiter === undefined ? {} : { delimiter }) };
  const isThere = source.type === 'rows' || existsSync(source.path);
  // What another test of this run has just written is compared like what was there before.
  const mayUpdate = updates !== undefined && !updates.written.has(keyOf(golden, testFile));
  return {
    ...{ type: 'compare', actual, rules },
    ...(isThere ? { golden: source } : {}),
    ...(mayUpdate ? { update: updateOf(golden) } : {}),
  };
}

function updateOf({ source, file }: PlannedGolden): NonNullable<CompareWork['update']> {
  if (source.type === 'rows' || file === undefined) return { type: 'rows' };
  mkdirSync(dirname(source.path), { recursive: true });
  const temporary = join(dirname(source.path), `.${basename(source.path)}.${randomUUID()}`);
  return { type: 'file', temporary, format: formatOf(file) ?? 'csv' };
}

function keyOf({ source, place }: PlannedGolden, testFile: string): string {
  return source.type === 'file' ? source.path : `${testFile} ${place.join('/')}`;
}

/** Puts into place what was written. */
function keep(
  golden: PlannedGolden,
  { update }: CompareWork,
  { written = [] }: Extract<FixtureResult, { type: 'updated' }>,
  testFile: string,
): Failure | undefined {
  const { source, place, name } = golden;
  if (source.type === 'file') {
    if (update?.type === 'file') renameSync(update.temporary, source.path);
    return undefined;
  }
  const text = withRows(readFileSync(testFile, 'utf8'), [...place, 'rows'], written as Row[]);
  if (text === undefined) {
    const message = `the rows of ${name} cannot be refreshed: they stand elsewhere in the file`;
    return { message, details: [], fix: 'Write them where they are used, or name a file.' };
  }
  const temporary = join(dirname(testFile), `.${basename(testFile)}.${randomUUID()}`);
  writeFileSync(temporary, text);
  renameSync(temporary, testFile);
  return undefined;
}

function failureOf(
  golden: PlannedGolden,
  result: FixtureResult,
  root: string,
): Failure | undefined {
  const { name, file } = golden;
  switch (result.type) {
    case 'same':
    case 'made':
    case 'updated':
      return undefined;
    case 'no golden': {
      const message = `there is no golden output ${file}; ${name} has ${result.rows} rows`;
      return { message, details: [], fix: 'Write it with `millrace test --update`, and read it.' };
    }
    case 'different': {
      const than = file === undefined ? 'the rows expected' : file;
      const message = `${name} differs from ${than}: ${differenceSummary(result.difference)}`;
      const fix = 'If what was written is right: millrace test --update.';
      return { message, details: differenceTable(result.difference), fix };
    }
    case 'failed': {
      const message = `${name} cannot be compared: ${result.cause}`;
      return { message, details: filesThere(root, result.cause), fix: `${capital(result.fix)}.` };
    }
  }
}

/** What was written instead. */
function filesThere(root: string, cause: string): string[] {
  if (!cause.startsWith('no step wrote')) return [];
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.millrace'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return [`written: ${names.slice(0, LISTED).join(', ') || 'nothing'}${more}`];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
