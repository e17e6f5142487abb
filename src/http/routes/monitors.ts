/**
 * Monitors, back-tests and alerts.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  backTestMonitor,
  deleteMonitor,
  describeAlert,
  describeMonitor,
  listAlerts,
  listMonitors,
  putMonitor,
} from '../../api/monitors.js';
import { readTag } from '../../monitoring/tags.js';
import { ownTeam } from '../authorize.js';
import { defined } from '../defined.js';
import { numberIn } from '../number-in.js';
import type { HttpServices } from '../services.js';

/** Firings that an answer lists. */
const MOST_LISTED = 1_000;

export function monitorRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listMonitors.path, { schema: listMonitors.schema }, async (request) => ({
    items: engine.monitors.list(request.principal.scope),
  }));

  api.get(describeMonitor.path, { schema: describeMonitor.schema }, async (request) =>
    engine.monitors.describe(request.principal.scope, request.params.name),
  );

  api.put(putMonitor.path, { schema: putMonitor.schema }, async (request) =>
    engine.monitors.put(ownTeam(request.principal), request.params.name, request.body),
  );

  api.delete(deleteMonitor.path, { schema: deleteMonitor.schema }, async (request) => {
    await engine.monitors.delete(request.principal.scope, request.params.name);
    return { deleted: true } as const;
  });

  api.post(backTestMonitor.path, { schema: backTestMonitor.schema }, async (request) => {
    const { monitor = {}, name, days } = request.body;
    const of = name === undefined ? { definition: monitor } : { name };
    const told = await engine.monitors.backtest(ownTeam(request.principal), of, days);
    const firings = told.firings.slice(0, MOST_LISTED);
    return {
      ...told,
      suggestions: [...told.suggestions],
      firings: firings.map((one) => ({ ...one, because: [...one.because] })),
    };
  });

  api.get(listAlerts.path, { schema: listAlerts.schema }, async (request) => {
    const { tag, ...filter } = request.query;
    return await engine.alerts.list(request.principal.scope, {
      ...defined(filter),
      tags: tag === undefined ? [] : [tag].flat().map(readTag),
    });
  });

  api.get(describeAlert.path, { schema: describeAlert.schema }, async (request) => {
    const { changes, ...alert } = await engine.alerts.describe(
      request.principal.scope,
      numberIn(request.params.number),
    );
    return {
      ...alert,
      changes: changes.map((one) => ({ ...one, because: [...one.because] })),
    };
  });
}
