/**
 * What an execution left behind: visits of states, history, log lines; and what is told of it while it runs.
 * @module
 */
import { z } from 'zod';
import { idParams, statusSchema } from './executions.js';
import { incidentChangeTypeSchema } from './incidents.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { jsonSchema, objectSchema, pageOf, paging, tagsSchema, timeSchema } from './values.js';

export const stateVisitSchema = z
  .strictObject({
    name: z.string(),
    type: z.string().describe('Task, Pass, Map, …'),
    status: z.enum(['running', 'waiting', 'retrying', 'succeeded', 'failed', 'caught', 'aborted']),
    enteredEvent: z.int().describe('Id of the history event of its entry: identifies the visit'),
    enteredAt: timeSchema,
    exitedAt: timeSchema.exactOptional(),
    iterations: z
      .array(z.strictObject({ state: z.string(), index: z.int() }))
      .describe('Around this visit: the iterations of Map states, outermost first'),
    attempts: z.int(),
    resource: z.string().exactOptional().describe('What performs it'),
    input: jsonSchema.exactOptional(),
    output: jsonSchema.exactOptional(),
    error: z.string().exactOptional(),
    cause: z.string().exactOptional(),
  })
  .meta({
    id: 'StateVisit',
    examples: [
      {
        name: 'Load',
        type: 'Task',
        status: 'succeeded',
        enteredEvent: 7,
        enteredAt: 1_795_150_801_000,
        exitedAt: 1_795_150_812_000,
        iterations: [],
        attempts: 1,
        resource: 'millrace:sql',
        input: { day: '2026-11-20' },
        output: { rows: 1200 },
      },
    ],
  });
export type StateVisit = z.infer<typeof stateVisitSchema>;
export type VisitStatus = StateVisit['status'];

export const historyEventSchema = z
  .strictObject({
    id: z.int().describe('1, 2, 3 … without gaps'),
    prev: z.int().describe('The event that it follows from'),
    at: timeSchema,
    type: z.string().describe('As AWS names it'),
    details: objectSchema,
  })
  .meta({
    id: 'HistoryEvent',
    examples: [
      {
        id: 2,
        prev: 0,
        at: 1_795_150_800_100,
        type: 'TaskStateEntered',
        details: { name: 'Load' },
      },
    ],
  });
export type HistoryEvent = z.infer<typeof historyEventSchema>;

export const logLineSchema = z
  .strictObject({
    at: timeSchema,
    state: z.string(),
    attempt: z.int(),
    stream: z.enum(['stdout', 'stderr', 'system']),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    fields: objectSchema.exactOptional().describe('Of a line that was JSON'),
    tags: tagsSchema,
  })
  .meta({
    id: 'LogLine',
    examples: [
      {
        at: 1_795_150_802_000,
        state: 'Load',
        attempt: 1,
        stream: 'stdout',
        level: 'info',
        message: 'read 1200 rows',
        tags: {},
      },
    ],
  });
export type LogLine = z.infer<typeof logLineSchema>;

const subject = {
  execution: z.string().describe('Its id'),
  number: z.int(),
  pipeline: z.string(),
  team: z.string(),
};

export const liveChangeSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('execution'),
      ...subject,
      status: statusSchema,
      name: z.string(),
      startedAt: timeSchema,
      stoppedAt: timeSchema.exactOptional(),
      error: z.string().exactOptional(),
      cause: z.string().exactOptional(),
    }),
    z.strictObject({ type: z.literal('history'), ...subject, events: z.array(historyEventSchema) }),
    z.strictObject({ type: z.literal('log'), ...subject, lines: z.array(logLineSchema) }),
    z.strictObject({
      type: z.literal('pipeline'),
      pipeline: z.string(),
      team: z.string(),
      version: z.int(),
    }),
    z.strictObject({
      type: z.literal('incident'),
      incident: z.int().describe('Its number'),
      team: z.string(),
      change: incidentChangeTypeSchema.describe('As in its timeline'),
      at: timeSchema,
      pipeline: z.string().exactOptional(),
    }),
  ])
  .meta({
    id: 'LiveChange',
    examples: [{ type: 'pipeline', pipeline: 'orders', team: 'default', version: 4 }],
  });
/** What the live stream tells. */
export type LiveChange = z.infer<typeof liveChangeSchema>;

export const listStates = route('GET', PATHS.states, {
  needs: 'viewer',
  summary: 'The states that ran, with durations, attempts, errors, input and output',
  params: idParams,
  querystring: z.object({
    data: z.enum(['full', 'none']).optional().describe('none: without input and output'),
  }),
  response: {
    200: z.strictObject({
      items: z.array(stateVisitSchema),
      truncated: z.boolean().describe('There are more; /history pages through all of it'),
    }),
    ...problems,
  },
});

export const listHistory = route('GET', PATHS.history, {
  needs: 'viewer',
  summary: 'History events, with the names of AWS',
  params: idParams,
  querystring: z.object({
    order: z.enum(['oldest-first', 'newest-first']).optional(),
    ...paging,
  }),
  response: { 200: pageOf(historyEventSchema), ...problems },
});

export const listLogs = route('GET', PATHS.logs, {
  needs: 'viewer',
  summary: 'Log lines of the tasks',
  params: idParams,
  querystring: z.object({
    state: z.string().max(200).optional(),
    from: z.enum(['start', 'tail']).optional().describe('tail: the last lines'),
    ...paging,
  }),
  response: { 200: pageOf(logLineSchema), ...problems },
});

export const liveEvents = route('GET', PATHS.events, {
  needs: 'viewer',
  summary: 'Live events (server-sent events): execution, history, log, pipeline, incident',
  description:
    'Each event is named by its type and has an id; with `Last-Event-ID` the stream goes on where it was. It begins with `hello`, or with `reset` when what was missed is no longer known; `beat` comes every ten seconds.',
  querystring: z.object({
    execution: z.string().max(100).optional(),
    pipeline: z.string().max(128).optional(),
    types: z.string().max(100).describe('Only these types, divided by commas').optional(),
    q: z
      .string()
      .max(4_096)
      .optional()
      .describe('Of log lines only those that this search finds: `level:error`'),
  }),
  response: {
    200: {
      description: 'The data of each event',
      content: { 'text/event-stream': { schema: liveChangeSchema } },
    },
    ...problems,
  },
});
