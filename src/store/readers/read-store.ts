/**
 * What is read beside the main loop: everything whose answer is long, or takes more than a look-up by a key.
 * @module
 */
import type { Store } from '../store.js';
import type { PackedRows, PackQuery, RowQuery, Table } from '../table.js';

export const READS = [
  'listExecutionHeads',
  'readHistory',
  'readLogs',
  'searchLogs',
  'logTail',
  'countMapChildren',
  'listRows',
  'countRows',
  'packRows',
] as const satisfies readonly (keyof Store)[];

export type ReadMethod = (typeof READS)[number];

/** The part of a store that readers answer. What was committed before a call is in its answer. */
export type ReadStore = {
  [Method in Exclude<ReadMethod, 'listRows' | 'countRows' | 'packRows'>]: (
    ...values: Parameters<Store[Method]>
  ) => Promise<Awaited<ReturnType<Store[Method]>>>;
} & {
  listRows<Row extends object>(table: Table<Row>, query?: RowQuery<Row>): Promise<Row[]>;
  countRows<Row extends object>(
    table: Table<Row>,
    by: keyof Row & string,
    where?: NonNullable<RowQuery<Row>['where']>,
  ): Promise<{ [value: string]: number }>;
  packRows<Row extends object>(
    table: Table<Row>,
    columns: readonly (keyof Row & string)[],
    query: PackQuery<Row>,
  ): Promise<PackedRows>;
};
