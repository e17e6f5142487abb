/**
 * A time of day in a pipeline file: `06:00`.
 * @module
 */
import { z } from 'zod';

export const timeOfDay: z.ZodType<string> = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day, such as 06:00');
