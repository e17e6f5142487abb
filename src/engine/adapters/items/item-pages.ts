/**
 * Items for a distributed Map out of a stream of text, in pages: CSV, JSON or JSON lines. Nothing is held but a page and
 * a piece of the text, so the size of a file does not matter.
 * Source: Step Functions developer guide, "ItemReader", ReaderConfig.
 * @module
 */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Json, JsonObject } from '../../../asl/json.js';
import { csvItem } from '../../../asl/map-run.js';
import {
  checkHeaders,
  csvOptions,
  givenHeaders,
  lineItem,
  MAX_LINE,
  pointerOf,
} from './item-format.js';
import { jsonArrayPages } from './json-array-pages.js';

/** Text in UTF-8, or its bytes, in pieces that may be cut anywhere. */
export type Chunks = AsyncIterable<Uint8Array | string>;

/** Items in a page. */
export const PAGE_ITEMS = 500;
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

async function* csvPages(config: JsonObject, chunks: Chunks): AsyncGenerator<Json[]> {
  let headers = givenHeaders(config);
  let page: Json[] = [];
  const records = parse(csvOptions(config));
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

async function* lines(chunks: Chunks): AsyncGenerator<Json[]> {
  let page: Json[] = [];
  let number = 0;
  let rest = '';
  const decoder = new TextDecoder();
  const take = (line: string): void => {
    number += 1;
    if (line.trim() !== '') page.push(lineItem(line, number));
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
