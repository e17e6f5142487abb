/**
 * `account`, `region`, `accounts`: where tasks of AWS resources of a pipeline go when AWS performs them.
 *
 *     account: lake                 # a name of the server's accounts file: all tasks of the pipeline
 *     region: eu-central-1          # default: the account's first
 *     accounts:                     # single states, by their names; a step says `account:` beside its task
 *       Load: other
 *       Publish: { account: other, region: us-east-1 }
 * @module
 */
import { z } from 'zod';
import { isObject, type Json } from '../../asl/json.js';
import { type Section, whenShaped } from './section.js';

/** What a file says of one state. */
export type WrittenPlace = string | { account?: string | undefined; region?: string | undefined };

export const accountName: z.ZodType<string> = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    'expected the name of an account of the accounts file: 1 to 80 letters, digits and . _ -',
  )
  .meta({ description: "Where it is performed: an account of the server's accounts file" });

export const regionName: z.ZodType<string> = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/, 'expected a region such as eu-central-1')
  .meta({ description: "A region of the account; default: the account's first" });

const writtenPlace: z.ZodType<WrittenPlace> = z.union([
  accountName,
  z.strictObject({ account: accountName.optional(), region: regionName.optional() }),
]);

export const ACCOUNT: Section<string> & { schema: z.ZodType<string> } = {
  path: ['account'],
  schema: accountName,
  parse: (json) => whenShaped(accountName, json, (name) => name),
};

export const REGION: Section<string> & { schema: z.ZodType<string> } = {
  path: ['region'],
  schema: regionName,
  parse: (json) => whenShaped(regionName, json, (name) => name),
};

const states: z.ZodType<{ [state: string]: WrittenPlace }> = z
  .record(z.string().min(1).max(80), writtenPlace)
  .meta({
    description: 'Accounts of single states, by their names',
    examples: [{ Load: 'lake' }],
  });

/** Where tasks of a state go. */
export interface WantedPlace {
  readonly account?: string;
  readonly region?: string;
}

/** By the name of a state. */
export const ACCOUNTS: Section<ReadonlyMap<string, WantedPlace>> & { schema: typeof states } = {
  path: ['accounts'],
  schema: states,
  parse: (json) =>
    whenShaped(states, json, (all) => {
      const read = Object.entries(all).map(([state, place]) => [state, placeOf(place)] as const);
      return new Map(read);
    }),
};

function placeOf(written: Json | WrittenPlace): WantedPlace {
  if (!isObject(written as Json)) return { account: String(written) };
  const { account, region } = written as { account?: string; region?: string };
  return {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
}
