/**
 * Reads an expectation as people write it: `runs within 8 days`, `finishes by 07:30 on weekdays except 12-25`.
 *
 * | sentence | met by |
 * | --- | --- |
 * | `succeeded` | a last result that is no failure |
 * | `runs regularly` | running as its schedule, or its own past, says |
 * | `runs within D`, `succeeds within D`, `new data within D` | no more than D from one to the next |
 * | `starts by T`, `finishes by T`, `new data by T` | a begin, a success, new data by that time of each day |
 * | `finishes within D` | an execution that lasts no longer |
 * | `at least N runs per hour` (`day`, `week`, `month`) | so many results in each |
 * | `at least N runs in D` | so many results in the last D, at any moment |
 * | `rows >= N`, `rows <= N` (`bytes`, `files`), `cost <= 0.50` | a successful result with so many |
 * | `rows within P % of usual` (`bytes`, `files`, `duration`, `cost`) | one that is so near to the median of those before |
 * | `file PATTERN arrives by T`, `… within D` | a file that comes |
 * | `site URL is reachable` | an answer of the site |
 *
 * `T` is `HH:MM`, then a zone, `on` weekdays and `except` days, all of them optional: `07:30 Europe/Berlin on Mon, Tue`.
 * @module
 */
import { suggest } from '../../asl/validate.js';
import { isTimeZone } from '../../events/schedules/time-zone.js';
import { parsePrice } from '../../monitoring/cost/rate-card.js';
import { type Calendar, dateProblem } from '../../monitoring/expectations/calendar.js';
import type {
  Arrival,
  Demand,
  Expectation,
  Metric,
} from '../../monitoring/expectations/expectation.js';
import { parseDuration } from '../duration.js';

/** What an expectation is about: whoever declares it, a file that comes, or a site. */
export type About = { readonly file: string } | { readonly site: string } | undefined;

export interface ParsedSentence {
  readonly about: About;
  readonly expectation: Expectation;
}

/** @property at where in the sentence, from 0 */
export interface SentenceProblem {
  readonly message: string;
  readonly fix: string;
  readonly at: number;
  readonly length: number;
}

/** What may be said beside the sentence. */
export interface SentenceOptions {
  /** IANA name; of times without one of their own. */
  readonly zone: string;
  readonly calendar?: Calendar;
  /** Milliseconds after the due moment until it is MISSING. */
  readonly grace?: number;
}

export type SentenceAnswer = ParsedSentence | { readonly problem: SentenceProblem };

/** One of each kind, for help and for "did you mean". */
export const SENTENCES: readonly string[] = [
  'succeeded',
  'runs regularly',
  'runs within 8 days',
  'succeeds within 2 days',
  'new data within 16 days',
  'starts by 06:00',
  'finishes by 07:30 on weekdays except 12-25',
  'new data by 08:00',
  'finishes within 30 minutes',
  'at least 3 runs per day',
  'at least 3 runs in 24 hours',
  'rows >= 100',
  'rows within 20 % of usual',
  'file incoming/*.csv arrives by 05:00',
  'site https://county.example/ is reachable',
];

const MOST_LENGTH = 500;
const MOST_RUNS = 1_000;
const METRICS: readonly string[] = ['rows', 'bytes', 'files', 'duration', 'cost'];
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const LONG = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Thrown inside and answered outside. */
class Refusal extends Error {
  readonly problem: SentenceProblem;

  constructor(problem: SentenceProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Reads a sentence.
 * @example parseSentence('runs within 8 days', { zone: 'UTC' })
 */
export function parseSentence(written: string, options: SentenceOptions): SentenceAnswer {
  const words = new Words(written);
  try {
    if (written.length > MOST_LENGTH)
      words.refuse('the sentence is too long', 'say it in 500 characters');
    const { about, demand } = read(words, options);
    words.end();
    const grace = options.grace ?? 0;
    const zone = 'time' in demand ? demand.time.zone : options.zone;
    const sentence = words.all.map(({ text }) => text).join(' ');
    return { about, expectation: { sentence, demand, grace, zone } };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    throw error;
  }
}

function read(words: Words, options: SentenceOptions): { about: About; demand: Demand } {
  const first = words.peek();
  if (first === 'file' || first === 'partner') {
    words.next();
    const file = words.raw('a pattern of files, such as incoming/*.csv');
    words.expect('arrives');
    if (words.peek() === 'by') return { about: { file }, demand: by('data', words, options) };
    return { about: { file }, demand: within('data', words) };
  }
  if (first === 'site') {
    words.next();
    const site = readSite(words);
    if (words.peek() === 'is') words.next();
    words.expect('reachable');
    return { about: { site }, demand: { type: 'succeeded' } };
  }
  return { about: undefined, demand: readOwn(words, options) };
}

function readOwn(words: Words, options: SentenceOptions): Demand {
  const first = words.next();
  const isTimed = words.peek() === 'by';
  switch (first) {
    case 'succeeded':
      return { type: 'succeeded' };
    case 'runs':
      if (words.peek() !== 'regularly') return within('run', words);
      words.next();
      return { type: 'regularly' };
    case 'succeeds':
      return within('success', words);
    case 'starts':
      return by('run', words, options);
    case 'finishes':
      if (isTimed) return by('success', words, options);
      words.expect('within');
      return { type: 'duration', most: length(words) };
    case 'new':
      words.expect('data');
      return words.peek() === 'by' ? by('data', words, options) : within('data', words);
    case 'at':
      words.expect('least');
      return count(words, options.zone);
    default:
      if (METRICS.includes(first)) return metric(first as Metric, words);
      return words.unknown();
  }
}

function within(what: Arrival, words: Words): Demand {
  words.expect('within');
  return { type: 'within', what, period: length(words) };
}

function length(words: Words): number {
  const amount = words.next();
  const unit = /^\d+$/.test(amount) ? words.next() : '';
  const seconds = parseDuration(`${amount} ${unit}`.trim());
  if (seconds === undefined || seconds < 1)
    return words.refuse(
      `'${`${amount} ${unit}`.trim()}' is no length of time`,
      'write 30 minutes, 12 h or 8 days',
    );
  return seconds * 1000;
}

function by(what: Arrival, words: Words, options: SentenceOptions): Demand {
  words.expect('by');
  const time = words.next();
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hour === undefined || minute === undefined)
    return words.refuse(`'${time}' is no time of day`, 'write 07:30, from 00:00 to 23:59');
  let { zone } = options;
  if (words.peek() !== undefined && words.peek() !== 'on' && words.peek() !== 'except') {
    zone = words.raw('a zone');
    if (!isTimeZone(zone))
      words.refuse(`'${zone}' is no time zone`, 'write Europe/Berlin, UTC or leave it out');
  }
  const calendar: Calendar = { ...options.calendar, ...readCalendar(words, options.calendar) };
  return { type: 'by', what, time: { minute: Number(hour) * 60 + Number(minute), zone, calendar } };
}

function readCalendar(words: Words, given: Calendar | undefined): Calendar {
  const said: { days?: number[]; except?: string[] } = {};
  if (words.peek() === 'on') {
    words.next();
    said.days = words.list(dayOfWeek).flat();
  }
  if (words.peek() === 'except') {
    words.next();
    said.except = [...(given?.except ?? []), ...words.list(date)];
  }
  return said;

  function date(word: string): string {
    const problem = dateProblem(word);
    return problem === undefined ? word : words.refuse(problem, 'write 12-25 or 2026-12-25');
  }

  function dayOfWeek(word: string): number[] {
    const days = daysOf(word);
    return days ?? words.refuse(`'${word}' is no weekday`, 'write weekdays, weekends or Mon, Tue');
  }
}

/**
 * ISO weekdays of a word: `weekdays`, `weekends`, `Mon` or `Monday`; undefined when it is none.
 * @example daysOf('weekends') // [6, 7]
 */
export function daysOf(word: string): number[] | undefined {
  const lower = word.toLowerCase();
  if (lower === 'weekdays') return [1, 2, 3, 4, 5];
  if (lower === 'weekends') return [6, 7];
  const plural = lower.endsWith('s') ? lower.slice(0, -1) : lower;
  const index = [WEEKDAYS.indexOf(lower), LONG.indexOf(lower), LONG.indexOf(plural)].find(
    (found) => found >= 0,
  );
  return index === undefined ? undefined : [index + 1];
}

function count(words: Words, zone: string): Demand {
  const amount = words.next();
  const least = /^\d{1,4}$/.test(amount) ? Number(amount) : 0;
  if (least < 1 || least > MOST_RUNS)
    return words.refuse(
      `'${amount}' is no number of runs`,
      `write a number from 1 to ${MOST_RUNS}`,
    );
  const noun = words.next();
  if (noun !== 'runs' && noun !== 'run')
    words.refuse(`expected 'runs', not '${noun}'`, 'at least 3 runs per day');
  if (words.peek() === 'in') {
    words.next();
    return { type: 'rolling', least, period: length(words) };
  }
  words.expect('per');
  const span = words.next();
  if (span !== 'hour' && span !== 'day' && span !== 'week' && span !== 'month')
    return words.refuse(`'${span}' is no window`, 'write hour, day, week or month');
  return { type: 'count', least, span, zone };
}

const LEAST = ['>=', '≥'];
const MOST = ['<=', '≤'];

function metric(name: Metric, words: Words): Demand {
  const comparison = words.next();
  if (comparison === 'within') {
    const text = words.next().replace(/^(±|\+-|\+\/-)/, '');
    const [, amount, sign] = /^(\d{1,5}(?:\.\d{1,3})?)(%)?$/.exec(text) ?? [];
    if (amount === undefined) return words.refuse(`'${text}' is no percentage`, 'write 20 %');
    if (sign === undefined) words.expect('%');
    words.expect('of');
    words.expect('usual');
    return { type: 'usual', metric: name, percent: Number(amount) };
  }
  let is: 'least' | 'most';
  if (LEAST.includes(comparison)) is = 'least';
  else if (MOST.includes(comparison)) is = 'most';
  else return words.refuse(`expected >=, <= or within, not '${comparison}'`, `${name} >= 100`);
  if (name === 'duration') return { type: 'value', metric: name, bound: length(words), is };
  const text = words.next();
  if (name === 'cost') {
    const price = parsePrice(text);
    if (price === undefined || price % 1_000_000n !== 0n)
      return words.refuse(`'${text}' is no amount of money`, 'cost <= 0.50');
    return { type: 'value', metric: name, bound: Number(price / 1_000_000n), is };
  }
  const bound = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (bound === undefined) return words.refuse(`'${text}' is no whole number`, `${name} >= 100`);
  return { type: 'value', metric: name, bound, is };
}

function readSite(words: Words): string {
  const text = words.raw('an address, such as https://county.example/');
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    url = undefined;
  }
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!isWeb || url?.username !== '' || url?.password !== '')
    return words.refuse(
      `'${text}' is no address of a site`,
      'write https://HOST/PATH, without a password',
    );
  return text;
}

interface Word {
  readonly text: string;
  readonly at: number;
}

/** The words of a sentence, one after the other. */
class Words {
  readonly all: readonly Word[];
  readonly #length: number;
  #index = 0;

  constructor(written: string) {
    this.#length = written.length;
    this.all = [...written.slice(0, MOST_LENGTH).matchAll(/\S+/g)].map((match) => ({
      text: match[0],
      at: match.index,
    }));
  }

  /** The next word in small letters; undefined at the end. */
  peek(): string | undefined {
    return this.all[this.#index]?.text.toLowerCase();
  }

  next(): string {
    const word = this.peek();
    this.#index += 1;
    return word ?? this.refuse('the sentence ends too soon', this.#meant());
  }

  /** The next word as it is written. */
  raw(what: string): string {
    const word = this.all[this.#index];
    this.#index += 1;
    return word?.text ?? this.refuse(`expected ${what}`, this.#meant());
  }

  expect(wanted: string): void {
    const word = this.peek();
    this.#index += 1;
    if (word === wanted) return;
    const found = word === undefined ? 'the end' : `'${word}'`;
    this.refuse(`expected '${wanted}', not ${found}`, this.#meant());
  }

  /** Words with commas, or `and`, between them. */
  list<Value>(read: (word: string) => Value): Value[] {
    const values: Value[] = [];
    for (;;) {
      const written = this.raw('one more');
      for (const part of written.split(',')) if (part !== '') values.push(read(part));
      const joins = written.endsWith(',') || this.peek() === 'and' || this.peek() === ',';
      if (this.peek() === 'and' || this.peek() === ',') this.#index += 1;
      if (!joins) return values;
    }
  }

  end(): void {
    const word = this.peek();
    if (word === undefined) return;
    this.#index += 1;
    this.refuse(`'${word}' is one word too many`, this.#meant());
  }

  unknown(): never {
    return this.refuse('this is no expectation', this.#meant());
  }

  /** Refuses the word that was read last. */
  refuse(message: string, fix: string): never {
    const word = this.all[this.#index - 1];
    const at = word?.at ?? this.#length;
    throw new Refusal({ message, fix, at, length: Math.max(1, word?.text.length ?? 1) });
  }

  /** The kind of sentence that this one is most like. */
  #meant(): string {
    const start = this.all.slice(0, 2).map(({ text }) => text.toLowerCase());
    const sameStart = SENTENCES.filter((sentence) => sentence.split(' ')[0] === start[0]);
    if (sameStart.length > 0) return `did you mean "${sameStart.join('", "')}"?`;
    const firsts = [...new Set(SENTENCES.map((sentence) => sentence.split(' ')[0] ?? ''))];
    const near = start[0] === undefined ? undefined : suggest(start[0], firsts);
    const meant = SENTENCES.find((sentence) => sentence.split(' ')[0] === near);
    return meant === undefined
      ? `write one of: ${SENTENCES.slice(0, 9).join(', ')}`
      : `did you mean "${meant}"?`;
  }
}
