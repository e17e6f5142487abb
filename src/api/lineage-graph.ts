/**
 * Lineage as a picture: boxes with places and sizes, and the lines between them.
 * @module
 */
import { z } from 'zod';
import { pointSchema } from './graph.js';
import { lineageNodeSchema } from './lineage.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema } from './values.js';

const pixels = z.number();
const place = {
  id: z.string(),
  x: pixels.describe('From the upper left, pixels'),
  y: pixels,
  width: pixels,
  height: pixels,
};

const dataBoxSchema = z.strictObject({
  kind: z.literal('data'),
  ...place,
  node: lineageNodeSchema.omit({ hop: true, columns: true }).extend({
    hop: z.int().describe('Below 0: what it was made of; above 0: what was made of it'),
  }),
});

const jobBoxSchema = z.strictObject({
  kind: z.literal('job'),
  ...place,
  job: z.union([
    z.strictObject({
      provider: z.literal('millrace'),
      team: z.string(),
      name: z.string().describe('The pipeline'),
      execution: z.string(),
    }),
    z.strictObject({
      provider: z.literal('openlineage'),
      namespace: z.string(),
      name: z.string(),
      run: z.string(),
    }),
  ]),
});

const moreBoxSchema = z.strictObject({
  kind: z.literal('more'),
  ...place,
  of: z.string().describe('Id of the data that has more neighbours than are shown'),
  direction: z.enum(['up', 'down']),
  count: countSchema.describe('How many are not shown'),
  isAtLeast: z.boolean().describe('There may be more than were counted'),
  canOpen: z.boolean().describe('Asked for with `open`, some of them are shown'),
});

const lineSchema = z.strictObject({
  id: z.string(),
  from: z.string().describe('Id of a box'),
  to: z.string(),
  kind: z
    .enum(['read', 'made', 'more', 'indirect'])
    .describe('indirect: over data of teams that are not seen'),
  points: z.array(pointSchema).describe('Corners of the line'),
});
export type LineageLine = z.infer<typeof lineSchema>;

const boxSchema = z.discriminatedUnion('kind', [dataBoxSchema, jobBoxSchema, moreBoxSchema]);
export type LineageBox = z.infer<typeof boxSchema>;

export const lineageGraphSchema = z
  .strictObject({
    start: z.string().describe('Id of the box that was asked for'),
    width: pixels,
    height: pixels,
    boxes: z.array(boxSchema).describe('At most 300 of data; what was asked for first'),
    lines: z.array(lineSchema),
    isCut: z.boolean().describe('The picture is full: what was wanted is not all there'),
  })
  .meta({
    id: 'LineageGraph',
    examples: [
      {
        ...{ start: 'v12', width: 220, height: 80, isCut: false, lines: [] },
        boxes: [
          {
            ...{ kind: 'more' as const, id: 'v12.down', x: 12, y: 12, width: 84, height: 28 },
            ...{ of: 'v12', direction: 'down' as const, count: 40 },
            ...{ isAtLeast: false, canOpen: true },
          },
        ],
      },
    ],
  });
export type LineageGraph = z.infer<typeof lineageGraphSchema>;

const OPENED = /^[vt][0-9]{1,15}\.(up|down)$/;

export const drawLineage = route('GET', PATHS.lineageGraph, {
  needs: 'viewer',
  summary: 'Draw what a version was made of, and what was made of it',
  params: z.object({ name: z.string().max(1_000).describe('Name of the dataset') }),
  querystring: z.object({
    version: z.string().max(100).optional().describe('An id, or `current` (default)'),
    namespace: z.string().max(1_000).optional().describe('Of data of others, told by OpenLineage'),
    hops: z.coerce.number().int().min(1).max(5).default(2).describe('Each way'),
    open: z
      .string()
      .max(1_000)
      .optional()
      .describe(
        'Boxes of which more is wanted, with commas, at most 50: `v12.down` shows up to 100 of what was made of v12',
      )
      .refine(
        (text) =>
          text === undefined ||
          (text.split(',').length <= 50 && text.split(',').every((one) => OPENED.test(one))),
        'expected at most 50 of the form v12.up or t5.down, with commas between them',
      ),
  }),
  response: { 200: lineageGraphSchema, ...problems },
});
