/**
 * Items for a distributed Map out of a text that is at hand, as TestState gets it.
 * @module
 */
import { parse } from 'csv-parse/sync';
import type { ErrorOutput } from '../../../asl/execution-state.js';
import type { Json, JsonObject } from '../../../asl/json.js';
import { csvItem, ITEM_READER_FAILED } from '../../../asl/map-run.js';
import { checkHeaders, csvOptions, givenHeaders, lineItem, pointerOf } from './item-format.js';
import { jsonElements } from './json-array-pages.js';

/**
 * Reads the items of a text as ReaderConfig describes it.
 * @param config InputType (CSV, JSON, JSONL), CSVHeaderLocation, CSVHeaders, CSVDelimiter, ItemsPointer
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
          .map((line, i) => (line.trim() === '' ? undefined : lineItem(line, i + 1)))
          .filter((item) => item !== undefined);
      default:
        return jsonElements(pointerOf(config), text);
    }
  } catch (error) {
    return {
      Error: ITEM_READER_FAILED,
      Cause: error instanceof Error ? error.message : String(error),
    };
  }
}

function csvItems(config: JsonObject, text: string): Json[] {
  const records = parse(text, csvOptions(config)) as string[][];
  const given = givenHeaders(config);
  const headers = given ?? records.shift() ?? [];
  if (!given) checkHeaders(headers);
  return records.map((record) => csvItem(headers, record));
}
