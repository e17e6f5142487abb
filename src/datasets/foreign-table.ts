/**
 * Tables that others keep: a version of one is the snapshot that it stood at, and no files of ours.
 *
 * | format | a version is | its rows |
 * | --- | --- | --- |
 * | iceberg | the snapshot that is current: its id | can be read, at any snapshot that is kept there |
 * | delta | the last commit: its number | the same |
 * | dbt | the model's last build: the id of dbt's invocation | lie in the warehouse |
 * | told | what the task says: a snapshot, a digest, a number | lie wherever `at` says |
 *
 * Rows are read by DuckDB's extensions of these formats, where they are installed (https://duckdb.org/docs/stable/core_extensions/iceberg,
 * …/delta).
 * @module
 */
import { quotedText } from './contract-sql.js';

export type TableFormat = 'iceberg' | 'delta' | 'dbt' | 'told';

/** One table at one moment. */
export interface TableSnapshot {
  readonly format: TableFormat;
  /** Iceberg: its metadata file; Delta: its folder; dbt: the relation; told: the words of the task. */
  readonly at: string;
  readonly snapshot: string;
}

/**
 * The extensions of DuckDB that read it, in the order in which they are loaded; none: its rows are read by nobody here.
 * @example extensionsOf('iceberg') // ['avro', 'iceberg']
 */
export function extensionsOf(format: TableFormat): readonly string[] {
  switch (format) {
    case 'iceberg':
      return ['avro', 'iceberg'];
    case 'delta':
      return ['delta'];
    case 'dbt':
    case 'told':
      return [];
  }
}

/**
 * The relation of its rows as they were at the snapshot; undefined: nobody here can read it.
 * @example scanSql({ format: 'delta', at: '/lake/orders', snapshot: '7' }) // "delta_scan('/lake/orders', version = 7)"
 */
export function scanSql({ format, at, snapshot }: TableSnapshot): string | undefined {
  // Both are whole numbers: whatever stands there as a text never becomes SQL.
  if (!/^\d{1,20}$/.test(snapshot)) return undefined;
  if (format === 'iceberg') {
    return `iceberg_scan(${quotedText(at)}, snapshot_from_id = ${snapshot}::UBIGINT)`;
  }
  return format === 'delta' ? `delta_scan(${quotedText(at)}, version = ${snapshot})` : undefined;
}

/**
 * The folder in which everything of it lies that is read.
 * @example tableFolder({ format: 'iceberg', at: '/lake/orders/metadata/00001-a.metadata.json', snapshot: '1' }) // '/lake/orders'
 */
export function tableFolder({ format, at }: TableSnapshot): string | undefined {
  if (format === 'delta') return at;
  return format === 'iceberg' ? at.replace(/\/[^/]+\/[^/]+$/, '') : undefined;
}

/**
 * What to call it.
 * @example snapshotWords({ format: 'delta', at: '/lake/orders', snapshot: '7' }) // 'delta /lake/orders, snapshot 7'
 */
export function snapshotWords({ format, at, snapshot }: TableSnapshot): string {
  return `${format === 'told' ? '' : `${format} `}${at}, snapshot ${snapshot}`;
}
