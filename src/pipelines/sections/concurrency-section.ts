/**
 * `concurrency`: what an execution needs before it may begin.
 * @module
 */
import { z } from 'zod';
import { type Section, whenShaped } from './section.js';

export interface Concurrency {
  limit?: number | undefined;
  overlap?: 'allow' | 'queue' | 'skip' | 'cancel-running' | undefined;
  pools?: string[] | { [name: string]: number } | undefined;
}

const poolName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    "a pool's name consists of up to 80 letters, digits and . _ -",
  );

const schema: z.ZodType<Concurrency> = z
  .strictObject({
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .meta({ description: 'Executions at a time; 1 when absent and no pools are given' }),
    overlap: z.enum(['allow', 'queue', 'skip', 'cancel-running']).optional().meta({
      description:
        'What happens to a start while there is no room: queue when absent; skip and cancel-running are for what triggers start',
    }),
    pools: z
      .union([z.array(poolName).min(1).max(10), z.record(poolName, z.int().min(1).max(100_000))])
      .optional()
      .meta({
        description: 'Slots of shared pools that an execution holds: names, or names and numbers',
        examples: [['warehouse'], { warehouse: 2 }],
      }),
  })
  .refine(({ limit, overlap }) => limit === undefined || overlap !== 'allow', {
    message: 'overlap: allow means that there is no limit: give one or the other',
  });

/** What happens to a start while there is no room for it. */
export type Overlap = 'queue' | 'skip' | 'cancel-running';

export interface ConcurrencyPolicy {
  /** Executions of the pipeline at a time; undefined: as many as there are. */
  limit?: number;
  overlap: Overlap;
  /** Slots that each execution holds, by the name of the pool. */
  pools: { [pool: string]: number };
}

/** Undefined also when it says that executions begin as they come. */
export const CONCURRENCY: Section<ConcurrencyPolicy> & { schema: z.ZodType<Concurrency> } = {
  path: ['concurrency'],
  schema,
  parse: (json) =>
    whenShaped(schema, json, ({ limit, overlap, pools: written }) => {
      const pools = Array.isArray(written)
        ? Object.fromEntries(written.map((name) => [name, 1]))
        : (written ?? {});
      const hasPools = Object.keys(pools).length > 0;
      const isUnlimited =
        overlap === 'allow' || (limit === undefined && overlap === undefined && hasPools);
      if (isUnlimited && !hasPools) return undefined;
      return {
        ...(isUnlimited ? {} : { limit: limit ?? 1 }),
        overlap: overlap === 'skip' || overlap === 'cancel-running' ? overlap : 'queue',
        pools,
      };
    }),
};
