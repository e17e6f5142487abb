/**
 * `effects`: what test runs do with tasks of single states.
 *
 *     effects:                      # by the names of states; a step says `effect:` beside its task
 *       Announce: true              # recorded instead of done; the answer is an empty one of its kind
 *       Lookup: false               # done: it changes nothing that others notice
 *       Charge: { output: { id: test } }   # recorded, and this is the answer
 *       Submit: last                       # recorded; the answer is what it was in the last execution that succeeded
 *
 * What is not said follows from who performs the task: `engine/kernel/effect-rules.ts`.
 * @module
 */
import { z } from 'zod';
import type { Json } from '../../asl/json.js';
import { type Section, whenShaped } from './section.js';

/** What a file says of one state. */
export type WrittenEffect = boolean | 'last' | { output: Json };

export const effectSchema: z.ZodType<WrittenEffect> = z
  .union([z.boolean(), z.literal('last'), z.strictObject({ output: z.json() })])
  .meta({
    description:
      'In test runs: true records the task instead of doing it, false does it, { output } records it and answers that, last records it and answers what it has answered in the last execution that succeeded',
    examples: [true, { output: { id: 'test' } }, 'last'],
  });

const states: z.ZodType<{ [state: string]: WrittenEffect }> = z
  .record(z.string().min(1).max(80), effectSchema)
  .meta({
    description: 'What test runs do with tasks of single states, by their names',
    examples: [{ Announce: true }],
  });

/** By the name of a state. */
export const EFFECTS: Section<ReadonlyMap<string, WrittenEffect>> & { schema: typeof states } = {
  path: ['effects'],
  schema: states,
  parse: (json) => whenShaped(states, json, (all) => new Map(Object.entries(all))),
};
