/**
 * How the texts of items are written: what `item-pages.ts` (files) and `parse-items.ts` (a text at hand) agree on.
 * Source: Step Functions developer guide, "ItemReader", ReaderConfig.
 * @module
 */
import type { Options } from 'csv-parse';
import type { Json, JsonObject } from '../../../asl/json.js';

/** Characters of one line or record, at most: an item must fit in the input of an execution. */
export const MAX_LINE = 8_388_608;

const DELIMITERS: { [name: string]: string } = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/** How csv-parse is to read. */
export function csvOptions(config: JsonObject): Options {
  return {
    bom: true,
    delimiter: DELIMITERS[String(config.CSVDelimiter ?? 'COMMA')] ?? ',',
    max_record_size: MAX_LINE,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  };
}

/** CSVHeaders; undefined when the first row has the names. Throws when they repeat. */
export function givenHeaders(config: JsonObject): string[] | undefined {
  if (config.CSVHeaderLocation !== 'GIVEN') return undefined;
  const headers = config.CSVHeaders as string[];
  checkHeaders(headers);
  return headers;
}

/** Throws when names repeat. */
export function checkHeaders(headers: readonly string[]): void {
  if (new Set(headers).size !== headers.length) {
    throw new Error('CSV headers cannot contain duplicates.');
  }
}

/** One JSON line. @param number 1 for the first line of the text */
export function lineItem(line: string, number: number): Json {
  try {
    return JSON.parse(number === 1 ? line.replace(/^\uFEFF/, '') : line) as Json;
  } catch (error) {
    throw new Error(`Line ${number} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** ItemsPointer as names of members. */
export function pointerOf({ ItemsPointer: pointer }: JsonObject): string[] {
  if (typeof pointer !== 'string') return [];
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
