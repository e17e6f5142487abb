/**
 * The sections of a pipeline file that say when it executes, what may be done with it, what must come of it, and who hears
 * about it: as they are written, and as a deployment keeps them. What each means is in the file of its name.
 * @module
 */
import { z } from 'zod';
import { ACCOUNT, ACCOUNTS, REGION, type WrittenPlace } from './account-section.js';
import { ALLOW, type Allow } from './allow-section.js';
import { CLUSTER, type WrittenCluster } from './cluster-section.js';
import { CONCURRENCY, type Concurrency } from './concurrency-section.js';
import { DATASETS, READS, type WrittenDataset, type WrittenRead } from './datasets-section.js';
import { EFFECTS, type WrittenEffect } from './effects-section.js';
import { EVENTS, type EventTrigger } from './events-section.js';
import { EXPECT, type WrittenExpectation } from './expect-section.js';
import { FILES, type FilesTrigger } from './files-section.js';
import { NOTIFICATION_RULES, type NotificationRule } from './notifications-section.js';
import { PRODUCED, type WrittenProduced } from './produced-section.js';
import { RETENTION } from './retention-section.js';
import { SCHEDULE, type ScheduleTrigger } from './schedule-section.js';
import { UPSTREAMS, type UpstreamsTrigger } from './upstreams-section.js';
import { WORKER, WORKERS, type WrittenWorker } from './worker-section.js';

export interface Trigger {
  schedule?: ScheduleTrigger | undefined;
  events?: EventTrigger[] | undefined;
  files?: FilesTrigger | undefined;
  executions?: UpstreamsTrigger | undefined;
}

export interface PipelineSections {
  /** The person or address that answers for it. */
  owner?: string | undefined;
  description?: string | undefined;
  trigger?: Trigger | undefined;
  concurrency?: Concurrency | undefined;
  /** How long its executions are kept: a duration, or `forever`. */
  retention?: string | number | undefined;
  /** What other teams may do with it. */
  allow?: Allow | undefined;
  /** Where its output says how much new data there is. */
  produced?: WrittenProduced | undefined;
  expect?: WrittenExpectation[] | undefined;
  datasets?: { [name: string]: WrittenDataset } | undefined;
  /** Datasets that it reads, by the names that its tasks know them by. */
  reads?: { [alias: string]: string | WrittenRead } | undefined;
  notifications?: NotificationRule | NotificationRule[] | undefined;
  /** Where its tasks of AWS resources go: a name of the accounts file. */
  account?: string | undefined;
  region?: string | undefined;
  /** The same of single states, by their names. */
  accounts?: { [state: string]: WrittenPlace } | undefined;
  /** What test runs do with tasks of single states, by their names. */
  effects?: { [state: string]: WrittenEffect } | undefined;
  /** A cluster for each execution. */
  cluster?: WrittenCluster | undefined;
  /** Who performs its tasks. */
  worker?: WrittenWorker | undefined;
  /** The same of single states, by their names. */
  workers?: { [state: string]: WrittenWorker } | undefined;
}

const triggerSchema: z.ZodType<Trigger> = z.strictObject({
  schedule: SCHEDULE.schema.optional(),
  events: EVENTS.schema.optional(),
  files: FILES.schema.optional(),
  executions: UPSTREAMS.schema.optional(),
});

/** The shape of each section in a file. In this order they are stored: another one would make versions of what has not changed. */
export const SECTION_SHAPES = {
  owner: z.string().min(1).optional().meta({ description: 'Who answers for it' }),
  description: z.string().optional(),
  trigger: triggerSchema.optional().meta({ description: 'When it executes' }),
  concurrency: CONCURRENCY.schema
    .optional()
    .meta({ description: 'How many of its executions run at a time' }),
  allow: ALLOW.schema.optional(),
  retention: RETENTION.schema.optional(),
  produced: PRODUCED.schema.optional(),
  expect: EXPECT.schema.optional(),
  datasets: DATASETS.schema.optional().meta({ description: 'Datasets that it writes' }),
  notifications: NOTIFICATION_RULES.schema
    .optional()
    .meta({ description: 'Who hears of its executions' }),
  account: ACCOUNT.schema.optional(),
  region: REGION.schema.optional(),
  accounts: ACCOUNTS.schema.optional(),
  cluster: CLUSTER.schema.optional(),
  reads: READS.schema.optional(),
  effects: EFFECTS.schema.optional(),
  worker: WORKER.schema.optional(),
  workers: WORKERS.schema.optional(),
};

/** Those that are given, out of a whole file. */
export function sectionsIn(file: PipelineSections): PipelineSections {
  const names = Object.keys(SECTION_SHAPES) as (keyof PipelineSections)[];
  return Object.fromEntries(
    names.flatMap((name) => (file[name] === undefined ? [] : [[name, file[name]]])),
  );
}
