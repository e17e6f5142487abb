/**
 * Executions: start, list, look into, stop, redrive, and live events.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  describeExecution,
  listExecutions,
  planRedrive,
  planRepair,
  redriveExecution,
  startExecution,
  stopExecution,
} from '../../api/executions.js';
import { listHistory, listLogs, listStates, liveEvents } from '../../api/traces.js';
import type { Engine, FeedChange, ListExecutions, StartRequest } from '../../engine/engine.js';
import type { Principal } from '../auth.js';
import type { EventStream } from '../event-stream.js';
import { findExecution } from '../execution-id.js';
import type { LoadLimit } from '../load-limit.js';
import type { HttpServices } from '../services.js';
import { stateVisits } from '../state-visits.js';

/** As many events as a history can have: without their data, all visits can be told. */
const MAX_EVENTS = 25_000;
/** With input and output of each state an answer could be very large; /history pages through all of it. */
const MAX_EVENTS_WITH_DATA = 5_000;

export function executionRoutes(
  instance: FastifyInstance,
  { engine, store }: HttpServices,
  stream: EventStream,
  load: LoadLimit,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(startExecution.path, { schema: startExecution.schema }, async (request, reply) => {
    const start = { ...request.body, teams: request.principal.teams } as StartRequest;
    const { wait } = request.query;
    if (wait === undefined) {
      const started = await engine.startExecution(start);
      return reply.code(started.created ? 201 : 200).send(started);
    }
    return reply.send(await runAndWait(engine, start, wait, load));
  });

  api.get(listExecutions.path, { schema: listExecutions.schema }, async (request) => {
    const filter: ListExecutions = defined(request.query);
    if (request.principal.teams !== undefined) filter.teams = request.principal.teams;
    return await engine.listExecutions(filter);
  });

  api.get(describeExecution.path, { schema: describeExecution.schema }, async (request) => {
    const found = await findExecution(engine, store, request.principal, request.params.id);
    const { wait } = request.query;
    return wait === undefined ? found : await waitFor(engine, found.id, wait, load);
  });

  api.get(listStates.path, { schema: listStates.schema }, async (request) => {
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
  });

  api.get(listHistory.path, { schema: listHistory.schema }, async (request) => {
    const { id } = await findExecution(engine, store, request.principal, request.params.id);
    return await engine.history(id, defined(request.query));
  });

  api.get(listLogs.path, { schema: listLogs.schema }, async (request) => {
    const { id } = await findExecution(engine, store, request.principal, request.params.id);
    return await engine.logs(id, defined(request.query));
  });

  api.post(stopExecution.path, { schema: stopExecution.schema }, async (request) => {
    const { id } = await findExecution(engine, store, request.principal, request.params.id);
    return await engine.stopExecution(id, defined(request.body ?? {}));
  });

  api.post(redriveExecution.path, { schema: redriveExecution.schema }, async (request) => {
    const { id } = await findExecution(engine, store, request.principal, request.params.id);
    return await engine.redriveExecution(id, defined(request.body ?? {}));
  });

  api.get(planRedrive.path, { schema: planRedrive.schema }, async (request) => {
    const { id } = await findExecution(engine, store, request.principal, request.params.id);
    return { items: await engine.planRedrive(id, defined(request.query)) };
  });

  api.get(planRepair.path, { schema: planRepair.schema }, async (request) => {
    const { teams } = request.principal;
    const { id } = await findExecution(engine, store, request.principal, request.params.id);
    const plan = await engine.planRepair(id);
    const items = plan.items.filter(({ team }) => teams === undefined || teams.includes(team));
    return { ...plan, items };
  });

  api.get(liveEvents.path, { schema: liveEvents.schema }, async (request, reply) => {
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
    stream.serve(reply.raw, request.principal, filter, typeof last === 'string' ? last : undefined);
  });
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
