/**
 * Test runs: their reports, and what they have recorded.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listEffects, showTestReport, type TestReport } from '../../api/test-runs.js';
import { defined } from '../defined.js';
import { findExecution } from '../execution-id.js';
import type { HttpServices } from '../services.js';

export function testRunRoutes(
  instance: FastifyInstance,
  { engine }: Pick<HttpServices, 'engine'>,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(showTestReport.path, { schema: showTestReport.schema }, async (request, reply) => {
    const { scope } = request.principal;
    const { rows = 'compare', limit } = request.query;
    const { id } = await findExecution(engine, scope, request.params.id);
    // Nobody waits any more: the process that compares rows ends.
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const ask = { rows, ...(limit === undefined ? {} : { examples: limit }) };
    const report = await engine.testRuns.report(scope, id, ask, gone.signal);
    return report as TestReport;
  });

  api.get(listEffects.path, { schema: listEffects.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    return await engine.testRuns.effects(scope, id, defined(request.query));
  });
}
