/**
 * The contract and the server are one: every route is in it, and every answer is what it says and nothing more.
 * @module
 */
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type * as backfillApi from '../../src/api/backfills.js';
import type { ClusterPool } from '../../src/api/cluster-pools.js';
import { CONTRACT } from '../../src/api/contract.js';
import type * as eventApi from '../../src/api/events.js';
import type * as executionApi from '../../src/api/executions.js';
import type { FoundLines } from '../../src/api/logs.js';
import { PREFIX } from '../../src/api/paths.js';
import type * as pipelineApi from '../../src/api/pipelines.js';
import type { Pool } from '../../src/api/pools.js';
import type { Route } from '../../src/api/route.js';
import type { ListedSchedule } from '../../src/api/schedules.js';
import type * as traceApi from '../../src/api/traces.js';
import type { LiveChange } from '../../src/api/traces.js';
import type { Trigger } from '../../src/api/triggers.js';
import type { Webhook } from '../../src/api/webhooks.js';
import type { HistoryEvent } from '../../src/asl/transition.js';
import type { TriggerExplanation } from '../../src/engine/calls/explain-trigger.js';
import type * as engine from '../../src/engine/engine.js';
import type { PoolSummary } from '../../src/engine/features/admission/pools.js';
import type { BackfillPlan } from '../../src/engine/features/backfills/backfill-plan.js';
import type {
  Backfill,
  BackfillDetail,
} from '../../src/engine/features/backfills/describe-backfill.js';
import type { ShownPool } from '../../src/engine/features/cluster-pools/cluster-pool-calls.js';
import type * as schedules from '../../src/engine/features/schedules/schedule-calls.js';
import type { RepairPlan } from '../../src/engine/features/upstreams/repair-plan.js';
import type { EventRecord, PutResult } from '../../src/engine/kernel/bus-event.js';
import type { WebhookSummary } from '../../src/http/webhooks/webhook-desk.js';
import type { Problem } from '../../src/pipelines/problem.js';
import { openPopulatedServer, type PopulatedServer } from './populated-server.js';
import { registeredRoutes } from './routes.js';

let world: PopulatedServer;

beforeAll(async () => {
  world = await openPopulatedServer(['alder']);
}, 180_000);
afterAll(() => world.close());

const label = ({ method, path }: Route): string => `${method} ${path}`;

/** A type in which it makes no difference how it was put together. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

test('has every member of what the engine answers, and no other', () => {
  expectTypeOf<executionApi.Execution>().toEqualTypeOf<engine.ExecutionSummary>();
  expectTypeOf<Plain<executionApi.ExecutionDetail>>().toEqualTypeOf<
    Plain<engine.ExecutionDetail>
  >();
  expectTypeOf<executionApi.StartedExecution>().toEqualTypeOf<engine.StartedExecution>();
  expectTypeOf<executionApi.RepairPlan>().toEqualTypeOf<RepairPlan>();
  expectTypeOf<traceApi.HistoryEvent>().toEqualTypeOf<HistoryEvent>();
  expectTypeOf<traceApi.LogLine>().toEqualTypeOf<engine.LogLine>();
  expectTypeOf<Plain<FoundLines>>().toEqualTypeOf<Plain<engine.FoundLines>>();
  expectTypeOf<Plain<LiveChange>>().toEqualTypeOf<Plain<engine.FeedChange>>();
  expectTypeOf<pipelineApi.Pipeline>().toEqualTypeOf<engine.PipelineSummary>();
  expectTypeOf<pipelineApi.PipelineDetail>().toEqualTypeOf<engine.PipelineDetail>();
  expectTypeOf<keyof pipelineApi.FileProblem>().toEqualTypeOf<keyof Problem>();
  expectTypeOf<Plain<Trigger>>().toEqualTypeOf<Plain<TriggerExplanation>>();
  expectTypeOf<ListedSchedule>().toEqualTypeOf<schedules.ListedSchedule>();
  expectTypeOf<backfillApi.Backfill>().toEqualTypeOf<Backfill>();
  expectTypeOf<backfillApi.BackfillDetail>().toEqualTypeOf<BackfillDetail>();
  expectTypeOf<backfillApi.BackfillPlan>().toEqualTypeOf<BackfillPlan>();
  expectTypeOf<eventApi.StoredEvent>().toEqualTypeOf<EventRecord>();
  expectTypeOf<eventApi.PutResult>().toEqualTypeOf<PutResult>();
  expectTypeOf<Pool>().toEqualTypeOf<PoolSummary>();
  expectTypeOf<ClusterPool>().toEqualTypeOf<ShownPool>();
  expectTypeOf<Plain<Webhook>>().toEqualTypeOf<Plain<WebhookSummary>>();
});

test('is what the server has, no more and no less', () => {
  const served = registeredRoutes(world.it.server.app.printRoutes({ commonPrefix: false }))
    .filter((route) => route.includes(` ${PREFIX}/`) && !route.endsWith('/openapi.json'))
    .map((route) => route.replace(PREFIX, ''));
  expect(CONTRACT.map(label).sort()).toEqual(served);
});

test('gives every route a summary and a schema of its answer, and OpenAPI holds both', async () => {
  interface Operation {
    summary: string;
    responses: { [status: string]: { content?: { [type: string]: { schema?: object } } } };
  }
  const { paths } = (await world.it.request('GET', `${PREFIX}/openapi.json`)).json<{
    paths: { [path: string]: { [method: string]: Operation } };
  }>();
  for (const route of CONTRACT) {
    const path = PREFIX + route.path.replaceAll(/:(\w+)/g, '{$1}');
    const told = paths[path]?.[route.method.toLowerCase()];
    expect(told?.summary, label(route)).toBe(route.schema.summary);
    const good = Object.keys(route.schema.response).filter((status) => status.startsWith('2'));
    expect(good.length, label(route)).toBeGreaterThan(0);
    for (const status of good) {
      if (status === '204') continue;
      const [content] = Object.values(told?.responses[status]?.content ?? {});
      expect(Object.keys(content?.schema ?? {}), `${label(route)} ${status}`).not.toEqual([]);
    }
  }
});

test('describes every named value by an example that fits it', async () => {
  const { components } = (await world.it.request('GET', `${PREFIX}/openapi.json`)).json<{
    components: { schemas: { [name: string]: { examples?: unknown[] } } };
  }>();
  const named = new Map<string, z.ZodType>();
  for (const schema of CONTRACT.flatMap((route) => zodTypesIn(route))) collect(schema, named);
  expect(named.size).toBeGreaterThan(25);
  for (const [name, schema] of named) {
    const examples = schema.meta()?.examples as unknown[] | undefined;
    expect(examples?.length, name).toBeGreaterThan(0);
    for (const example of examples ?? []) {
      expect(schema.safeParse(example).error?.message, name).toBeUndefined();
    }
    const told = components.schemas[name] ?? components.schemas[`${name}Input`];
    expect(told?.examples, name).toEqual(examples);
  }
});

/** The zod schemas of a route. */
function zodTypesIn({ schema }: Route): z.ZodType[] {
  const answers = Object.values(schema.response).map((one) =>
    'content' in one ? Object.values(one.content).map(({ schema }) => schema) : one,
  );
  return [schema.body, schema.params, schema.querystring, ...answers.flat()].filter(
    (one) => one !== undefined,
  );
}

/** What a schema is made of: each kind has some of these. */
interface Holder {
  def: {
    shape?: { [member: string]: unknown };
    element?: unknown;
    innerType?: unknown;
    options?: unknown[];
    valueType?: unknown;
  };
}

/** All schemas with an id in a schema. */
function collect(schema: z.ZodType, into: Map<string, z.ZodType>): void {
  const id = schema.meta()?.id;
  if (id !== undefined) into.set(id, schema);
  const { shape, element, innerType, options, valueType } = (schema as unknown as Holder).def;
  for (const part of [
    ...Object.values(shape ?? {}),
    element,
    innerType,
    ...(options ?? []),
    valueType,
  ]) {
    if (part instanceof z.ZodType) collect(part, into);
  }
}
