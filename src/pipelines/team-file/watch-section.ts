/**
 * `watch`: what a team watches that runs in AWS without Millrace: by names with wildcards, or by patterns of events.
 *
 *     watch:
 *       - account: lake                      # as the accounts file of this server names it
 *         regions: [eu-central-1]            # all of the account when absent
 *         glueJobs: ["load-*"]
 *         tags: { group: etl }
 *         expect: ["succeeded", "finishes within 30 minutes", "at least 2 runs in 24 hours"]
 *
 * What is expected holds for each thing that matches, from the moment on which it is found: one that never ran is missed, too.
 * @module
 */
import { z } from 'zod';
import type { Expectation } from '../../monitoring/expectations/expectation.js';
import type { ObservedKind } from '../../monitoring/observed/observed-run.js';
import { readPattern, type WrittenPattern } from '../../monitoring/observed/pattern-runs.js';
import { type NameWildcard, nameWildcard } from '../../monitoring/observed/wildcard.js';
import {
  readExpectation,
  type WrittenExpectation,
  writtenExpectation,
} from '../sections/expect-section.js';
import type { SectionProblem, TeamSection } from './team-section.js';

/** The fields of names, and the kind of thing that each means. */
export const WATCHED_FIELDS = {
  glueJobs: 'glue-job',
  glueWorkflows: 'glue-workflow',
  glueCrawlers: 'glue-crawler',
  glueCatalogs: 'glue-catalog',
  glueDataQuality: 'glue-data-quality',
  stateMachines: 'state-machine',
  lambdaFunctions: 'lambda-function',
  emrClusters: 'emr-cluster',
  emrServerless: 'emr-serverless-application',
  batchQueues: 'batch-queue',
  athenaWorkgroups: 'athena-workgroup',
} as const satisfies { readonly [field: string]: ObservedKind };

type WatchedField = keyof typeof WATCHED_FIELDS;
const FIELDS = Object.keys(WATCHED_FIELDS) as WatchedField[];

export interface WrittenWatchEntry extends Partial<Record<WatchedField, string[] | undefined>> {
  account: string;
  regions?: string[] | undefined;
  events?: WrittenPattern[] | undefined;
  tags?: { [tag: string]: string } | undefined;
  owner?: string | undefined;
  timezone?: string | undefined;
  expect?: WrittenExpectation[] | undefined;
}

const MOST_ENTRIES = 500;
const MOST_NAMES = 1_000;
const MOST_PATTERNS = 100;

const text = z.string().min(1).max(256);
const names = z.array(text).min(1).max(MOST_NAMES);
const path = z.string().min(1).max(256);
const words = z.array(z.string().min(1).max(64)).min(1).max(50);

const pattern: z.ZodType<WrittenPattern> = z.strictObject({
  pattern: z
    .record(z.string(), z.unknown())
    .meta({ description: 'An event pattern of EventBridge' }),
  kind: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected letters, digits and . _ -')
    .optional()
    .meta({
      description: 'What such a thing is called; "event" when absent',
      examples: ['dms-task'],
    }),
  name: path.meta({ description: 'Where the event names it', examples: ['$.detail.jobName'] }),
  id: path.optional().meta({ description: "Where its run has its id; the event's when absent" }),
  status: path.optional().meta({ description: 'Where its status is; succeeded when absent' }),
  started: path.optional(),
  ended: path.optional(),
  cause: path.optional().meta({ description: 'Where it says why it failed' }),
  succeeded: words.optional().meta({ description: 'More words that mean success' }),
  failed: words.optional(),
  running: words.optional(),
});

const entry: z.ZodType<WrittenWatchEntry> = z.strictObject({
  account: text.meta({
    description: 'An account, as the accounts file of the server names it',
    examples: ['lake'],
  }),
  regions: z
    .array(
      z
        .string()
        .regex(/^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/, 'expected a region such as eu-central-1'),
    )
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'All of the account when absent' }),
  ...Object.fromEntries(
    FIELDS.map((field) => [
      field,
      names
        .optional()
        .meta({ description: 'Names, with the wildcards * ? [abc]', examples: [['load-*']] }),
    ]),
  ),
  events: z.array(pattern).min(1).max(MOST_PATTERNS).optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
  owner: text.optional().meta({ description: 'Who answers for them' }),
  timezone: z.string().min(1).max(64).optional(),
  expect: z.array(writtenExpectation).min(1).max(100).optional(),
}) as unknown as z.ZodType<WrittenWatchEntry>;

type Written = WrittenWatchEntry[];

/** Fields of an entry, for "did you mean". */
export const WATCH_FIELDS: readonly string[] = [
  ...['account', 'regions', ...FIELDS, 'events', 'tags', 'owner', 'timezone', 'expect'],
];
export const PATTERN_FIELDS: readonly string[] = [
  ...['pattern', 'kind', 'name', 'id', 'status', 'started', 'ended', 'cause'],
  ...['succeeded', 'failed', 'running'],
];

export const WATCH_SECTION: TeamSection & { schema: z.ZodType<Written> } = {
  name: 'watch',
  schema: z
    .array(entry)
    .max(MOST_ENTRIES)
    .meta({ description: 'What is watched that runs in AWS without Millrace' }),
  check: (written) => (written as Written).flatMap((one, index) => problemsOf(one, index)),
};

function problemsOf(one: WrittenWatchEntry, index: number): SectionProblem[] {
  const problems: SectionProblem[] = [];
  if (!FIELDS.some((field) => one[field] !== undefined) && one.events === undefined) {
    problems.push({
      at: [index],
      message: 'it is not said what is watched there',
      fix: `add one of ${FIELDS.slice(0, 3).join(', ')} … or events`,
    });
  }
  for (const [at, written] of (one.events ?? []).entries()) {
    const read = readPattern(written);
    if (!('problem' in read)) continue;
    const fix =
      read.at === 'pattern' ? 'write a pattern as EventBridge takes it' : 'write $.detail.name';
    problems.push({ at: [index, 'events', at, read.at], message: read.problem, fix });
  }
  for (const [at, written] of (one.expect ?? []).entries()) {
    const read = readExpectation(written, one.timezone ?? 'UTC');
    if ('problem' in read) {
      const { message, fix, field = [] } = read.problem;
      problems.push({ at: [index, 'expect', at, ...field], message, fix });
    } else if (read.about !== undefined) {
      const message = 'this is about a file or a site, and no run in AWS';
      const fix = 'put it into a file of expectations';
      problems.push({ at: [index, 'expect', at], message, fix });
    }
  }
  return problems;
}

/** What one entry asks for, ready to be asked. */
export interface WatchPlan {
  readonly account: string;
  /** Undefined: all of the account. */
  readonly regions: readonly string[] | undefined;
  readonly names: ReadonlyMap<ObservedKind, readonly NameWildcard[]>;
  readonly patterns: readonly WrittenPattern[];
  readonly tags: { readonly [tag: string]: string };
  readonly owner?: string;
  readonly expectations: readonly Expectation[];
}

/**
 * The plans of a section. What an older or newer version has written and this one cannot read is left out.
 * @example watchPlans([{ account: 'lake', glueJobs: ['load-*'] }])[0]?.names.has('glue-job') // true
 */
export function watchPlans(written: unknown): WatchPlan[] {
  const entries = (Array.isArray(written) ? written : []) as unknown[];
  return entries.flatMap((one): WatchPlan[] => {
    const { data } = entry.safeParse(one);
    if (data === undefined) return [];
    const { account, regions, events = [], tags = {}, owner, timezone = 'UTC', expect = [] } = data;
    const names = FIELDS.flatMap((field): [ObservedKind, NameWildcard[]][] => {
      const said = data[field];
      return said === undefined ? [] : [[WATCHED_FIELDS[field], said.map(nameWildcard)]];
    });
    return [
      {
        ...{ account, regions, names: new Map(names), patterns: events, tags },
        ...(owner === undefined ? {} : { owner }),
        expectations: expect.flatMap((sentence) => {
          const read = readExpectation(sentence, timezone);
          return 'problem' in read || read.about !== undefined ? [] : [read.expectation];
        }),
      },
    ];
  });
}
