/**
 * Files as views: which reader, with which options, and what its guess about a CSV file may have got wrong.
 *
 * DuckDB guesses how a CSV file is written from its first lines. Two of its guesses lose data without a word: a quote other
 * than the usual one, taken from a value that happens to begin with it, and lines at the top that did not fit. So a guess is
 * looked at before it is believed: where the file reads as well or better with the quotes of RFC 4180, it is read so; and
 * lines that are skipped, or a header that was not found, are told.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type InputFormat, READER_OPTIONS, type ReaderOption } from '../input-arguments.js';
import type { SqlInput } from '../sql-protocol.js';
import { SqlFailure, sqlFailure } from './sql-errors.js';

const FORMATS: { [ending: string]: InputFormat } = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  geojson: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
};

/** How DuckDB guesses that a file is written. */
export interface Guess {
  delimiter: string;
  quote: string;
  skipped: number;
  hasHeader: boolean;
  columns: number;
}

/**
 * Creates the view. Throws SqlFailure.
 * @param warn is told what its author may not have meant
 */
export async function createView(
  connection: DuckDBConnection,
  input: SqlInput,
  warn: (message: string) => void,
): Promise<void> {
  const { view, files } = input;
  const { format: _format, ...options } = input.options;
  const format = formatOf(input);
  const strange = Object.keys(options).filter((name) => !READER_OPTIONS[format].includes(name));
  if (strange.length > 0) {
    throw new SqlFailure(
      'Connector.InvalidArguments',
      `inputs.${view}: ${strange.join(', ')} ${strange.length === 1 ? 'is no option' : 'are no options'} of ${format} files. Known ones: ${READER_OPTIONS[format].join(', ')}.`,
    );
  }
  const read = { ...options } as { [name: string]: ReaderOption };
  if (format === 'csv') await lookAtGuess(connection, input, read, warn);
  const source = call(`read_${format}`, `[${files.map(quoted).join(', ')}]`, read);
  try {
    await connection.run(`CREATE VIEW "${view}" AS SELECT * FROM ${source}`);
  } catch (error) {
    throw sqlFailure(error, `inputs.${view}`, 1);
  }
}

/** What a file is read as: what the options say, else what its ending says. Throws SqlFailure. */
export function formatOf({ view, files, options }: SqlInput): InputFormat {
  if (options.format !== undefined) return options.format;
  const name = (files[0] as string).replace(/\.(gz|zst)$/i, '');
  const format = FORMATS[(name.split('.').at(-1) ?? '').toLowerCase()];
  if (format !== undefined) return format;
  throw new SqlFailure(
    'Sql.UnknownFormat',
    `inputs.${view}: it is not clear how to read ${files[0]}. Known endings: ${Object.keys(FORMATS).join(', ')}. Or say its format: { files: …, format: csv }.`,
  );
}

/** Adds the usual quotes to the options where they serve the file better than the guess, and tells what is lost. */
async function lookAtGuess(
  connection: DuckDBConnection,
  { view, files }: SqlInput,
  options: { [name: string]: ReaderOption },
  warn: (message: string) => void,
): Promise<void> {
  const [file] = files as [string];
  let guess = await guessOf(connection, file, options);
  if (guess === undefined) return;
  if (options.quote === undefined && guess.quote !== '"') {
    const usual = await guessOf(connection, file, { ...options, quote: '"' });
    if (usual !== undefined && isAsGood(usual, guess)) {
      options.quote = '"';
      guess = usual;
    }
  }
  const { skipped, hasHeader } = guess;
  if (skipped > 0 && options.skip === undefined) {
    warn(
      `inputs.${view}: the first ${skipped === 1 ? 'line' : `${skipped} lines`} of ${file} did not fit the others and ${skipped === 1 ? 'is' : 'are'} not read. If that is right, say skip: ${skipped}; else say how the file is written: { files: …, quote: "…", delimiter: "…", header: true }.`,
    );
  }
  if (!hasHeader && options.header === undefined && options.columns === undefined) {
    warn(
      `inputs.${view}: no header was found in ${file}, so its columns are named column0, column1, …. Say header: false if that is right, else header: true.`,
    );
  }
}

/** Nothing more is skipped, and the fields are the same; or less is skipped. */
function isAsGood(usual: Guess, guess: Guess): boolean {
  if (usual.skipped !== guess.skipped) return usual.skipped < guess.skipped;
  return usual.delimiter === guess.delimiter && usual.columns === guess.columns;
}

/** Undefined when DuckDB has none: then reading fails, and says why. */
export async function guessOf(
  connection: DuckDBConnection,
  file: string,
  options: { [name: string]: ReaderOption },
): Promise<Guess | undefined> {
  const sniff = call('sniff_csv', quoted(file), options);
  try {
    const answer = await connection.runAndReadAll(
      `SELECT Delimiter, Quote, SkipRows::INTEGER, HasHeader, len(Columns)::INTEGER FROM ${sniff}`,
    );
    const [delimiter, quote, skipped, hasHeader, columns] = answer.getRows()[0] ?? [];
    return {
      delimiter: String(delimiter),
      quote: String(quote),
      skipped: Number(skipped),
      hasHeader: hasHeader === true,
      columns: Number(columns),
    };
  } catch {
    return undefined;
  }
}

function call(
  reader: string,
  source: string,
  options: { readonly [name: string]: ReaderOption },
): string {
  const given = Object.entries(options).map(
    ([name, value]) => `${name === 'delimiter' ? 'delim' : name} = ${literal(value)}`,
  );
  return `${reader}(${[source, ...given].join(', ')})`;
}

function literal(value: ReaderOption): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value).map(([name, type]) => `${quoted(name)}: ${quoted(type)}`);
  return `{${members.join(', ')}}`;
}

/** A text as SQL writes it. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
