/**
 * `batch`: so many events or files, or a window of time, start one execution.
 * @module
 */
import { z } from 'zod';
import { parseDuration } from '../duration.js';
import { type Duration, duration } from '../step-schema.js';

export type Batch = { size: number; window: Duration };

export const batchSchema: z.ZodType<Batch> = z.strictObject({
  size: z.int().min(1).max(10_000).meta({ description: 'Start when so many have come' }),
  window: duration.meta({ description: 'Start so long after the first of them, 24 hours at most' }),
});

/** With the window in seconds. */
export function batchOf(batch: Batch | undefined): { batch?: { size: number; window: number } } {
  const window = batch && parseDuration(batch.window);
  return batch === undefined || window === undefined ? {} : { batch: { size: batch.size, window } };
}
