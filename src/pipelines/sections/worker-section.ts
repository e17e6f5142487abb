/**
 * `worker`: tasks that are performed by a worker on another machine instead of the server's.
 *
 *     worker: { tags: [gpu] }         # every task that a worker can perform, by one that has all of these tags
 *     workers:                        # single states, by their names; a step says `worker:` beside its task
 *       train: { tags: [gpu] }
 *       load: false                   # on the server's own machine
 *
 * | performed by | by a worker | because |
 * | --- | --- | --- |
 * | `shell`, `lambda`, `spark`, `dbt`, `sql`, `http`, `echo` | yes | it needs its arguments, its files and its secrets, and all of them travel |
 * | `dataset` | no | versions are written where the server keeps data |
 * | HTTP Tasks (`http:invoke`) | no | the server keeps and renews what their connections carry |
 * | executions, Map runs, activities, AWS, clusters of pools, this server's own services | no | no process of this machine performs them |
 *
 * @module
 */
import { z } from 'zod';
import { type Section, whenShaped } from './section.js';

/** The kinds of tasks that a worker can perform. */
export const WORKER_KINDS: readonly string[] = [
  ...['shell', 'lambda', 'spark', 'dbt', 'sql', 'http', 'echo'],
];

/** What a file says of who performs tasks: a worker with these tags; any; none, the server itself. */
export type WrittenWorker = boolean | { tags?: string[] | undefined };

/** Which workers may take a task: those that have all the tags, in their order. */
export interface WorkerNeed {
  readonly tags: readonly string[];
}

/** What a worker's tag may be. */
export const WORKER_TAG: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

const tag = z
  .string()
  .regex(WORKER_TAG, "a worker's tag consists of up to 40 letters, digits and . _ -");

export const workerSchema: z.ZodType<WrittenWorker> = z
  .union([
    z.boolean(),
    z.strictObject({
      tags: z.array(tag).max(10).optional().meta({ description: 'The worker has all of them' }),
    }),
  ])
  .meta({
    description:
      'Performed by a worker on another machine: true: any; { tags }: one that has all of these; false: the server itself',
    examples: [true, { tags: ['gpu'] }],
  });

const states: z.ZodType<{ [state: string]: WrittenWorker }> = z
  .record(z.string().min(1).max(80), workerSchema)
  .meta({
    description: 'Who performs the tasks of single states, by their names',
    examples: [{ train: { tags: ['gpu'] } }],
  });

/** Of all tasks; `here`: of none. */
export const WORKER: Section<WorkerNeed | 'here'> & { schema: z.ZodType<WrittenWorker> } = {
  path: ['worker'],
  schema: workerSchema,
  parse: (json) => whenShaped(workerSchema, json, needOf),
};

/** By the name of a state. */
export const WORKERS: Section<ReadonlyMap<string, WorkerNeed | 'here'>> & {
  schema: typeof states;
} = {
  path: ['workers'],
  schema: states,
  parse: (json) =>
    whenShaped(
      states,
      json,
      (all) => new Map(Object.entries(all).map(([state, written]) => [state, needOf(written)])),
    ),
};

function needOf(written: WrittenWorker): WorkerNeed | 'here' {
  if (written === false) return 'here';
  const tags = written === true ? [] : (written.tags ?? []);
  return { tags: [...new Set(tags)].sort() };
}
