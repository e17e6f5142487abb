/**
 * Items for a distributed Map out of a stream of text, in pages: CSV, JSON or JSON lines. Nothing is held but a page and
 * a piece of the text, so the size of a file does not matter.
 * Source: Step Functions developer guide, "ItemReader", ReaderConfig.
 * @module
 */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Json, JsonObject } from '../../asl/json.js';
import { csvItem } from '../../asl/map-run.js';
import { jsonArrayPages } from './json-array-pages.js';

/** Text in UTF-8, or its bytes, in pieces that may be cut anywhere. */
export type Chunks = AsyncIterable<Uint8Array | string>;

/** Items in a page. */
export const PAGE_ITEMS = 500;
/** Bytes of one line or record, at most: an item must fit in the input of an execution. */
const MAX_LINE = 8_388_608;

const DELIMITERS: { [name: string]: string } = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/** Kinds of text that items can be read from. */
export const TEXT_TYPES: readonly string[] = ['CSV', 'JSON', 'JSONL'];

/**
 * Reads items as ReaderConfig describes them. Throws an error whose message tells what is wrong with the text.
 * @param config InputType (CSV, JSON, JSONL), CSVHeaderLocation, CSVHeaders, CSVDelimiter, ItemsPointer
 * @example for await (const page of itemPages({ InputType: 'CSV' }, chunks)) … // [{ id: '1', name: 'a' }, …]
 */
export function itemPages(config: JsonObject, chunks: Chunks): AsyncGenerator<Json[]> {
  switch (config.InputType) {
    case 'CSV':
      return csvPages(config, chunks);
    case 'JSONL':
      return lines(chunks);
    default:
      return jsonArrayPages(pointerOf(config), chunks, PAGE_ITEMS);
  }
}

function pointerOf({ ItemsPointer: pointer }: JsonObject): string[] {
  if (typeof pointer !== 'string') return [];
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

async function* csvPages(config: JsonObject, chunks: Chunks): AsyncGenerator<Json[]> {
  let headers = config.CSVHeaderLocation === 'GIVEN' ? (config.CSVHeaders as string[]) : undefined;
  if (headers) checkHeaders(headers);
  let page: Json[] = [];
  const records = parse({
    bom: true,
    delimiter: DELIMITERS[String(config.CSVDelimiter ?? 'COMMA')] ?? ',',
    max_record_size: MAX_LINE,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(chunks, { objectMode: false });
  source.on('error', (error) => records.destroy(error));
  try {
    for await (const record of source.pipe(records) as AsyncIterable<string[]>) {
      if (headers === undefined) {
        headers = record;
        checkHeaders(headers);
        continue;
      }
      page.push(csvItem(headers, record));
      if (page.length >= PAGE_ITEMS) {
        yield page;
        page = [];
      }
    }
  } finally {
    source.destroy();
  }
  if (page.length > 0) yield page;
}

function checkHeaders(headers: readonly string[]): void {
  if (new Set(headers).size !== headers.length) {
    throw new Error('CSV headers cannot contain duplicates.');
  }
}

async function* lines(chunks: Chunks): AsyncGenerator<Json[]> {
  let page: Json[] = [];
  let number = 0;
  let rest = '';
  const decoder = new TextDecoder();
  const take = (line: string): void => {
    number += 1;
    if (line.trim() === '') return;
    try {
      page.push(JSON.parse(number === 1 ? line.replace(/^\uFEFF/, '') : line) as Json);
    } catch (error) {
      throw new Error(
        `Line ${number} is no JSON: ${error instanceof Error ? error.message : error}`,
      );
    }
  };
  for await (const chunk of chunks) {
    const parts = (
      rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
    ).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE)
      throw new Error(`Line ${number + 1} is longer than ${MAX_LINE} characters.`);
    for (const line of parts) {
      take(line);
      if (page.length >= PAGE_ITEMS) {
        yield page;
        page = [];
      }
    }
  }
  take(rest + decoder.decode());
  if (page.length > 0) yield page;
}
