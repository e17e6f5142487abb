/**
 * Flags of commands that read data files: how the files are written, and what reading them may take.
 * @module
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import type { DataFiles } from '../connectors/dataset/contract/check-protocol.js';
import type { ContractBounds } from '../connectors/dataset/contract/run-contract.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

export const readerFlags = {
  format: Flags.option({
    options: ['csv', 'json', 'parquet'] as const,
    description: 'what the files are (default: by their endings)',
    helpGroup: 'READING',
  })(),
  delimiter: Flags.string({
    description: 'sign between the fields of a CSV file',
    helpGroup: 'READING',
  }),
  quote: Flags.string({ description: 'sign around values of a CSV file', helpGroup: 'READING' }),
  encoding: Flags.string({
    description: 'how characters are written: utf-8, utf-16, latin-1',
    helpGroup: 'READING',
  }),
  skip: Flags.integer({
    description: 'lines of a CSV file before its header',
    min: 0,
    helpGroup: 'READING',
  }),
  'no-header': Flags.boolean({ description: 'the CSV file has no header', helpGroup: 'READING' }),
  memory: Flags.integer({
    description: 'MiB in memory before it writes to disk',
    min: 64,
    default: 1_024,
    helpGroup: 'READING',
  }),
  threads: Flags.integer({
    description: 'threads (default: processors, at most 4)',
    min: 1,
    helpGroup: 'READING',
  }),
  timeout: Flags.integer({
    description: 'longest time in seconds',
    min: 1,
    default: 600,
    helpGroup: 'READING',
  }),
};

export interface ReaderFlags {
  format?: 'csv' | 'json' | 'parquet' | undefined;
  delimiter?: string | undefined;
  quote?: string | undefined;
  encoding?: string | undefined;
  skip?: number | undefined;
  'no-header': boolean;
  memory: number;
  threads?: number | undefined;
  timeout: number;
}

/**
 * The files, looked up.
 * @throws CommandFailure when one is not there
 */
export function dataFiles(names: readonly string[], flags: ReaderFlags): DataFiles {
  const files = names.map((name) => {
    const file = resolve(name);
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
    throw new CommandFailure(`${name} is no file.`, {
      exitCode: EXIT.notFound,
      code: 'MILL5701',
      fix: 'Name files of data: CSV, JSON lines, JSON or Parquet.',
    });
  });
  const { format, delimiter, quote, encoding, skip } = flags;
  const isText =
    format === 'csv' ||
    (format === undefined && !/\.(parquet|json|jsonl|ndjson|geojson)$/i.test(files[0] ?? ''));
  return {
    files,
    options: {
      ...(format === undefined ? {} : { format }),
      ...(isText && delimiter !== undefined
        ? { delimiter: delimiter === '\\t' ? '\t' : delimiter }
        : {}),
      ...(isText && quote !== undefined ? { quote } : {}),
      ...(isText && encoding !== undefined ? { encoding } : {}),
      ...(isText && skip !== undefined ? { skip } : {}),
      ...(isText && flags['no-header'] ? { header: false } : {}),
    },
  };
}

/** What the process may take. */
export function boundsOf({ memory, threads, timeout }: ReaderFlags): ContractBounds {
  return {
    memoryMebibytes: memory,
    seconds: timeout,
    ...(threads === undefined ? {} : { threads }),
  };
}
