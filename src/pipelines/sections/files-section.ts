/**
 * `trigger.files`: which files start a pipeline: one by one, by a manifest, in batches, or when all partners have delivered.
 * @module
 */
import { z } from 'zod';
import type { ArrivalRules } from '../../events/arrivals/arrival-board.js';
import { parseArrivalPattern } from '../../events/arrivals/arrival-pattern.js';
import { MOST_PARTNERS } from '../../events/arrivals/partner-list.js';
import { parseTargetInput } from '../../events/input/target-input.js';
import { parsePattern } from '../../events/pattern/parse-pattern.js';
import { type PathPattern, parsePathPattern } from '../../events/pattern/path-pattern.js';
import { type Batch, batchOf, batchSchema } from './batch.js';
import type { EventRule } from './events-section.js';
import { type Section, whenShaped } from './section.js';
import { timeOfDay } from './time-of-day.js';

/** The bus of files that arrive for a batch, and their events' source. */
export const FILES_BUS = 'millrace.files';

export interface FilesTrigger {
  under: string;
  match?: string | undefined;
  manifest?: string | undefined;
  batch?: Batch | undefined;
  arrivals?: Arrivals | undefined;
}

/** What all partners deliver for an interval. */
export interface Arrivals {
  path: string;
  partners: string | string[];
  by?: string | undefined;
  timezone?: string | undefined;
  whenMissing?: 'wait' | 'start' | undefined;
}

export interface FilesSection {
  readonly under: string;
  readonly match?: PathPattern;
  readonly manifest?: PathPattern;
  /** Files that start the pipeline in batches are events of a bus of their own, and wait as those do. */
  readonly batch?: EventRule;
  readonly arrivals?: {
    readonly rules: ArrivalRules;
    /** Names, or the name of a file with one on each line. */
    readonly partners: string | string[];
  };
}

const arrivals: z.ZodType<Arrivals> = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({ description: 'With {interval} and {partner}', examples: ['{interval}/{partner}.csv'] }),
  partners: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(MOST_PARTNERS)])
    .meta({ description: 'A file with one name a line, or the names' }),
  by: timeOfDay
    .optional()
    .meta({ description: 'Time of day on the interval by which all are expected' }),
  timezone: z.string().min(1).optional().meta({ description: 'IANA name; UTC when absent' }),
  whenMissing: z
    .enum(['wait', 'start'])
    .optional()
    .meta({ description: 'What happens then when somebody is missing; wait when absent' }),
});

const schema: z.ZodType<FilesTrigger> = z.strictObject({
  under: z
    .string()
    .min(1)
    .meta({ description: 'A folder beside the pipeline file, or s3://bucket/folder' }),
  match: z.string().min(1).optional().meta({
    description:
      '*.csv in every folder under it, /*.csv in the folder itself, new/**/*.csv under its folder new',
  }),
  manifest: z.string().min(1).optional().meta({ description: 'A pattern like that of match' }),
  batch: batchSchema.optional().meta({ description: 'One execution for so many files' }),
  arrivals: arrivals
    .optional()
    .meta({ description: 'One execution for what all partners deliver for an interval' }),
});

export const FILES: Section<FilesSection> & { schema: z.ZodType<FilesTrigger> } = {
  path: ['trigger', 'files'],
  schema,
  parse: (json, _format, pipeline) =>
    whenShaped(schema, json, ({ under, match, manifest, batch, arrivals: waited }) => {
      const patterns = { match: patternOf(match), manifest: patternOf(manifest) };
      const rule = batch && batchRule(pipeline, batch);
      const rules = waited && rulesOf(waited);
      return {
        under,
        ...(patterns.match ? { match: patterns.match } : {}),
        ...(patterns.manifest ? { manifest: patterns.manifest } : {}),
        ...(rule ? { batch: rule } : {}),
        ...(waited && rules ? { arrivals: { rules, partners: waited.partners } } : {}),
      };
    }),
};

function patternOf(written: string | undefined): PathPattern | undefined {
  const parsed = written === undefined ? undefined : parsePathPattern(written);
  return parsed && 'pattern' in parsed ? parsed.pattern : undefined;
}

function batchRule(pipeline: string, batch: Batch): EventRule | undefined {
  const parsed = parsePattern({ source: [FILES_BUS], detail: { pipeline: [pipeline] } });
  const target = parseTargetInput('pipeline', { InputPath: '$.detail.file' });
  if ('error' in parsed || 'error' in target) return undefined;
  const { pattern } = parsed;
  const { input } = target;
  return { key: 'files', bus: FILES_BUS, pattern, input, ...batchOf(batch), collect: 'files' };
}

function rulesOf({ path, by, timezone, whenMissing }: Arrivals): ArrivalRules | undefined {
  const parsed = parseArrivalPattern(path);
  if ('reason' in parsed) return undefined;
  return {
    pattern: parsed.pattern,
    timezone: timezone ?? 'UTC',
    by,
    whenMissing: whenMissing ?? 'wait',
  };
}
