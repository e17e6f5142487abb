/**
 * Checks what a test says of data, and finds the files that it names. Every problem is told at its place.
 * @module
 */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RowSource } from '../../connectors/dataset/fixtures/fixture-protocol.js';
import { parseType } from '../../datasets/column-type.js';
import type { Loading } from '../../pipelines/loading.js';
import type { PipelinePlan } from '../../pipelines/plan.js';
import { problemAt, type SourceFile, type ValuePath } from '../../pipelines/source-file.js';
import type { ColumnTypes, DataEntry, GoldenEntries, SourceEntries } from './data-schema.js';
import {
  ENDINGS,
  formatOf,
  type PlannedData,
  type PlannedFile,
  type PlannedGolden,
} from './planned-data.js';
import { codeOfTasks } from './task-code.js';

/** The file that a dataset is read from. */
const READ_FILE = '/part-0.parquet';

interface Place {
  readonly source: SourceFile;
  readonly loading: Pick<Loading, 'problems'>;
  readonly path: ValuePath;
}

/**
 * The data of one test; undefined: it says nothing of data.
 * @param shared what the file says for all of its tests, and where
 * @param own what the test says: by name before what is shared
 */
export function planData(
  { source, loading }: Pick<Place, 'source' | 'loading'>,
  shared: DataEntry | undefined,
  own: { readonly data?: DataEntry | undefined; readonly golden?: GoldenEntries | undefined },
  index: number,
  pipeline: PipelinePlan | undefined,
): PlannedData | undefined {
  if (shared === undefined && own.data === undefined && own.golden === undefined) return undefined;
  const at = (...path: (string | number)[]): Place => ({ source, loading, path });
  const test = ['tests', index] as const;
  const files = (part: Part): PlannedFile[] => {
    const ours = planFiles(entriesOf(own.data, part), at(...test, 'data', part));
    const named = new Set(ours.map(({ to }) => to));
    // Those of the file are checked once, with the file.
    const theirs = planFiles(entriesOf(shared, part), undefined, source.file);
    return [...ours, ...theirs.filter(({ to }) => !named.has(to))];
  };
  const code = [
    ...checkedCode(own.data, pipeline, at(...test, 'data', 'code')),
    ...listOf(shared?.code),
    ...(pipeline === undefined ? [] : codeOfTasks(pipeline)),
  ];
  return {
    files: files('files'),
    written: files('written'),
    reads: files('reads'),
    code: [...new Set(code)],
    golden: planGolden(own.golden ?? {}, at(...test, 'expect', 'data')),
  };
}

type Part = 'files' | 'written' | 'reads';

/** What stands for a dataset becomes a file of its version. */
function entriesOf(data: DataEntry | undefined, part: Part): SourceEntries {
  const entries = data?.[part] ?? {};
  if (part !== 'reads') return entries;
  return Object.fromEntries(
    Object.entries(entries).map(([alias, entry]) => [`${alias}${READ_FILE}`, entry]),
  );
}

/** Checks what a file says for all of its tests. */
export function checkSharedData(
  { source, loading }: Pick<Place, 'source' | 'loading'>,
  data: DataEntry,
  pipeline: PipelinePlan | undefined,
): void {
  for (const part of ['files', 'written', 'reads'] as const) {
    planFiles(entriesOf(data, part), { source, loading, path: ['data', part] });
  }
  checkedCode(data, pipeline, { source, loading, path: ['data', 'code'] });
}

/** @param place undefined: nothing is told */
function planFiles(
  entries: SourceEntries,
  place: Place | undefined,
  testFile: string = place?.source.file ?? '',
): PlannedFile[] {
  return Object.entries(entries).flatMap(([to, given]): PlannedFile[] => {
    const entry = typeof given === 'string' ? { file: given } : given;
    const here = place && { ...place, path: [...place.path, to.replace(READ_FILE, '')] };
    checkColumns(entry.columns, here);
    const format = formatOf(to);
    const delimiter = entry.delimiter === undefined ? {} : { delimiter: entry.delimiter };
    const columns = entry.columns === undefined ? {} : { columns: entry.columns };
    if ('rows' in entry) {
      if (format === undefined) {
        report(here, 'rows', `rows cannot be written as ${to}`, `known endings: ${endings()}`);
        return [];
      }
      const source = { type: 'rows', rows: entry.rows, ...columns } as const;
      return [{ to, from: { type: 'make', source, format, ...delimiter } }];
    }
    const path = fileBeside(testFile, entry.file, here);
    if (path === undefined) return [];
    const own = formatOf(path);
    if (own === format || own === undefined || format === undefined) {
      const isCopied = entry.columns === undefined && entry.delimiter === undefined;
      if (!isCopied) {
        const message = `${entry.file} is copied as it is, so nothing comes of "columns" and "delimiter"`;
        report(here, undefined, message, 'take them out');
      }
      if (own !== format) {
        const message = `${entry.file} cannot become ${to}`;
        report(here, undefined, message, `rows are read and written by ending: ${endings()}`);
        return [];
      }
      return [{ to, from: { type: 'copy', path } }];
    }
    const source: RowSource = { type: 'file', path, format: own, ...columns, ...delimiter };
    return [{ to, from: { type: 'make', source, format } }];
  });
}

function planGolden(entries: GoldenEntries, place: Place): PlannedGolden[] {
  return Object.entries(entries).flatMap(([name, given]): PlannedGolden[] => {
    const entry = typeof given === 'string' ? { file: given } : given;
    const here = { ...place, path: [...place.path, name] };
    checkColumns(entry.columns, here);
    const format = formatOf(name);
    if (format === undefined) {
      report(here, undefined, `${name} cannot be compared as rows`, `known endings: ${endings()}`);
      return [];
    }
    const { columns, delimiter, ordered = false, tolerance = 0 } = entry;
    const types = columns === undefined ? {} : { columns };
    const rules = { key: listOf(entry.key), ordered, tolerance, ignore: listOf(entry.ignore) };
    const both = rules.key.filter((column) => rules.ignore.includes(column));
    if (both.length > 0) {
      report(here, 'ignore', `"${both[0]}" is a key, and ignored`, 'take it out of one of them');
      return [];
    }
    const common = {
      ...{ name, format, rules, place: here.path },
      ...(delimiter === undefined ? {} : { delimiter }),
    };
    if ('rows' in entry) {
      return [{ ...common, source: { type: 'rows', rows: entry.rows, ...types } }];
    }
    const own = formatOf(entry.file);
    if (own === undefined) {
      report(here, undefined, `${entry.file} cannot be read as rows`, `known: ${endings()}`);
      return [];
    }
    // It may not be there yet: --update writes it.
    const path = resolve(dirname(place.source.file), entry.file);
    const source: RowSource = { type: 'file', path, format: own, ...types };
    return [{ ...common, source, file: entry.file }];
  });
}

function checkColumns(columns: ColumnTypes | undefined, place: Place | undefined): void {
  if (place === undefined) return;
  for (const [name, text] of Object.entries(columns ?? {})) {
    const type = parseType(text);
    if (!('problem' in type)) continue;
    const here = { ...place, path: [...place.path, 'columns'] };
    const fix = 'write a type of DuckDB, such as bigint, decimal(10,2), varchar, date, timestamptz';
    report(here, name, `the type of "${name}": ${type.problem}`, fix);
  }
}

/** The files and folders that a test says its tasks need, and that are there. */
function checkedCode(
  data: DataEntry | undefined,
  pipeline: PipelinePlan | undefined,
  place: Place,
): string[] {
  const names = listOf(data?.code);
  if (pipeline === undefined) return names;
  return names.filter((name, index) => {
    if (statSync(join(pipeline.folder, name), { throwIfNoEntry: false }) !== undefined) return true;
    const step = Array.isArray(data?.code) ? index : undefined;
    report(place, step, `there is no ${name} in the folder of the pipeline`, undefined);
    return false;
  });
}

function fileBeside(testFile: string, name: string, place: Place | undefined): string | undefined {
  const path = resolve(dirname(testFile), name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return path;
  const message = found === undefined ? `there is no file ${name}` : `${name} is no file`;
  report(place, undefined, message, 'write it, or give the rows here: { rows: [{ … }] }');
  return undefined;
}

function report(
  place: Place | undefined,
  step: string | number | undefined,
  message: string,
  fix: string | undefined,
): void {
  if (place === undefined) return;
  const { source, loading, path } = place;
  const at = step === undefined ? path : [...path, step];
  loading.problems.push(
    problemAt(source, at, 'MILL1507', message, fix === undefined ? {} : { fix }),
  );
}

function endings(): string {
  return ENDINGS.map((ending) => `.${ending}`).join(', ');
}

function listOf(given: string | readonly string[] | undefined): string[] {
  if (given === undefined) return [];
  return typeof given === 'string' ? [given] : [...given];
}
