/**
 * Values of a search by the type of their field: patterns, spans, words; or what is wrong with them.
 * @module
 */
import { type Field, LEVEL_RANKS } from './fields.js';
import { foldedText } from './folded-text.js';
import { durationOf, instantOf } from './instants.js';
import { nearestName } from './near-names.js';
import type { MemberValue, Pattern, QueryProblem, Span } from './query.js';
import type { Word } from './tokens.js';

/** Gaps in one value, at most: each is looked for from left to right. */
const MOST_GAPS = 8;

type Fault = Pick<QueryProblem, 'why' | 'fix'>;

/** A value, or why it is none. */
export type Parsed<Value> = { readonly value: Value } | { readonly fault: Fault };

/** @example parsePattern({ text: 'Mon*', isQuoted: false, … }) // { value: ['mon', ''] } */
export function parsePattern({ text, isQuoted }: Word): Parsed<Pattern> {
  if (text === '') return fault('the value is empty', 'write * for any value');
  const pieces = isQuoted ? [text] : text.split('*');
  if (pieces.length > MOST_GAPS + 1) {
    return fault(`it has more than ${MOST_GAPS} *`, 'ask for less at once');
  }
  return { value: pieces.map(foldedText) };
}

/** @example parseWord({ text: 'failed', … }, { failed: 'FAILED' }) // { value: ['failed'] } */
export function parseWord(word: Word, words: { readonly [word: string]: string }): Parsed<Pattern> {
  const text = foldedText(word.text);
  const known = Object.hasOwn(words, text) ? words[text] : undefined;
  if (known !== undefined) return { value: [foldedText(known)] };
  const isPattern = !word.isQuoted && text.includes('*');
  const values = [...new Set(Object.values(words))];
  if (isPattern) return parsePattern(word);
  const near = nearestName(text, Object.keys(words));
  const meant = near === undefined ? '' : `did you mean ${near}? `;
  return fault(`“${word.text}” is none of its values`, `${meant}it is one of ${values.join(', ')}`);
}

/** Numbers, durations and times with `>`, `>=`, `<`, `<=` or `a..b`; `now` is what durations count back from. */
export function parseSpan(word: Word, type: OrderedType, now: number): Parsed<Span> {
  const [, operator = '', rest = ''] = /^(>=|<=|=|>|<)?(.*)$/s.exec(word.text) ?? [];
  const range = operator === '' ? /^(.*?)\.\.(.*)$/s.exec(rest) : null;
  if (range !== null) return parseRange(range[1] as string, range[2] as string, type, now);
  const extent = extentOf(rest, type, now);
  if (extent === undefined) return fault(`“${rest}” is ${NO_SUCH[type]}`, EXAMPLES[type]);
  if (extent.isAgo && (operator === '' || operator === '=')) {
    const fix = `>${rest} is later than ${rest} ago, <${rest} is earlier`;
    return fault(`“${rest}” is a length of time, and not an instant`, fix);
  }
  const { from, to } = extent;
  // A day is as long as it is: after it begins where it ends.
  const isPoint = from === to;
  switch (operator) {
    case '>':
      return { value: { low: to, high: null, lowIncluded: !isPoint, highIncluded: false } };
    case '>=':
      return { value: { low: from, high: null, lowIncluded: true, highIncluded: false } };
    case '<':
      return { value: { low: null, high: from, lowIncluded: false, highIncluded: false } };
    case '<=':
      return { value: { low: null, high: to, lowIncluded: false, highIncluded: isPoint } };
    default:
      return { value: { low: from, high: to, lowIncluded: true, highIncluded: isPoint } };
  }
}

/** A value of a member of JSON: numbers may be compared, all else is text. */
export function parseMember(word: Word): Parsed<MemberValue> {
  const isCompared = /^([<>]=?)/.test(word.text) || /^-?[\d.]+\.\.-?[\d.]+$/.test(word.text);
  if (word.isQuoted || !isCompared) {
    const parsed = parsePattern(word);
    return 'fault' in parsed ? parsed : { value: { pattern: parsed.value } };
  }
  const parsed = parseSpan(word, 'number', 0);
  return 'fault' in parsed ? parsed : { value: { span: parsed.value } };
}

export type OrderedType = Extract<Field['type'], 'number' | 'time' | 'duration' | 'level'>;

const NO_SUCH: { readonly [Type in OrderedType]: string } = {
  number: 'no number',
  time: 'no instant that there is, and no length of time',
  duration: 'no duration',
  level: 'no level',
};

const EXAMPLES: { readonly [Type in OrderedType]: string } = {
  number: 'write a number, as in >10, <=2.5 or 10..20',
  time: 'write 2026-11-20, 2026-11-20T05:30Z, or a length of time before now as in >24h',
  duration: 'write 90s, 15m, 2h or 1h30m, as in >2h',
  level: 'it is one of debug, info, warn, error; >=warn is warn and above',
};

interface Extent {
  readonly from: number;
  /** Where it ends; equal to `from` when it is one point. */
  readonly to: number;
  /** A length of time before now. */
  readonly isAgo?: true;
}

function extentOf(text: string, type: OrderedType, now: number): Extent | undefined {
  if (type === 'number') return point(/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
  if (type === 'duration') return point(durationOf(text));
  if (type === 'level') {
    const word = foldedText(text);
    return point(Object.hasOwn(LEVEL_RANKS, word) ? LEVEL_RANKS[word] : undefined);
  }
  const ago = durationOf(text);
  if (ago !== undefined) return { from: now - ago, to: now - ago, isAgo: true };
  return instantOf(text);
}

function point(at: number | undefined): Extent | undefined {
  return at === undefined ? undefined : { from: at, to: at };
}

/** `a..b` holds both its ends; either may be left out. */
function parseRange(from: string, to: string, type: OrderedType, now: number): Parsed<Span> {
  const low = from === '' ? undefined : extentOf(from, type, now);
  const high = to === '' ? undefined : extentOf(to, type, now);
  const wrong = from !== '' && low === undefined ? from : to !== '' && !high ? to : undefined;
  if (wrong !== undefined) return fault(`“${wrong}” is ${NO_SUCH[type]}`, EXAMPLES[type]);
  if (!low && !high) return fault('a range without an end', EXAMPLES[type]);
  if (low && high && low.from > high.to) {
    return fault('the range ends before it begins', 'exchange its ends');
  }
  return {
    value: {
      low: low?.from ?? null,
      high: high?.to ?? null,
      lowIncluded: low !== undefined,
      highIncluded: high !== undefined && high.from === high.to,
    },
  };
}

function fault(why: string, fix: string): { fault: Fault } {
  return { fault: { why, fix } };
}
