/**
 * Values that many answers and requests are made of.
 * @module
 */
import { z } from 'zod';
import type { Json, JsonObject } from '../asl/json.js';

export type { Json, JsonObject };

// Bounds of depth and size are the body parser's: it would be read a second time here.
export const jsonSchema = z.unknown().describe('Any JSON value') as unknown as z.ZodType<Json>;
export const objectSchema: z.ZodType<JsonObject> = z
  .record(z.string(), jsonSchema)
  .describe('A JSON object');
export const tagsSchema = z.record(z.string(), z.string()).describe('Tags: keys and values');
export const timeSchema = z.int().describe('Milliseconds since the epoch');
export const countSchema = z.int().min(0);

/** What names of teams and pipelines look like, as in pipeline files. */
export const NAME_PATTERN: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
export const NAME_MESSAGE =
  'expected 1 to 80 letters, digits and . _ -, beginning with a letter or digit';

/** A team that is named in a request: `*` would be all of them. */
export const teamSchema = z
  .string()
  .regex(NAME_PATTERN, NAME_MESSAGE)
  .default('default')
  .describe('The team whose it is');

export const paging = {
  limit: z.coerce.number().int().min(1).max(1000).optional().describe('Default: 100'),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
};

/** One page of anything. */
export interface Page<Item> {
  items: Item[];
  next?: string;
}

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().exactOptional().describe('Cursor of the next page; absent on the last'),
  });
}

/** All there is of anything, at once. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item) });
}
