/**
 * Lineage: what was made of what, and events of OpenLineage from others.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  listToldDatasets,
  showExecutionLineage,
  showLineage,
  showLineageSending,
  showVersionRepair,
  takeLineageEvent,
} from '../../api/lineage.js';
import { drawLineage } from '../../api/lineage-graph.js';
import type { LineageNode } from '../../engine/features/lineage/lineage-calls.js';
import { ownTeam } from '../authorize.js';
import { defined } from '../defined.js';
import { findExecution } from '../execution-id.js';
import { lineageGraph } from '../graph/lineage-graph.js';
import type { HttpServices } from '../services.js';

export function lineageRoutes(instance: FastifyInstance, { engine, layouts }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const { lineage } = engine;

  api.get(showLineage.path, { schema: showLineage.schema }, async (request) => {
    const { columns, ...query } = request.query;
    const { scope } = request.principal;
    const asked = { ...defined(query), columns: columns === 'true' };
    const { nodes, edges, ...rest } = await lineage.of(scope, request.params.name, asked);
    return { ...rest, nodes: nodes.map(shown), edges: [...edges] };
  });

  api.get(drawLineage.path, { schema: drawLineage.schema }, async (request) => {
    const { open = '', ...query } = request.query;
    const opened = open.split(',').flatMap((text) => {
      const [node = '', direction] = text.split('.');
      return direction === 'up' || direction === 'down' ? [{ node, direction } as const] : [];
    });
    const { scope } = request.principal;
    const around = await lineage.around(scope, request.params.name, { ...defined(query), opened });
    return await lineageGraph(around, layouts.arrange);
  });

  api.get(showVersionRepair.path, { schema: showVersionRepair.schema }, async (request) => {
    const { name, version } = request.params;
    const repair = await lineage.repair(request.principal.scope, name, version);
    return { ...repair, version: shown(repair.version), steps: [...repair.steps] };
  });

  api.get(showExecutionLineage.path, { schema: showExecutionLineage.schema }, async (request) => {
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    const { written, read } = await lineage.ofExecution(scope, id);
    return { written: written.map(shown), read: read.map(shown) };
  });

  api.get(listToldDatasets.path, { schema: listToldDatasets.schema }, async (request) => {
    const { items, ...rest } = await lineage.told(request.principal.scope, defined(request.query));
    return { items: items.map(shown), ...rest };
  });

  api.post(takeLineageEvent.path, { schema: takeLineageEvent.schema }, async (request) => {
    const taken = await lineage.take(ownTeam(request.principal), request.body);
    const { inputs, outputs, ignored } = taken;
    return { ...taken, inputs: [...inputs], outputs: [...outputs], ignored: [...ignored] };
  });

  api.get(showLineageSending.path, { schema: showLineageSending.schema }, async () => ({
    sending: lineage.sending() ?? null,
  }));
}

function shown({ columns, ...node }: LineageNode) {
  return { ...node, ...(columns === undefined ? {} : { columns: shownTable(columns) }) };
}

function shownTable({ columns, rows, ...said }: NonNullable<LineageNode['columns']>) {
  return {
    ...said,
    columns: columns.map(({ from, ...column }) => ({ ...column, from: [...from] })),
    rows: [...rows],
  };
}
