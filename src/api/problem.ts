/**
 * What every refusal looks like (RFC 9457).
 * @module
 */
import { z } from 'zod';

export const problemSchema = z
  .strictObject({
    type: z.string().describe('A URI reference for this kind of problem'),
    title: z.string().describe('What is wrong'),
    status: z.int().describe('The HTTP status'),
    code: z.string().describe('Stable code, the same in CLI, API and console'),
    fix: z.string().describe('What to do about it'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .exactOptional()
      .describe('Every field that does not fit'),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: '/errors/MILL3002',
        title: "There is no execution 'orders/night'.",
        status: 404,
        code: 'MILL3002',
        fix: 'List executions with: millrace executions',
      },
    ],
  });

export type Problem = z.infer<typeof problemSchema>;

/** What any route may answer instead of what was asked for. */
export const problems = { '4xx': problemSchema, '5xx': problemSchema };
