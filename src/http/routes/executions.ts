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
import { listRemoteJobs } from '../../api/remote-jobs.js';
import { listHistory, listLogs, listStates, liveEvents } from '../../api/traces.js';
import type { HistoryEvent } from '../../asl/transition.js';
import type {
  Engine,
  ExecutionDetail,
  FeedChange,
  ListExecutions,
  StartRequest,
} from '../../engine/engine.js';
import { EngineError } from '../../engine/kernel/errors.js';
import type { Scope } from '../../engine/kernel/scope.js';
import { TEST_RUN_PREFIX } from '../../engine/kernel/test-runs.js';
import { parseQuery, problemText } from '../../search/parse-query.js';
import type { SearchQuery } from '../../search/query.js';
import { defined } from '../defined.js';
import type { EventStream } from '../event-stream.js';
import { findExecution } from '../execution-id.js';
import type { LoadLimit } from '../load-limit.js';
import type { HttpServices } from '../services.js';
import { stateVisits } from '../state-visits.js';
import { readTestRun } from '../test-run-request.js';

/** As many events as a history can have: without their data, all visits can be told. */
const MAX_EVENTS = 25_000;
/** With input and output of each state an answer could be very large; /history pages through all of it. */
const MAX_EVENTS_WITH_DATA = 5_000;

export function executionRoutes(
  instance: FastifyInstance,
  services: HttpServices,
  stream: EventStream,
  load: LoadLimit,
): void {
  const { engine } = services;
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(startExecution.path, { schema: startExecution.schema }, async (request, reply) => {
    const { testRun: isTestRun, candidate, readsOf, ...wanted } = request.body;
    const { scope } = request.principal;
    const start: StartRequest = { ...(defined(wanted) as StartRequest) };
    if (isTestRun === true) {
      const { pipeline } = wanted;
      start.testRun = await readTestRun(services, request.principal, {
        ...{ pipeline, candidate, readsOf },
      });
    }
    const { wait } = request.query;
    if (wait === undefined) {
      const started = await engine.executions.start(scope, start);
      return reply.code(started.created ? 201 : 200).send(started);
    }
    return reply.send(await runAndWait(engine, scope, start, wait, load));
  });

  api.get(listExecutions.path, { schema: listExecutions.schema }, async (request) => {
    const filter: ListExecutions = { testRuns: 'with', ...defined(request.query) };
    return await engine.executions.list(request.principal.scope, filter);
  });

  api.get(describeExecution.path, { schema: describeExecution.schema }, async (request) => {
    const { scope } = request.principal;
    const found = await findExecution(engine, scope, request.params.id);
    const { wait } = request.query;
    return wait === undefined ? found : await waitFor(engine, scope, found.id, wait, load);
  });

  api.get(listStates.path, { schema: listStates.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    const { events, truncated } = await wholeHistory(
      engine,
      scope,
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
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return await engine.executions.history(scope, id, defined(request.query));
  });

  api.get(listLogs.path, { schema: listLogs.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return await engine.executions.logs(scope, id, defined(request.query));
  });

  api.get(listRemoteJobs.path, { schema: listRemoteJobs.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return await engine.remoteJobs.list(scope, id, defined(request.query));
  });

  api.post(stopExecution.path, { schema: stopExecution.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return await engine.executions.stop(scope, id, defined(request.body ?? {}));
  });

  api.post(redriveExecution.path, { schema: redriveExecution.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return await engine.executions.redrive(scope, id, defined(request.body ?? {}));
  });

  api.get(planRedrive.path, { schema: planRedrive.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return { items: await engine.executions.planRedrive(scope, id, defined(request.query)) };
  });

  api.get(planRepair.path, { schema: planRepair.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return await engine.repairs.plan(scope, id);
  });

  api.get(liveEvents.path, { schema: liveEvents.schema }, async (request, reply) => {
    const last = request.headers['last-event-id'];
    const { types, q, ...subject } = request.query;
    const filter = {
      ...defined(subject),
      ...(q === undefined ? {} : { lines: linesFor(q, engine.now()) }),
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

/** @throws EngineError InvalidSearch */
function linesFor(text: string, now: number): SearchQuery {
  const parsed = parseQuery(text, 'logs', now);
  if (parsed.problems === undefined) return parsed.query;
  const problem = parsed.problems.map(problemText).join('; ');
  throw new EngineError('InvalidSearch', { problem });
}

/** Starts and waits in one go, which spares the engine from looking the execution up again. */
async function runAndWait(
  engine: Engine,
  scope: Scope,
  start: StartRequest,
  seconds: number,
  load: LoadLimit,
): Promise<ExecutionDetail> {
  // Named here, so that it can be found when the time is up first.
  const prefix = start.testRun === undefined ? '' : TEST_RUN_PREFIX;
  const named = { ...start, name: start.name ?? `${prefix}${randomUUID()}` };
  let timer: NodeJS.Timeout | undefined;
  let forget: (() => void) | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, undefined);
    // The server is about to end: told is what there is.
    forget = load.onRefusing(() => resolve(undefined));
  });
  const running = engine.executions.run(scope, named);
  try {
    const ended = await Promise.race([running, timeout]);
    if (ended !== undefined) return ended;
  } finally {
    clearTimeout(timer);
    forget?.();
  }
  // Nobody waits for its end any more; a server that closes meanwhile is no fault of this request.
  running.catch(() => undefined);
  return await engine.executions.describe(scope, `${named.pipeline}/${named.name}`);
}

async function waitFor(
  engine: Engine,
  scope: Scope,
  id: string,
  seconds: number,
  load: LoadLimit,
): Promise<ExecutionDetail> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), Math.ceil(seconds * 1000));
  const forget = load.onRefusing(() => over.abort());
  try {
    return await engine.executions.wait(scope, id, over.signal);
  } catch (error) {
    if (over.signal.aborted) return await engine.executions.describe(scope, id);
    throw error;
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** The events of an execution from its beginning, `most` of them or a few more. */
async function wholeHistory(
  engine: Engine,
  scope: Scope,
  id: string,
  most: number,
): Promise<{ events: HistoryEvent[]; truncated: boolean }> {
  const events: HistoryEvent[] = [];
  let cursor: string | undefined;
  while (events.length < most) {
    const page = await engine.executions.history(scope, id, {
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
