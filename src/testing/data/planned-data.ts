/**
 * Data of a test, once its file has been read and checked.
 * @module
 */
import type {
  ComparisonRules,
  RowFormat,
  RowSource,
} from '../../connectors/dataset/fixtures/fixture-protocol.js';
import type { ValuePath } from '../../pipelines/source-file.js';

/** A file that is there when the pipeline begins. */
export interface PlannedFile {
  /** Relative to the folder, with `/`. */
  readonly to: string;
  /** As it is, or made of rows. */
  readonly from:
    | { readonly type: 'copy'; readonly path: string }
    | {
        readonly type: 'make';
        readonly source: RowSource;
        readonly format: RowFormat;
        readonly delimiter?: string;
      };
}

/** A file that must have been written. */
export interface PlannedGolden {
  /** Below the work folder; may be a pattern. */
  readonly name: string;
  readonly format: RowFormat;
  readonly delimiter?: string;
  readonly source: RowSource;
  /** The golden file as the test names it; undefined: rows of the test file. */
  readonly file?: string;
  readonly rules: ComparisonRules;
  /** Where the test file says it. */
  readonly place: ValuePath;
}

export interface PlannedData {
  /** In the folder of the pipeline. */
  readonly files: readonly PlannedFile[];
  /** In the work folder. */
  readonly written: readonly PlannedFile[];
  /** Datasets that the pipeline reads: `ALIAS/part-0.parquet`. */
  readonly reads: readonly PlannedFile[];
  /** What tasks need of the pipeline's own folder: files and folders, relative to it. */
  readonly code: readonly string[];
  readonly golden: readonly PlannedGolden[];
}

const FORMATS: { readonly [ending: string]: RowFormat } = {
  csv: 'csv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

/** Endings of files that hold rows. */
export const ENDINGS: readonly string[] = Object.keys(FORMATS);

/**
 * How a file holds its rows, by its ending; undefined: nobody knows.
 * @example formatOf('golden/clean.csv') // 'csv'
 */
export function formatOf(path: string): RowFormat | undefined {
  return FORMATS[(path.split('.').at(-1) ?? '').toLowerCase()];
}
