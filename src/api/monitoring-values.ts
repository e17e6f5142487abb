/**
 * What answers about watched things are made of.
 * @module
 */
import { z } from 'zod';
import { tagsSchema, timeSchema } from './values.js';

/** For examples. */
export const SUBJECT = {
  provider: 'millrace',
  account: '000000000000',
  region: 'us-east-1',
  kind: 'pipeline',
  name: 'parcels/alpine',
};
export const STANDING = {
  team: 'parcels',
  subject: SUBJECT,
  sentence: 'starts by 06:00',
  state: 'MISSING' as const,
  since: 1_793_509_200_000,
  reason: 'never started',
  due: 1_793_509_200_000,
  zone: 'UTC',
  tags: { county: 'alpine' },
  pipeline: 'alpine',
};

export const subjectSchema = z
  .strictObject({
    provider: z.string(),
    account: z.string(),
    region: z.string(),
    kind: z.string().describe('pipeline, check, file, site, or a word of the provider'),
    name: z.string().describe('Of things of this Millrace TEAM/NAME'),
  })
  .meta({ id: 'Subject', examples: [SUBJECT] });

export const checkStatusSchema = z
  .enum(['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'])
  .describe('OK: produced data. WARNING: ran, no new data. CRITICAL: failed');
export const expectationStateSchema = z.enum([
  'EXPECTED',
  'DUE',
  'LATE',
  'MISSING',
  'ARRIVED LATE',
]);
export const tileSchema = z.enum(['OK', 'WARNING', 'CRITICAL', 'MISSING', 'LATE', 'UNKNOWN']);

export const standingSchema = z
  .strictObject({
    team: z.string(),
    subject: subjectSchema,
    sentence: z.string().describe('As it is written'),
    state: expectationStateSchema,
    since: timeSchema,
    reason: z.string().exactOptional().describe('Why it is not as expected'),
    due: timeSchema.exactOptional().describe('What the state is about, or what is due next'),
    zone: z.string().describe('IANA name'),
    tags: tagsSchema,
    pipeline: z.string().exactOptional().describe('Who declares it'),
    owner: z.string().exactOptional(),
  })
  .meta({ id: 'Expectation', examples: [STANDING] });
export type StandingExpectation = z.infer<typeof standingSchema>;

const one = z.string().max(300);
/** `?tag=county:alpine`, several times. */
export const tagQuery = z
  .union([one, z.array(one).max(20)])
  .optional()
  .describe('KEY:VALUE, or KEY for any value; several: all of them. Case does not matter');

export const searchQuery = z
  .string()
  .max(2_000)
  .optional()
  .describe('A search: `status:critical tag.county:monroe "no answer" since:7d`');
