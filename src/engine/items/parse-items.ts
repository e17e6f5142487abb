/**
 * Items for a distributed Map out of a text: CSV, JSON or JSON lines.
 * @module
 */
import { parse } from 'csv-parse/sync';
import type { ErrorOutput } from '../../asl/execution-state.js';
import type { Json, JsonObject } from '../../asl/json.js';
import { csvItem, ITEM_READER_FAILED, jsonItems } from '../../asl/map-run.js';

const DELIMITERS: { [name: string]: string } = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/**
 * Reads the items of a text as ReaderConfig describes it.
 * @param config InputType (CSV, JSON, JSONL), CSVHeaderLocation, CSVHeaders, CSVDelimiter
 * @returns the items, or the failure of the map run
 * @example parseItems({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, 'a,b\n1,2\n') // [{ a: '1', b: '2' }]
 */
export function parseItems(config: JsonObject, text: string): Json[] | ErrorOutput {
  try {
    switch (config.InputType) {
      case 'CSV':
        return csvItems(config, text);
      case 'JSONL':
        return text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => JSON.parse(line) as Json);
      default:
        return jsonItems(config, JSON.parse(text) as Json);
    }
  } catch (error) {
    return {
      Error: ITEM_READER_FAILED,
      Cause: error instanceof Error ? error.message : String(error),
    };
  }
}

function csvItems(config: JsonObject, text: string): Json[] | ErrorOutput {
  const records = parse(text, {
    bom: true,
    delimiter: DELIMITERS[String(config.CSVDelimiter ?? 'COMMA')] ?? ',',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  }) as string[][];
  const given = config.CSVHeaderLocation === 'GIVEN';
  const headers = given ? (config.CSVHeaders as string[]) : (records.shift() ?? []);
  if (new Set(headers).size !== headers.length) {
    return { Error: ITEM_READER_FAILED, Cause: 'CSV headers cannot contain duplicates.' };
  }
  return records.map((record) => csvItem(headers, record));
}
