/**
 * `retention`: how long the executions of a pipeline are kept, `90d` or `forever`.
 * @module
 */
import { z } from 'zod';
import { parseDuration } from '../duration.js';
import { duration } from '../step-schema.js';
import { type Section, whenShaped } from './section.js';

const schema: z.ZodType<string | number> = z.union([z.literal('forever'), duration]).meta({
  description:
    'How long an execution is kept after its end, with its history, logs and work folder; 90d when absent',
  examples: ['30d', 'forever'],
});

export const RETENTION: Section<number | 'forever'> & { schema: z.ZodType<string | number> } = {
  path: ['retention'],
  schema,
  /** Milliseconds after the end of an execution. */
  parse: (json) =>
    whenShaped(schema, json, (written) => {
      if (written === 'forever') return 'forever';
      const seconds = parseDuration(written);
      return seconds === undefined ? undefined : seconds * 1_000;
    }),
};
