/**
 * `produced`: where the output of an execution says what was produced: `{ rows.$: $.load.rowCount }`.
 *
 * A path that names a list of numbers means their sum; a list of anything else, how many there are. Without this section the
 * connectors tell what they know.
 * @module
 */
import { z } from 'zod';
import { compilePath, findPath, type Path } from '../../asl/expressions/path.js';
import type { Json } from '../../asl/json.js';
import { COUNTS, type Counts, readCount } from '../../monitoring/check-result.js';
import { type Section, whenShaped } from './section.js';

/** An output stands for itself: a path into it sees nothing else. */
const NOTHING_ELSE = { context: null, variable: () => undefined, at: 0, seed: '' };

/** Each with the ending that paths have in Amazon States Language. */
export type WrittenProduced = { [field in `${(typeof COUNTS)[number]}.$`]?: string | undefined };

const path = z
  .string()
  .min(1)
  .max(500)
  .refine(isPath, { message: 'expected a path into the output, such as $.load.rows' });

const schema: z.ZodType<WrittenProduced> = z
  .strictObject({
    'rows.$': path.optional(),
    'bytes.$': path.optional(),
    'files.$': path.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, {
    message: 'give rows.$, bytes.$ or files.$',
  })
  .meta({
    description: 'Where the output says how much new data there is; without any it is a WARNING',
    examples: [{ 'rows.$': '$.load.rows' }],
  });

/** What an output says was produced; undefined where it says nothing. */
export type Produced = (output: Json) => Counts;

export const PRODUCED: Section<Produced> & { schema: z.ZodType<WrittenProduced> } = {
  path: ['produced'],
  schema,
  parse: (json) =>
    whenShaped(schema, json, (written) => {
      const paths = COUNTS.flatMap((count): [keyof Counts, Path][] => {
        const text = written[`${count}.$`];
        return text === undefined ? [] : [[count, compilePath(text)]];
      });
      return (output) => {
        const counts: { -readonly [count in keyof Counts]: number } = {};
        for (const [count, compiled] of paths) {
          const value = countAt(compiled, output);
          if (value !== undefined) counts[count] = value;
        }
        return counts;
      };
    }),
};

function isPath(text: string): boolean {
  try {
    return compilePath(text).root.type === 'input';
  } catch {
    return false;
  }
}

function countAt(compiled: Path, output: Json): number | undefined {
  let value: Json | undefined;
  try {
    value = findPath(compiled, { ...NOTHING_ELSE, input: output });
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return readCount(value);
  const numbers = value.map(readCount);
  const sum = numbers.reduce<number>((total, one) => total + (one ?? 0), 0);
  return numbers.length > 0 && numbers.every((one) => one !== undefined) ? sum : value.length;
}
