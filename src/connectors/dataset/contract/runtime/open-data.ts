/**
 * Files as a view that a contract can be asked of.
 *
 * A CSV file has no types: the contract has. Columns whose type it says are read as text, and the evaluation casts them: so a
 * value that does not fit is a row with a reason, and a code with leading zeros stays what it is. The types of all other columns are
 * DuckDB's guess.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { foundType, isWhole, quotedName } from '../../../../datasets/column-type.js';
import type { Contract } from '../../../../datasets/contract.js';
import type { InputFormat, ReaderOptions } from '../../../sql/input-arguments.js';
import { createView, formatOf, guessOf, quoted } from '../../../sql/runtime/input-views.js';
import type { DataFiles } from '../check-protocol.js';
import { columnsOf } from '../evaluate-contract.js';
import { lookAtFile } from './look-at-file.js';
import { plainMessage, UnreadableData, unreadableWords } from './unreadable.js';

export interface OpenedData {
  /** Quoted name of the view. */
  readonly relation: string;
  /** Whether it was written as text. */
  readonly isText: boolean;
}

/**
 * @param view its name
 * @param contract undefined: types are guessed
 * @param warn is told what may not have been meant
 * @throws UnreadableData, or what DuckDB says
 */
export async function openData(
  connection: DuckDBConnection,
  view: string,
  data: DataFiles,
  contract: Contract | undefined,
  warn: (message: string) => void,
): Promise<OpenedData> {
  const files = [...data.files];
  const format = formatOf({ view, files, options: data.options });
  for (const file of files) {
    const wrong = lookAtFile(file, format, data.options.encoding !== undefined);
    if (wrong !== undefined) throw new UnreadableData(wrong);
  }
  const options: ReaderOptions = { ...data.options, format };
  const relation = quotedName(view);
  if (format === 'csv') {
    await lookAtHeader(connection, files[0] as string, options);
    if (contract !== undefined && options.types === undefined && options.columns === undefined) {
      await createView(
        connection,
        { view, files, options: { ...options, all_varchar: true } },
        () => undefined,
      );
      const found = await columnsOf(connection, relation);
      await connection.run(`DROP VIEW ${relation}`);
      await lookAtDelimiter(
        connection,
        files,
        contract,
        found.map(({ name }) => name),
        options,
      );
      const types = textColumns(
        contract,
        found.map(({ name }) => name),
      );
      if (Object.keys(types).length > 0) options.types = types;
    }
  }
  const told = (message: string): void => warn(plainWarning(message, view));
  await createView(connection, { view, files, options }, told).catch((error: unknown) => {
    throw format === 'parquet' ? damaged(error) : error;
  });
  return { relation, isText: format !== 'parquet' };
}

/**
 * The same without a contract: types are guessed, but whole numbers that are written with zeros before them are codes, and text.
 * @throws UnreadableData, or what DuckDB says
 */
export async function openForProfile(
  connection: DuckDBConnection,
  view: string,
  data: DataFiles,
  warn: (message: string) => void,
): Promise<OpenedData> {
  const opened = await openData(connection, view, data, undefined, warn);
  const options: ReaderOptions = { ...data.options };
  if (formatOf({ view, files: [...data.files], options }) !== 'csv') return opened;
  const found = await columnsOf(connection, opened.relation);
  const whole = found.filter(({ type }) => isWhole(foundType(type))).map(({ name }) => name);
  if (whole.length === 0) return opened;
  await connection.run(`DROP VIEW ${opened.relation}`);
  const asText: DataFiles = { files: data.files, options: { ...options, all_varchar: true } };
  const { relation } = await openData(connection, view, asText, undefined, () => undefined);
  const coded = whole.map(
    (name) => `coalesce(bool_or(regexp_matches(${quotedName(name)}, '^0[0-9]')), false)`,
  );
  const [isCode = []] = (
    await connection.runAndReadAll(`SELECT ${coded.join(', ')} FROM ${relation}`)
  ).getRows();
  await connection.run(`DROP VIEW ${relation}`);
  const codes = whole.filter((_name, index) => isCode[index] === true);
  const types = Object.fromEntries(codes.map((name) => [name, 'VARCHAR']));
  const read = codes.length === 0 ? options : { ...options, types };
  return openData(
    connection,
    view,
    { files: data.files, options: read },
    undefined,
    () => undefined,
  );
}

/** Columns whose type the contract says, to be read as they are written. */
function textColumns(contract: Contract, found: readonly string[]): { [name: string]: string } {
  const names = new Set(found);
  const types: { [name: string]: string } = {};
  for (const { path, type } of contract.columns) {
    const [name = ''] = path;
    if (path.length === 1 && type !== undefined && names.has(name)) types[name] = 'VARCHAR';
  }
  return types;
}

/**
 * Where no delimiter gives all lines the same fields, DuckDB takes each line for one. So when the one column has the names of the
 * contract in it, the file is read once with the delimiter between them, which says the line that does not fit.
 * @throws UnreadableData
 */
async function lookAtDelimiter(
  connection: DuckDBConnection,
  files: readonly string[],
  contract: Contract,
  found: readonly string[],
  options: ReaderOptions,
): Promise<void> {
  const [name = ''] = found;
  if (found.length !== 1 || contract.columns.some(({ path }) => path[0] === name)) return;
  const expected = new Set(contract.columns.map(({ path }) => path[0] ?? ''));
  const delimiter = DELIMITERS.find((one) => name.split(one).some((part) => expected.has(part)));
  if (delimiter === undefined) return;
  if (options.delimiter !== undefined) {
    throw new UnreadableData({
      cause: `there is one column, "${name.slice(0, 80)}": its names are separated by another sign than "${options.delimiter}"`,
      fix: `say --delimiter "${delimiter === '\t' ? '\\t' : delimiter}"`,
    });
  }
  const names = name.split(delimiter).map((part) => part.replaceAll(/^"|"$/g, ''));
  const columns = names.map((one) => `${quoted(one)}: 'VARCHAR'`);
  const read = [
    `[${files.map(quoted).join(', ')}]`,
    'auto_detect = false',
    `delim = ${quoted(delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    'header = true',
    `columns = {${columns.join(', ')}}`,
  ];
  await connection
    .run(`SELECT count(*) FROM read_csv(${read.join(', ')})`)
    .catch((error: unknown) => {
      throw new UnreadableData(unreadableWords(error));
    });
  options.delimiter = delimiter;
}

const DELIMITERS = [',', ';', '|', '\t'];

/** DuckDB gives columns of one name new names, so what was promised would be promised of one of them. */
async function lookAtHeader(
  connection: DuckDBConnection,
  file: string,
  options: ReaderOptions,
): Promise<void> {
  if (options.header === false || options.columns !== undefined) return;
  const { format: _format, types: _types, ...given } = options;
  const guess = await guessOf(connection, file, given as { [name: string]: never });
  if (guess === undefined || !guess.hasHeader) return;
  const read = [
    `delim = ${quoted(guess.delimiter)}`,
    'header = false',
    'all_varchar = true',
    `skip = ${guess.skipped}`,
    ...(guess.quote === '' || guess.quote === '(empty)' ? [] : [`quote = ${quoted(guess.quote)}`]),
    ...(options.encoding === undefined ? [] : [`encoding = ${quoted(String(options.encoding))}`]),
    'null_padding = true',
    'strict_mode = false',
  ];
  const sql = `SELECT * FROM read_csv(${[quoted(file), ...read].join(', ')}) LIMIT 1`;
  const names = await connection
    .runAndReadAll(sql)
    .then((answer) => answer.getRows()[0] ?? [])
    .catch(() => []);
  const seen = new Map<string, string>();
  for (const value of names) {
    if (typeof value !== 'string' || value === '') continue;
    const before = seen.get(value.toLowerCase());
    seen.set(value.toLowerCase(), value);
    if (before === undefined) continue;
    const cause =
      before === value
        ? `the header names the column "${value.slice(0, 80)}" twice`
        : `the header has "${before.slice(0, 80)}" and "${value.slice(0, 80)}", which differ in capital letters alone: SQL takes them for one`;
    throw new UnreadableData({
      cause,
      fix: 'give each column a name of its own where the file is written',
    });
  }
}

/** What DuckDB says of a footer that it cannot read is told by the library that trips over it, in many ways. */
function damaged(error: unknown): UnreadableData {
  const said = plainMessage(error).split('\n', 1)[0] ?? '';
  return new UnreadableData({
    cause: `the Parquet file is damaged: its footer, which says where everything is, cannot be read (${said.slice(0, 200)})`,
    fix: 'write or copy it again',
  });
}

/** Warnings of the SQL task name its arguments. */
function plainWarning(message: string, view: string): string {
  return message
    .replace(`inputs.${view}: `, '')
    .replace(/skip: (\d+)/, '--skip $1')
    .replace(
      /; else say how the file is written: \{.*\}/,
      '; else say how the file is written: --delimiter, --quote',
    )
    .replace(
      'Say header: false if that is right, else header: true',
      'Say --no-header if that is right',
    );
}

export type { InputFormat };
