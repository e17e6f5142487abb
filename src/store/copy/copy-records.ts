/**
 * Copies all records from one place to another, of the other kind, and looks at every row afterwards.
 *
 *     both are locked ──▶ table by table, page by page ──▶ each row again, on both sides ──▶ it counts
 *
 * Nothing is left behind by one that fails. The place that was copied from is marked as a copy, as a backup is: a server that is
 * started on it by mistake waits, and does nothing twice.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Json } from '../../asl/json.js';
import { BACKUP_NOTE } from '../backups/backup-note.js';
import type { Row, SqlValue } from '../driver.js';
import { StoreError } from '../errors.js';
import { LEADER_SETTINGS } from '../postgres/leadership.js';
import { keyOf, type RecordPlace, type Shape } from './record-place.js';

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

/** Rows of a page. */
const PAGE = 2_000;
/** What opening writes by itself: which steps of the schema were done. */
const OF_THE_PLACE = new Set(['schema_version', 'feature_tables']);

/**
 * @param version of Millrace, for the mark
 * @throws StoreError `corrupt` when a row is not what it was; `newer-schema` when a table is not known to this version
 * @example const { rows } = await copyRecords(from, to, { version: '0.1.0', now: Date.now(), onProgress: show });
 */
export async function copyRecords(
  from: RecordPlace,
  to: RecordPlace,
  options: { version: string; now: number; onProgress?: (progress: CopyProgress) => void },
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
  const madeAt = new Date(options.now).toISOString();
  await from.store.writeSetting(BACKUP_NOTE, { madeAt, version: options.version } satisfies Json);
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

async function* pagesOf(place: RecordPlace, shape: Shape): AsyncGenerator<readonly Row[]> {
  let after: SqlValue[] | undefined;
  for (;;) {
    const page = await place.read(shape, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < PAGE) return;
    after = keyOf(shape, last);
  }
}

/** Which server is active is not a record, nor how often the database was opened. */
function isOfAServer(shape: Shape, row: Row): boolean {
  return shape.name === 'settings' && LEADER_SETTINGS.includes(String(row.key));
}

/** Reads both sides in step. */
async function compare(
  from: RecordPlace,
  to: RecordPlace,
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
    if (rows % PAGE === 0) onProgress?.({ doing: 'comparing', table: shape.name, rows });
  }
  const more = await theirs.next();
  if (more.done !== true) {
    throw new StoreError('corrupt', `There are more rows of ${shape.name} than there were.`);
  }
  return { table: shape.name, rows, digest: digest.digest('hex') };
}

async function* rowsOf(place: RecordPlace, shape: Shape): AsyncGenerator<Row> {
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
