/**
 * Executions: start, list, look into, stop, redrive, and live events.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Engine, FeedChange, ListExecutions, StartRequest } from '../../engine/engine.js';
import type { Principal } from '../auth.js';
import type { EventStream } from '../event-stream.js';
import { findExecution } from '../execution-id.js';
import type { LoadLimit } from '../load-limit.js';
import { problemSchema } from '../problem.js';
import {
  executionDetailSchema,
  executionSchema,
  historyEventSchema,
  logLineSchema,
  pageOf,
  redriveNoteSchema,
  repairPlanSchema,
  startedSchema,
  startRequestSchema,
  stateVisitSchema,
  statusSchema,
} from '../schemas.js';
import type { HttpServices } from '../services.js';
import { stateVisits } from '../state-visits.js';

const idParams = z.object({
  id: z
    .string()
    .max(300)
    .describe(
      'Id, its first characters, number, PIPELINE/NAME, latest, latest-failed or PIPELINE@latest',
    ),
});
const paging = {
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  cursor: z.string().max(200).optional(),
};
const problems = { '4xx': problemSchema, '5xx': problemSchema };
/** As many events as a history can have: without their data, all visits can be told. */
const MAX_EVENTS = 25_000;
/** With input and output of each state an answer could be very large; /history pages through all of it. */
const MAX_EVENTS_WITH_DATA = 5_000;
/** Longest time that a request waits for an execution to end; the client asks again. */
const MAX_WAIT_SECONDS = 300;

export function executionRoutes(
  instance: FastifyInstance,
  { engine, store }: HttpServices,
  stream: EventStream,
  load: LoadLimit,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(
    '/executions',
    {
      schema: {
        summary: 'Start an execution',
        description:
          '201 when it was created. Idempotent by name: 200 when an execution of the same name and input existed, 409 when its input was another. With `wait`, answers 200 with the execution when it has ended, or as it is after so many seconds.',
        body: startRequestSchema,
        querystring: z.object({ wait: z.coerce.number().min(0).max(MAX_WAIT_SECONDS).optional() }),
        response: {
          200: z.union([startedSchema, executionDetailSchema]),
          201: startedSchema,
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const start = { ...request.body, teams: request.principal.teams } as StartRequest;
      const { wait } = request.query;
      if (wait === undefined) {
        const started = await engine.startExecution(start);
        return reply.code(started.created ? 201 : 200).send(started);
      }
      return reply.send(await runAndWait(engine, start, wait, load));
    },
  );

  api.get(
    '/executions',
    {
      schema: {
        summary: 'List executions, newest first',
        querystring: z.object({
          pipeline: z.string().max(128).optional(),
          status: statusSchema.optional(),
          mapRun: z.string().max(200).optional(),
          ...paging,
        }),
        response: { 200: pageOf(executionSchema), ...problems },
      },
    },
    async (request) => {
      const filter: ListExecutions = defined(request.query);
      if (request.principal.teams !== undefined) filter.teams = request.principal.teams;
      return await engine.listExecutions(filter);
    },
  );

  api.get(
    '/executions/:id',
    {
      schema: {
        summary: 'One execution',
        params: idParams,
        querystring: z.object({ wait: z.coerce.number().min(0).max(MAX_WAIT_SECONDS).optional() }),
        response: { 200: executionDetailSchema, ...problems },
      },
    },
    async (request) => {
      const found = await findExecution(engine, store, request.principal, request.params.id);
      const { wait } = request.query;
      return wait === undefined ? found : await waitFor(engine, found.id, wait, load);
    },
  );

  api.get(
    '/executions/:id/states',
    {
      schema: {
        summary: 'The states that ran, with durations, attempts, errors, input and output',
        params: idParams,
        querystring: z.object({ data: z.enum(['full', 'none']).optional() }),
        response: {
          200: z.object({ items: z.array(stateVisitSchema), truncated: z.boolean() }),
          ...problems,
        },
      },
    },
    async (request) => {
      const { id } = await findExecution(engine, store, request.principal, request.params.id);
      const { events, truncated } = await wholeHistory(
        engine,
        id,
        request.query.data === 'none' ? MAX_EVENTS : MAX_EVENTS_WITH_DATA,
      );
      const items = stateVisits(events);
      if (request.query.data === 'none') {
        for (const visit of items) {
          delete visit.input;
          delete visit.output;
        }
      }
      return { items, truncated };
    },
  );

  api.get(
    '/executions/:id/history',
    {
      schema: {
        summary: 'History events, with the names of AWS',
        params: idParams,
        querystring: z.object({
          order: z.enum(['oldest-first', 'newest-first']).optional(),
          ...paging,
        }),
        response: { 200: pageOf(historyEventSchema), ...problems },
      },
    },
    async (request) => {
      const { id } = await findExecution(engine, store, request.principal, request.params.id);
      return await engine.history(id, defined(request.query));
    },
  );

  api.get(
    '/executions/:id/logs',
    {
      schema: {
        summary: 'Log lines of the tasks',
        params: idParams,
        querystring: z.object({
          state: z.string().max(200).optional(),
          from: z.enum(['start', 'tail']).optional(),
          ...paging,
        }),
        response: { 200: pageOf(logLineSchema), ...problems },
      },
    },
    async (request) => {
      const { id } = await findExecution(engine, store, request.principal, request.params.id);
      return await engine.logs(id, defined(request.query));
    },
  );

  api.post(
    '/executions/:id/stop',
    {
      schema: {
        summary: 'Stop a running execution',
        params: idParams,
        body: z
          .object({
            error: z.string().max(256).optional(),
            cause: z.string().max(32_768).optional(),
          })
          .strict()
          .nullish(),
        response: { 200: executionSchema, ...problems },
      },
    },
    async (request) => {
      const { id } = await findExecution(engine, store, request.principal, request.params.id);
      return await engine.stopExecution(id, defined(request.body ?? {}));
    },
  );

  api.post(
    '/executions/:id/redrive',
    {
      schema: {
        summary: 'Go on with a failed execution, from the failed state or an earlier one',
        params: idParams,
        body: z
          .object({
            from: z.string().max(80).optional(),
            definition: z.enum(['own', 'current']).optional(),
          })
          .strict()
          .nullish(),
        response: {
          200: executionSchema.extend({ notes: z.array(redriveNoteSchema) }),
          ...problems,
        },
      },
    },
    async (request) => {
      const { id } = await findExecution(engine, store, request.principal, request.params.id);
      return await engine.redriveExecution(id, defined(request.body ?? {}));
    },
  );

  api.get(
    '/executions/:id/redrive-plan',
    {
      schema: {
        summary: 'What a redrive would do to each state, and why',
        params: idParams,
        querystring: z.object({
          from: z.string().max(80).optional(),
          definition: z.enum(['own', 'current']).optional(),
        }),
        response: { 200: z.object({ items: z.array(redriveNoteSchema) }), ...problems },
      },
    },
    async (request) => {
      const { id } = await findExecution(engine, store, request.principal, request.params.id);
      return { items: await engine.planRedrive(id, defined(request.query)) };
    },
  );

  api.get(
    '/executions/:id/repair-plan',
    {
      schema: {
        summary: 'What was made from an older outcome and must run again, upstreams first',
        params: idParams,
        response: { 200: repairPlanSchema, ...problems },
      },
    },
    async (request) => {
      const { teams } = request.principal;
      const { id } = await findExecution(engine, store, request.principal, request.params.id);
      const plan = await engine.planRepair(id);
      const items = plan.items.filter(({ team }) => teams === undefined || teams.includes(team));
      return { ...plan, items };
    },
  );

  api.get(
    '/events',
    {
      schema: {
        summary: 'Live events (server-sent events): execution, history, log, pipeline',
        querystring: z.object({
          execution: z.string().max(100).optional(),
          pipeline: z.string().max(128).optional(),
          types: z.string().max(100).describe('Only these types, divided by commas').optional(),
        }),
      },
    },
    async (request, reply) => {
      const last = request.headers['last-event-id'];
      const { types, ...subject } = request.query;
      const filter = {
        ...defined(subject),
        ...(types === undefined ? {} : { types: types.split(',') as FeedChange['type'][] }),
      };
      // Refused like anything else, before the response is ours.
      stream.expectRoom(request.principal);
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      stream.serve(
        reply.raw,
        request.principal,
        filter,
        typeof last === 'string' ? last : undefined,
      );
    },
  );
}

/** @throws EngineError PipelineNotFound, also for a pipeline of another team */
export async function visiblePipeline(
  engine: Engine,
  principal: Principal,
  name: string,
  version?: number,
): ReturnType<Engine['describePipeline']> {
  return await engine.describePipeline(name, version, { teams: principal.teams });
}

/** Starts and waits in one go, which spares the engine from looking the execution up again. */
async function runAndWait(
  engine: Engine,
  start: StartRequest,
  seconds: number,
  load: LoadLimit,
): ReturnType<Engine['describeExecution']> {
  // Named here, so that it can be found when the time is up first.
  const named = { ...start, name: start.name ?? randomUUID() };
  let timer: NodeJS.Timeout | undefined;
  let forget: (() => void) | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, undefined);
    // The server is about to end: told is what there is.
    forget = load.onRefusing(() => resolve(undefined));
  });
  const running = engine.runExecution(named);
  try {
    const ended = await Promise.race([running, timeout]);
    if (ended !== undefined) return ended;
  } finally {
    clearTimeout(timer);
    forget?.();
  }
  // Nobody waits for its end any more; a server that closes meanwhile is no fault of this request.
  running.catch(() => undefined);
  return await engine.describeExecution(`${named.pipeline}/${named.name}`, start.teams);
}

async function waitFor(
  engine: Engine,
  id: string,
  seconds: number,
  load: LoadLimit,
): ReturnType<Engine['describeExecution']> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), Math.ceil(seconds * 1000));
  const forget = load.onRefusing(() => over.abort());
  try {
    return await engine.waitForExecution(id, over.signal);
  } catch (error) {
    if (over.signal.aborted) return await engine.describeExecution(id);
    throw error;
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** The events of an execution from its beginning, `most` of them or a few more. */
async function wholeHistory(
  engine: Engine,
  id: string,
  most: number,
): Promise<{ events: Awaited<ReturnType<Engine['history']>>['items']; truncated: boolean }> {
  const events: Awaited<ReturnType<Engine['history']>>['items'] = [];
  let cursor: string | undefined;
  while (events.length < most) {
    const page = await engine.history(id, {
      limit: 1000,
      order: 'oldest-first',
      ...(cursor === undefined ? {} : { cursor }),
    });
    events.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return { events, truncated: false };
    // Reading is synchronous below: others get their turn between the pages.
    await setImmediate();
  }
  return { events, truncated: true };
}

/** Leaves out what is undefined: absent and undefined are different things to the engine. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
