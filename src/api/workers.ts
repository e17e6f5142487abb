/**
 * Workers: processes on other machines that take attempts of tasks over HTTP and perform them.
 *
 *     claim ──▶ attempts, each under a lease ──▶ files ──▶ … heartbeats, lines … ──▶ outcome, once
 *
 * A worker says in the header `Millrace-Worker` which one it is: a text of its own that nobody can guess, the same in all of
 * its requests. What is not, or no longer, its own is answered 409 and changes nothing. The protocol has a version; it is
 * told by `WORKER_PROTOCOL`. A worker of one that the server does not know is refused with 426.
 *
 * | version | |
 * | --- | --- |
 * | 1 | each outcome is a request of its own |
 * | 2 | one request carries outcomes of many attempts, with the last lines of their output; each is judged by itself |
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problemSchema, problems } from './problem.js';
import { route } from './route.js';
import { countSchema, jsonSchema, listOf, tagsSchema, timeSchema } from './values.js';

/** The header by which a worker proves which one it is. */
export const WORKER_HEADER = 'millrace-worker';
/** The version of what server and worker say to each other. */
export const WORKER_PROTOCOL = 2;
/** Longest time, in seconds, that a claim waits. */
export const LONGEST_CLAIM = 30;
/** Outcomes in one request, and bytes of that request. */
export const MOST_OUTCOMES = 200;
export const MOST_OUTCOME_BYTES: number = 8 * 1024 * 1024;
/** Lines of output in one request. */
export const MOST_LINES = 500;
/** Bytes of a part of a file. */
export const MOST_PART: number = 8 * 1024 * 1024;
/** Files of an attempt, in all of its folders. */
export const MOST_FILES = 20_000;

const KIND = /^[a-z][a-z-]{0,39}$/;
const TAG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const MOST_SLOTS = 1_000;

const kindsSchema = z
  .record(z.string().regex(KIND), z.int().min(1).max(MOST_SLOTS))
  .refine((kinds) => Object.keys(kinds).length <= 40, 'expected at most 40 kinds')
  .describe('Kinds of tasks, with the number that it performs of each at a time');

export const speakingWorkerSchema = z
  .strictObject({
    protocol: z.int().describe('Version of the protocol that it speaks'),
    name: z
      .string()
      .regex(/^[\w.:@-]{1,100}$/, 'expected up to 100 letters, digits and _ . : @ -')
      .describe('As people know it'),
    version: z.string().max(50).describe('Of its Millrace'),
    kinds: kindsSchema,
    tags: z.array(z.string().regex(TAG)).max(50).describe('Tasks may ask for some of them'),
    slots: z.int().min(1).max(MOST_SLOTS).describe('Tasks that it performs at a time'),
  })
  .meta({
    id: 'SpeakingWorker',
    examples: [
      {
        ...{ protocol: 2, name: 'gpu-1', version: '0.9.0' },
        ...{ kinds: { shell: 4 }, tags: ['gpu'], slots: 4 },
      },
    ],
  });
export type SpeakingWorker = z.infer<typeof speakingWorkerSchema>;

const heldAttemptSchema = z.strictObject({
  kind: z.string(),
  team: z.string(),
  execution: z
    .strictObject({ id: z.string(), name: z.string(), pipeline: z.string() })
    .exactOptional()
    .describe('Absent for a moment after a restart of the server, with what follows'),
  state: z.string().exactOptional(),
  since: timeSchema.exactOptional().describe('When it was begun'),
});

export const workerSchema = z
  .strictObject({
    name: z.string(),
    version: z.string().describe('Of its Millrace'),
    protocol: countSchema.describe('Version of the protocol that it speaks'),
    kinds: kindsSchema,
    tags: z.array(z.string()),
    slots: countSchema.describe('Tasks that it performs at a time'),
    taken: countSchema.describe('Attempts that it holds'),
    holds: z
      .array(heldAttemptSchema)
      .describe('Those of them that are of teams you see, the oldest first, at most 20'),
    teams: z.array(z.string()).exactOptional().describe('Whose tasks it takes; absent: of all'),
    since: timeSchema.describe('When it came'),
    seenAt: timeSchema.describe('Its last sign of life'),
  })
  .meta({
    id: 'Worker',
    examples: [
      {
        ...{ name: 'gpu-1', version: '0.9.0', protocol: 2, kinds: { shell: 4 }, tags: ['gpu'] },
        ...{
          slots: 4,
          taken: 1,
          holds: [
            {
              ...{ kind: 'shell', team: 'parcels', state: 'train', since: 1_795_132_850_000 },
              execution: {
                id: '0b5a4f0e-6c0f-4d0c-9d0a-0d8d3f6f5a10',
                ...{ name: 'night', pipeline: 'model' },
              },
            },
          ],
          teams: ['parcels'],
          since: 1_795_132_800_000,
          seenAt: 1_795_132_860_000,
        },
      },
    ],
  });
export type Worker = z.infer<typeof workerSchema>;

export const waitingForWorkerSchema = z
  .strictObject({
    kind: z.string(),
    tags: z.array(z.string()),
    team: z.string(),
    attempts: countSchema.describe('That wait, at least'),
    workers: countSchema.describe('Connected ones that could take them when they have room'),
    limited: z
      .string()
      .exactOptional()
      .describe('The tag for which no more tasks may run now (`millrace up --worker-limits`)'),
  })
  .meta({
    id: 'WaitingForWorker',
    examples: [{ kind: 'shell', tags: ['gpu'], team: 'parcels', attempts: 3, workers: 0 }],
  });
export type WaitingForWorker = z.infer<typeof waitingForWorkerSchema>;

const idSchema = z.string().min(1).max(100);

export const claimedAttemptSchema = z
  .strictObject({
    id: z.string(),
    kind: z.string().describe('Kind of task'),
    taskToken: z.string(),
    execution: z.strictObject({
      id: z.string(),
      name: z.string(),
      pipeline: z.string(),
      number: countSchema,
    }),
    state: z.string(),
    attempt: countSchema.describe('0 for the first of this visit of the state'),
    arguments: jsonSchema.describe('With the secrets that they refer to'),
    tags: tagsSchema,
    secretFiles: z
      .record(z.string(), z.string())
      .exactOptional()
      .describe('Values for files, by the variable that holds the path'),
    traceparent: z.string().exactOptional(),
    isTestRun: z.literal(true).exactOptional(),
    timeoutSeconds: z.number().exactOptional(),
    beats: z.boolean().describe('The execution is told of signs of life of the task'),
    hasFiles: z.boolean().describe('It needs the files of the pipeline and the execution'),
    datasets: jsonSchema
      .exactOptional()
      .describe('Versions of datasets that it reads; their folders are those of its files'),
  })
  .meta({
    id: 'ClaimedAttempt',
    examples: [
      {
        ...{ id: '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f', kind: 'shell', taskToken: 'AQ…' },
        execution: {
          id: '0b5a4f0e-6c0f-4d0c-9d0a-0d8d3f6f5a10',
          ...{ name: 'night', pipeline: 'model', number: 7 },
        },
        ...{ state: 'train', attempt: 0, arguments: { command: ['./train.sh'] }, tags: {} },
        ...{ beats: false, hasFiles: true },
      },
    ],
  });
export type ClaimedAttempt = z.infer<typeof claimedAttemptSchema>;

const claimAnswerSchema = z
  .strictObject({
    attempts: z.array(claimedAttemptSchema),
    stop: z.array(z.string()).describe('Attempts that nobody waits for any more'),
  })
  .meta({ id: 'ClaimAnswer', examples: [{ attempts: [], stop: [] }] });
export type ClaimAnswer = z.infer<typeof claimAnswerSchema>;

const recordSchema = z.strictObject({
  at: timeSchema,
  stream: z.enum(['stdout', 'stderr', 'system']),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string().max(32_768),
  fields: z.record(z.string(), jsonSchema).exactOptional(),
});
export type WorkerLogRecord = z.infer<typeof recordSchema>;

const outcomeSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('succeeded'), output: jsonSchema }),
  z.strictObject({
    type: z.literal('failed'),
    error: z.string().max(256),
    cause: z.string().max(32_768),
  }),
]);
export type WorkerOutcome = z.infer<typeof outcomeSchema>;

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

/** Whether a path stays in its folder, and out of what Millrace keeps there. @example isInnerPath('out/rows.csv') // true */
export function isInnerPath(path: string): boolean {
  const parts = path.split('/');
  return (
    parts[0] !== '.millrace' &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..') &&
    !path.includes('\0') &&
    !path.includes('\\')
  );
}

const pathSchema = z
  .string()
  .min(1)
  .max(1_024)
  .refine(isInnerPath, 'expected a path that stays in its folder')
  .describe('Relative to its folder, with /');

export const fileSchema = z
  .strictObject({
    path: pathSchema,
    size: countSchema,
    mode: z.int().min(0).max(0o777).describe('Rights, as POSIX numbers them'),
    sha256: sha256Schema,
  })
  .meta({
    id: 'WorkerFile',
    examples: [{ path: 'train.sh', size: 120, mode: 0o755, sha256: '0'.repeat(64) }],
  });
export type WorkerFile = z.infer<typeof fileSchema>;

export const placesSchema = z
  .strictObject({
    folder: z.array(fileSchema).describe('The folder of the pipeline file'),
    work: z.array(fileSchema).describe('The work folder of the execution'),
    data: z.array(z.array(fileSchema)).describe('Versions of datasets that it reads'),
  })
  .meta({ id: 'WorkerFiles', examples: [{ folder: [], work: [], data: [] }] });
export type WorkerPlaces = z.infer<typeof placesSchema>;

const changesSchema = z.strictObject({
  written: z.array(fileSchema).max(MOST_FILES).describe('New and changed files'),
  removed: z.array(pathSchema).max(MOST_FILES).describe('Their paths'),
});
export type WorkerChanges = z.infer<typeof changesSchema>;

const linesSchema = z.strictObject({
  first: countSchema.describe('Number of the first of them, from 0 on'),
  records: z.array(recordSchema).max(MOST_LINES),
});
export type WorkerLines = z.infer<typeof linesSchema>;

export const attemptOutcomeSchema = z.strictObject({
  attempt: idSchema,
  outcome: outcomeSchema,
  changes: changesSchema.exactOptional().describe('Of the work folder; sent before, as files'),
  lines: linesSchema.exactOptional().describe('The last ones of its output'),
});
export type AttemptOutcome = z.infer<typeof attemptOutcomeSchema>;

const tellingSchema = z
  .strictObject({
    results: z
      .array(
        z.strictObject({
          taken: z.boolean(),
          problem: problemSchema.exactOptional().describe('Why it was not'),
        }),
      )
      .describe('Of each outcome, in their order'),
  })
  .meta({ id: 'TakenOutcomes', examples: [{ results: [{ taken: true }] }] });
export type TakenOutcomes = z.infer<typeof tellingSchema>;

const takenSchema = z
  .strictObject({ taken: z.literal(true) })
  .meta({ id: 'Taken', examples: [{ taken: true }] });

export const listWorkers = route('GET', PATHS.workers, {
  needs: 'viewer',
  summary: 'List the workers that are connected, and what waits for one',
  response: {
    200: listOf(workerSchema).extend({ waiting: z.array(waitingForWorkerSchema) }),
    ...problems,
  },
});

export const claimAttempts = route('POST', PATHS.workerClaim, {
  needs: 'worker',
  summary: 'Take attempts of tasks, as soon as there are any',
  description:
    'For workers. An attempt that is answered was begun under a lease of this worker. It stays its own as long as heartbeats name it.',
  querystring: z.object({
    wait: z.coerce
      .number()
      .int()
      .min(0)
      .max(LONGEST_CLAIM)
      .default(0)
      .describe('Seconds to wait for one'),
  }),
  body: z.strictObject({ worker: speakingWorkerSchema }),
  response: { 200: claimAnswerSchema, ...problems },
});

export const beatWorker = route('POST', PATHS.workerHeartbeat, {
  needs: 'worker',
  summary: 'Say that a worker lives and holds attempts',
  body: z.strictObject({
    worker: speakingWorkerSchema,
    attempts: z.array(idSchema).max(MOST_SLOTS),
    beats: z.array(idSchema).max(MOST_SLOTS).default([]).describe('Those whose tasks live'),
  }),
  response: {
    200: z
      .strictObject({
        stop: z.array(z.string()).describe('Those that are not its own, or no longer'),
        leaseMs: countSchema.describe('Milliseconds for which the others stay its own'),
      })
      .meta({ id: 'WorkerBeat', examples: [{ stop: [], leaseMs: 30_000 }] }),
    ...problems,
  },
});

export const leaveWorker = route('POST', PATHS.workerGoodbye, {
  needs: 'worker',
  summary: 'Say that a worker goes: what it holds is closed as lost at once',
  body: z.strictObject({}),
  response: {
    200: z.strictObject({ lost: countSchema }).meta({ id: 'WorkerLeft', examples: [{ lost: 0 }] }),
    ...problems,
  },
});

const attemptParams = z.object({ id: idSchema.describe('Id of the attempt') });

export const logAttempt = route('POST', PATHS.workerLogs, {
  needs: 'worker',
  summary: "Write lines of a task's output, once",
  params: attemptParams,
  body: linesSchema,
  response: {
    200: z
      .strictObject({ next: countSchema.describe('Number of the line that comes next') })
      .meta({ id: 'NextLine', examples: [{ next: 12 }] }),
    ...problems,
  },
});

export const settleAttempt = route('POST', PATHS.workerOutcome, {
  needs: 'worker',
  summary: 'Give the outcome of an attempt, once',
  params: attemptParams,
  body: z.strictObject({
    outcome: outcomeSchema,
    changes: changesSchema.exactOptional().describe('Of the work folder; sent before, as files'),
  }),
  response: { 200: takenSchema, ...problems },
});

export const settleAttempts = route('POST', PATHS.workerOutcomes, {
  needs: 'worker',
  summary: 'Give outcomes of many attempts, each once',
  description:
    'Each is judged by itself: one that does not fit, or is not of an attempt of this worker, changes nothing about the others. The answer comes when all that are taken are durable.',
  body: z.strictObject({
    outcomes: z
      .array(z.unknown())
      .max(MOST_OUTCOMES)
      .describe(
        '`attempt` (its id), `outcome` and `changes` as for a single one, and `lines`, the last ones of its output, as they are sent alone',
      ),
  }),
  response: { 200: tellingSchema, ...problems },
});

export const listAttemptFiles = route('GET', PATHS.workerFiles, {
  needs: 'worker',
  summary: 'List the files that an attempt needs',
  params: attemptParams,
  response: { 200: placesSchema, ...problems },
});

const blobParams = attemptParams.extend({ sha256: sha256Schema });

export const readBlob = route('GET', PATHS.workerBlob, {
  needs: 'worker',
  summary: 'Read a file that an attempt needs, by the SHA-256 of its content',
  params: blobParams,
  response: {
    200: {
      description: 'Its content',
      content: {
        'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) },
      },
    },
    ...problems,
  },
});

export const writeBlob = route('PUT', PATHS.workerBlob, {
  needs: 'worker',
  summary: 'Send a file that an attempt has written',
  description:
    'A part of its content, as application/octet-stream. It becomes a file of the execution with the outcome.',
  params: blobParams,
  querystring: z.object({
    from: z.coerce.number().int().min(0).describe('Bytes of it that were sent before'),
    size: z.coerce.number().int().min(0).describe('Bytes of the whole'),
  }),
  response: {
    200: z
      .strictObject({ received: countSchema.describe('Bytes that are there') })
      .meta({ id: 'ReceivedBytes', examples: [{ received: 8_388_608 }] }),
    ...problems,
  },
});
