/**
 * Copies all records from one place to another, of the other kind, and looks at every row afterwards.
 *
 *     table by table, page by page ──▶ each row again, on both sides ──▶ it counts
 *
 * What is read is of one moment: nobody else has the place, or it is a snapshot. Nothing is left behind by one that fails.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Row, SqlValue } from '../driver.js';
import { StoreError } from '../errors.js';
import { LEADER_SETTINGS } from '../postgres/leadership.js';
import { keyOf, type RecordPlace, type RecordSource, type Shape } from './record-place.js';

export interface CopyProgress {
  readonly doing: 'copying' | 'comparing';
  readonly table: string;
  readonly rows: number;
}

export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  /** SHA-256 over the rows in the order of their keys, the same on both sides. */
  readonly digest: string;
}

export interface Copied {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly tables: readonly CopiedTable[];
}

/** Rows of a page: a few at first, then as many as come to about so many bytes. */
const FIRST = 50;
const MOST = 2_000;
const BYTES = 8 * 1024 * 1024;
/** Rows between two reports. */
const REPORT = 2_000;
/** What opening writes by itself: which steps of the schema were done. */
const OF_THE_PLACE = new Set(['schema_version', 'feature_tables']);

/**
 * @throws StoreError `corrupt` when a row is not what it was; `newer-schema` when a table is not known to this version
 * @example const { rows } = await copyRecords(from, to, { onProgress: show });
 */
export async function copyRecords(
  from: RecordSource,
  to: RecordPlace,
  options: { onProgress?: (progress: CopyProgress) => void } = {},
): Promise<Copied> {
  const shapes = shapesToCopy(await from.shapes(), await to.shapes());
  const tables: CopiedTable[] = [];
  for (const shape of shapes) {
    let rows = 0;
    if (shape.name === 'settings') await to.clear(shape);
    for await (const page of pagesOf(from, shape)) {
      const own = page.filter((row) => !isOfAServer(shape, row));
      await to.write(shape, own);
      rows += own.length;
      options.onProgress?.({ doing: 'copying', table: shape.name, rows });
    }
  }
  for (const shape of shapes) tables.push(await compare(from, to, shape, options.onProgress));
  await to.finish();
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return { from: from.name, to: to.name, rows, tables };
}

/** What refers to nothing comes first: rows of `machines` are referred to. */
function shapesToCopy(given: readonly Shape[], taken: readonly Shape[]): readonly Shape[] {
  const known = new Map(taken.map((shape) => [shape.name, shape]));
  const wanted = given.filter(({ name }) => !OF_THE_PLACE.has(name));
  for (const { name, columns, key } of wanted) {
    const other = known.get(name);
    const isSame =
      other !== undefined &&
      [...columns].sort().join() === [...other.columns].sort().join() &&
      key.join() === other.key.join() &&
      key.length > 0;
    if (!isSame) {
      throw new StoreError(
        'newer-schema',
        `This version does not know the table ${name}: a newer one has made it, or a feature of your own.`,
      );
    }
  }
  return [...wanted].sort((a, b) => Number(b.name === 'machines') - Number(a.name === 'machines'));
}

async function* pagesOf(place: RecordSource, shape: Shape): AsyncGenerator<readonly Row[]> {
  let after: SqlValue[] | undefined;
  for (let limit = FIRST; ; ) {
    const page = await place.read(shape, after, limit);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < limit) return;
    after = keyOf(shape, last);
    const each = page.reduce((sum, row) => sum + bytesOf(row), 0) / page.length;
    limit = Math.max(1, Math.min(MOST, Math.floor(BYTES / each)));
  }
}

/** About. */
function bytesOf(row: Row): number {
  return Object.values(row).reduce<number>(
    (sum, value) =>
      sum + (typeof value === 'string' ? value.length : (value as Buffer)?.byteLength || 8),
    0,
  );
}

/** Which server is active is not a record, nor how often the database was opened. */
function isOfAServer(shape: Shape, row: Row): boolean {
  return shape.name === 'settings' && LEADER_SETTINGS.includes(String(row.key));
}

/** Reads both sides in step. */
async function compare(
  from: RecordSource,
  to: RecordSource,
  shape: Shape,
  onProgress: ((progress: CopyProgress) => void) | undefined,
): Promise<CopiedTable> {
  const digest = createHash('sha256');
  const theirs = rowsOf(to, shape);
  let rows = 0;
  for await (const row of rowsOf(from, shape)) {
    const text = canonical(shape, row);
    const other = await theirs.next();
    if (other.done === true || canonical(shape, other.value) !== text) {
      const key = JSON.stringify(keyOf(shape, row));
      throw new StoreError('corrupt', `The row ${key} of ${shape.name} is not what it was.`);
    }
    digest.update(text);
    rows += 1;
    if (rows % REPORT === 0) onProgress?.({ doing: 'comparing', table: shape.name, rows });
  }
  const more = await theirs.next();
  if (more.done !== true) {
    throw new StoreError('corrupt', `There are more rows of ${shape.name} than there were.`);
  }
  return { table: shape.name, rows, digest: digest.digest('hex') };
}

async function* rowsOf(place: RecordSource, shape: Shape): AsyncGenerator<Row> {
  for await (const page of pagesOf(place, shape)) {
    for (const row of page) if (!isOfAServer(shape, row)) yield row;
  }
}

/** A row as a text that is the same wherever it lies. */
function canonical({ columns }: Shape, row: Row): string {
  const values = [...columns].sort().map((column) => {
    const value = row[column] ?? null;
    if (value === null || typeof value === 'number' || typeof value === 'string') return value;
    return { bytes: Buffer.from(value).toString('base64') };
  });
  return `${JSON.stringify(values)}\n`;
}
