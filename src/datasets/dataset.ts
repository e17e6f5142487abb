/**
 * Datasets: named data of a team, of which every producing execution writes a new version that never changes.
 *
 *     execution ──writes──▶ version ──contract──▶ published: the pointer moves │ rejected: the old one stays current
 *
 * A version of the interval before the current one's (a backfill) is kept without becoming current. Where each interval has
 * its own pointer, what is current is the versions of all intervals together.
 * @module
 */
import type { TableSnapshot } from './foreign-table.js';
import type { Column } from './schema.js';

/** Whose it is, and what it is called there. */
export interface DatasetRef {
  readonly team: string;
  readonly name: string;
}

/** Data as it came, made into rows, or what is known of a table that others keep: kept under roots of their own. */
export type Stage = 'raw' | 'structured' | 'table';

/**
 * What has become of a version.
 *
 * | state | meaning |
 * | --- | --- |
 * | published | it is current, or was |
 * | kept | it is complete, but of an earlier interval than what is current |
 * | rejected | its contract was not met: it never was current |
 * | shadow | a test run wrote it: nobody but its report reads it |
 */
export type VersionState = 'published' | 'kept' | 'rejected' | 'shadow';

/** A version that an execution has read, as its lineage says it. */
export interface InputVersion extends DatasetRef {
  readonly version: string;
}

/** One file of a version. */
export interface VersionFile {
  /** Relative to the version's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly rows?: number;
}

/** What `_manifest.json` beside the files of a version says: all that is needed to read and check it without Millrace. */
export interface Manifest extends DatasetRef {
  readonly format: 1;
  readonly version: string;
  readonly stage: Stage;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly execution: string;
  readonly pipeline: string;
  readonly state: string;
  /** Of the pipeline that wrote it. */
  readonly codeVersion: string;
  readonly interval?: string;
  readonly inputs: readonly InputVersion[];
  readonly rows?: number;
  readonly bytes: number;
  readonly files: readonly VersionFile[];
  /** Of rows; absent for files that are no tables. */
  readonly columns?: readonly Column[];
  /** The table of others that this is a version of: there are no files then. */
  readonly table?: TableSnapshot;
}

/** A segment of a name may not be taken for what lies beside versions, nor be hidden. */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const RESERVED: ReadonlySet<string> = new Set([
  'versions',
  'quarantine',
  'current',
  'current.json',
]);
const MOST_NAME = 200;

/**
 * What is wrong with a name of a dataset; undefined: nothing is.
 * @example nameProblem('parcels/example') // undefined
 */
export function nameProblem(name: string): string | undefined {
  if (name.length > MOST_NAME) return `it has more than ${MOST_NAME} characters`;
  for (const segment of name.split('/')) {
    if (!SEGMENT.test(segment))
      return 'each part between "/" begins with a letter or digit and has letters, digits and . _ -';
    if (RESERVED.has(segment)) return `"${segment}" is what lies beside versions`;
  }
  return undefined;
}

/**
 * The id of a version: when it was begun, and what tells it from others of that second.
 * @param at milliseconds since the epoch
 * @param attempt id of the attempt that writes it
 * @example versionId(0, '0199-…-00ab34cd') // '19700101T000000Z-00ab34cd'
 */
export function versionId(at: number, attempt: string): string {
  const time = isoSecond(at).replaceAll(/[-:]/g, '');
  return `${time}-${attempt.replaceAll('-', '').slice(-8).toLowerCase()}`;
}

const VERSION = /^\d{8}T\d{6}Z-[0-9a-z]{8}$/;

/** Whether a text is the id of a version. */
export function isVersionId(text: string): boolean {
  return VERSION.test(text);
}

/**
 * Reads `NAME`, `NAME@VERSION`, `TEAM:NAME@VERSION`.
 * @example readReference('parcels/example@19700101T000000Z-00ab34cd')
 */
export function readReference(
  text: string,
): { name: string; team?: string; version?: string } | undefined {
  const found = /^(?:([^:@/]+):)?([^:@]+)(?:@([^@]+))?$/.exec(text);
  const [, team, name, version] = found ?? [];
  if (name === undefined || nameProblem(name) !== undefined) return undefined;
  return {
    name,
    ...(team === undefined ? {} : { team }),
    ...(version === undefined ? {} : { version }),
  };
}

/** A moment as ISO 8601 with seconds. Days by the proleptic Gregorian calendar: this room has no Date. */
function isoSecond(at: number): string {
  const seconds = Math.floor(at / 1000);
  const days = Math.floor(seconds / 86_400);
  const left = seconds - days * 86_400;
  // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const two = (value: number): string => String(value).padStart(2, '0');
  const civil = year + era * 400 + (month <= 2 ? 1 : 0);
  const time = [left / 3600, (left % 3600) / 60, left % 60].map((part) => two(Math.floor(part)));
  return `${String(civil).padStart(4, '0')}-${two(month)}-${two(day)}T${time.join(':')}Z`;
}
