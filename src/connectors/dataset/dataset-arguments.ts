/**
 * Arguments of a `millrace:dataset` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `dataset` | the name of a dataset that the pipeline lists under `datasets` |
 * | `from` | files of the work folder (what earlier steps wrote), or of the pipeline's folder: names, patterns, lists of them, or `{ files, … }` with how they are written |
 * @module
 */
import { z } from 'zod';
import { type InputArgument, inputArgument } from '../sql/input-arguments.js';

export interface DatasetArguments {
  dataset: string;
  from: InputArgument;
}

export const datasetArguments: z.ZodType<DatasetArguments> = z.strictObject({
  dataset: z.string().min(1).max(200),
  from: inputArgument,
});
