/**
 * Words of a digest that its HTML and its text share: title, lengths of time, times in the reader's zone.
 * @module
 */
import { wallTime } from '../../../events/schedules/time-zone.js';
import { money } from '../../../monitoring/cost/price.js';
import { type Digest, isEmpty, totalOf } from '../../../monitoring/digest/digest.js';
import type { Comment } from '../../../monitoring/digest/tally.js';

/** For whom it is written, and why. */
export interface DigestReader {
  /** Whose digest it is, in words: a team, or all teams. */
  readonly whose: string;
  /** The zone in which its times are told. */
  readonly zone: string;
  /** Where the console is, without a slash at its end; undefined: there are no links. */
  readonly url: string | undefined;
  /** Why it does not come when it should have: "it was due at 08:00, when this server was not running". */
  readonly late?: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * @example titleOf(digest, reader) // 'parcels: 2 failures, 1 warning in 58 executions'
 */
export function titleOf(digest: Digest, { whose, late }: DigestReader): string {
  const { executions, failures, warnings } = totalOf(digest);
  const isLate = late === undefined ? '' : 'late digest: ';
  if (isEmpty(digest)) return `${whose}: ${isLate}nothing happened`;
  const unowned = digest.incidents.filter(({ owner }) => owner === undefined).length;
  const bad = [
    ...(failures > 0 ? [count(failures, 'failure')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
  ];
  const of = bad.length === 0 ? 'all good' : bad.join(', ');
  const open = digest.incidents.length;
  const nobody = unowned === 0 ? '' : ` (${unowned} nobody's)`;
  return `${whose}: ${isLate}${of} in ${count(executions, 'execution')}${open === 0 ? '' : `, ${count(open, 'incident')} open${nobody}`}`;
}

/** @example count(1, 'failure') // '1 failure' */
export function count(value: number, noun: string): string {
  return `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}

/** @example lengthWords(5_400_000) // '1 h 30 min' */
export function lengthWords(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / 1_000)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.round(ms / MINUTE);
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
  }
  const hours = Math.round(ms / HOUR);
  const rest = hours % 24;
  return `${count(Math.floor(hours / 24), 'day')}${rest === 0 ? '' : ` ${rest} h`}`;
}

/** @example timeWords(0, 'UTC') // '1970-01-01 00:00' */
export function timeWords(at: number, zone: string): string {
  return new Date(wallTime(zone, at)).toISOString().slice(0, 16).replace('T', ' ');
}

/** From when to when, with its zone. */
export function windowWords({ from, to }: Digest, zone: string): string {
  return `${timeWords(from, zone)} to ${timeWords(to, zone)} ${zone}`;
}

/** @example commentWords({ text: 'NoDisk', count: 3, … }) // 'NoDisk (3 times)' */
export function commentWords({ text, count: times }: Comment): string {
  return times === 1 ? text : `${text} (${times.toLocaleString('en-US')} times)`;
}

/** What something cost, in words; empty: it was not priced. */
export function costWords(cost: number | undefined, { currency }: Digest): string {
  return cost === undefined || currency === undefined ? '' : money(cost, currency);
}

/** What there is to say of the speed at which incidents were taken and solved; empty: nothing. */
export function meansWords({ means }: Digest): string {
  const { opened, resolved, mtta, mttr } = means;
  if (opened === 0 && resolved === 0) return '';
  return [
    `${count(opened, 'incident')} opened, ${resolved} resolved`,
    ...(mtta === undefined ? [] : [`taken after ${lengthWords(mtta)} on average (MTTA)`]),
    ...(mttr === undefined ? [] : [`solved after ${lengthWords(mttr)} (MTTR)`]),
  ].join('; ');
}

/** Links into the console. */
export const PLACES = {
  execution: (url: string, id: string): string => `${url}/e/${encodeURIComponent(id)}`,
  incident: (url: string, number: number): string => `${url}/incidents/${number}`,
  pipeline: (url: string, team: string, name: string): string =>
    `${url}/p/${encodeURIComponent(name)}?team=${encodeURIComponent(team)}`,
} as const;
