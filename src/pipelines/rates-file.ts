/**
 * The rate card of a server, as a file: what a state, a second of a worker and a unit that tasks report cost, and from when.
 *
 *     currency: USD
 *     rates:
 *       - from: 2026-01-01
 *         transition: 0.000025
 *         workerSecond: { shell: 0.0000116, sql: 0.00002 }
 *         gigabyteSecond: { lambda: 0.0000166667 }
 *         units: { dpuHours: 0.44 }
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseInterval } from '../events/intervals/interval.js';
import { parseInstant } from '../events/schedules/calendar.js';
import { parsePrice, type RateCard, type Rates } from '../monitoring/cost/rate-card.js';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problem.js';
import { checked, type FileKind } from './schema-problems.js';
import { readSource } from './source-file.js';

/** There is no such file, or something is wrong with it; the message tells everything that is. */
export class RatesFileError extends Error {
  override readonly name = 'RatesFileError';
}

const MOST_VERSIONS = 1_000;
const MOST_NAMES = 1_000;

const price = z
  .union([z.number(), z.string().max(60)])
  .refine((written) => parsePrice(written) !== undefined, {
    message: 'expected a price from 0 on with at most 12 decimals, such as 0.000025',
  })
  .transform((written) => parsePrice(written) ?? 0n);
const prices = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'expected a name'), price)
  .refine((all) => Object.keys(all).length <= MOST_NAMES, `expected at most ${MOST_NAMES} names`)
  .default({});
const moment = z
  .string()
  .refine((text) => startOf(text) !== undefined, {
    message: 'expected a day or a time, such as 2026-01-01',
  })
  .transform((text) => startOf(text) ?? 0);

const schema = z.strictObject({
  currency: z.string().regex(/^[A-Za-z]{1,12}$/, 'expected letters, such as USD'),
  rates: z
    .array(
      z
        .strictObject({
          from: moment,
          transition: price.optional(),
          workerSecond: prices,
          gigabyteSecond: prices,
          units: prices,
        })
        .transform(({ transition, ...rates }): Rates => {
          return transition === undefined ? rates : { ...rates, transition };
        }),
    )
    .min(1)
    .max(MOST_VERSIONS)
    .refine((all) => all.every(({ from }, at) => at === 0 || (all[at - 1]?.from ?? 0) < from), {
      message: 'each of the rates must begin later than the one before it',
    }),
});

const KIND: FileKind = {
  name: 'rates',
  begin: 'currency: USD',
  fields: (path) => {
    if (path.length === 0) return ['currency', 'rates'];
    return path.length === 2
      ? ['from', 'transition', 'workerSecond', 'gigabyteSecond', 'units']
      : [];
  },
};

/** A day begins in UTC. */
function startOf(text: string): number | undefined {
  return parseInterval(text, 'UTC')?.start ?? parseInstant(text);
}

/**
 * Reads a rate card, all or nothing.
 * @returns none when anything in it is wrong, and everything that is wrong, each at its place
 * @example loadRates('rates.yaml', 'currency: USD\nrates: [{ from: 2026-01-01 }]').card?.currency // 'USD'
 */
export function loadRates(file: string, text: string): { card?: RateCard; problems: Problem[] } {
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  const read = source && checked(schema, source, KIND, problems);
  const { currency, rates } = read ?? {};
  if (currency === undefined || rates === undefined || problems.length > 0) return { problems };
  return { card: { currency, versions: rates }, problems };
}

/**
 * The same of a file on this machine.
 * @throws RatesFileError
 * @example openRatesFile('rates.yaml').currency // 'USD'
 */
export function openRatesFile(file: string): RateCard {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new RatesFileError(`The rates cannot be read: ${(error as Error).message}`);
  }
  const { card, problems } = loadRates(file, text);
  if (card !== undefined) return card;
  throw new RatesFileError(
    `The rates have problems.\n${formatProblems(problems, new Map([[file, text]]))}`,
  );
}
