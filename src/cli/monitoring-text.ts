/**
 * How what is watched looks in a terminal: states and tiles are a sign, a word and a colour.
 * @module
 */
import colors from 'picocolors';
import type { StandingExpectation } from '../api/expectations.js';
import { printable, table } from './text.js';

const LOOKS: { readonly [word: string]: readonly [sign: string, paint: (text: string) => string] } =
  {
    OK: ['✔', colors.green],
    EXPECTED: ['✔', colors.green],
    WARNING: ['!', colors.yellow],
    DUE: ['◷', colors.cyan],
    LATE: ['◔', colors.yellow],
    'ARRIVED LATE': ['◕', colors.yellow],
    CRITICAL: ['✖', colors.red],
    MISSING: ['∅', colors.red],
    'NO DATA': ['∅', colors.yellow],
    UNKNOWN: ['?', colors.dim],
  };

/** @example looks('MISSING') // '∅ MISSING', in red */
export function looks(word: string): string {
  const [sign, paint] = LOOKS[word] ?? ['·', colors.dim];
  return paint(`${sign} ${word}`);
}

/**
 * A moment by the clocks of a zone, to the minute, with the zone.
 * @example moment(0, 'UTC') // '1970-01-01 00:00 UTC'
 */
export function moment(at: number, zone: string = 'UTC'): string {
  return `${new Date(at).toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16)} ${zone}`;
}

/** `TEAM/NAME` of something of this Millrace; of anything else all that tells it apart. */
export function subjectName({
  provider,
  account,
  region,
  kind,
  name,
}: StandingExpectation['subject']): string {
  if (provider !== 'millrace') return printable(`${provider}:${account}:${region}:${kind}:${name}`);
  return printable(kind === 'pipeline' ? name : `${kind} ${name}`);
}

/** Expectations as a table. */
export function expectationTable(items: readonly StandingExpectation[]): string {
  return table(
    ['state', 'what', 'expected', 'due', 'why'],
    items.map(({ state, subject, sentence, due, zone, reason }) => [
      looks(state),
      subjectName(subject),
      printable(sentence),
      due === undefined ? '' : moment(due, zone),
      reason ?? '',
    ]),
  );
}

/** `tag=KEY:VALUE` for each, and the search. */
export function tagQuery(tags: readonly string[] | undefined, search?: string): string {
  const query = search === undefined ? '' : `&q=${encodeURIComponent(search)}`;
  return (tags ?? []).map((tag) => `&tag=${encodeURIComponent(tag)}`).join('') + query;
}
