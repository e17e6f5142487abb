/**
 * The catalogue of data. Whoever goes away ends what was read for them.
 * @module
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  listSchemaHistory,
  previewRows,
  runSql,
  searchCatalogue,
  showProfile,
  showUse,
  showWorking,
} from '../../api/catalogue.js';
import { showDiff, type VersionDiff } from '../../api/version-diff.js';
import type { DataRows } from '../../engine/features/catalogue/catalogue-calls.js';
import { columnsNamed } from '../../engine/features/catalogue/version-diffs.js';
import { defined } from '../defined.js';
import { findExecution } from '../execution-id.js';
import type { HttpServices } from '../services.js';

const USUAL_ROWS = 20;

export function catalogueRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const { catalogue } = engine;

  api.get(searchCatalogue.path, { schema: searchCatalogue.schema }, async (request) => {
    const found = await catalogue.search(request.principal.scope, defined(request.query));
    return { items: found.map(({ columns, ...said }) => ({ ...said, columns: [...columns] })) };
  });

  api.get(showUse.path, { schema: showUse.schema }, async (request) => {
    const use = await catalogue.use(request.principal.scope, request.params.name);
    const { readers, readBy, columns, ...said } = use;
    return { ...said, readers: [...readers], readBy: [...readBy], columns: [...columns] };
  });

  api.get(listSchemaHistory.path, { schema: listSchemaHistory.schema }, async (request) => {
    const { name } = request.params;
    return await catalogue.schemaHistory(request.principal.scope, name, defined(request.query));
  });

  api.get(previewRows.path, { schema: previewRows.schema }, async (request, reply) => {
    const { name, version } = request.params;
    const { limit = USUAL_ROWS } = request.query;
    const { scope } = request.principal;
    return shown(await catalogue.preview(scope, name, version, limit, gone(reply)));
  });

  api.get(showProfile.path, { schema: showProfile.schema }, async (request, reply) => {
    const { name, version } = request.params;
    const { scope } = request.principal;
    const { columns, ...said } = await catalogue.profile(scope, name, version, gone(reply));
    return {
      ...said,
      columns: columns.map(({ quartiles, histogram, top, ...column }) => ({
        ...column,
        ...(quartiles === undefined ? {} : { quartiles: [...quartiles] }),
        ...(top === undefined ? {} : { top: [...top] }),
        ...(histogram === undefined
          ? {}
          : { histogram: { bounds: [...histogram.bounds], counts: [...histogram.counts] } }),
      })),
    };
  });

  api.get(showDiff.path, { schema: showDiff.schema }, async (request, reply) => {
    const { key, columns, limit, ...asked } = defined(request.query);
    const { scope } = request.principal;
    const diff = await catalogue.diff(
      scope,
      {
        ...{ name: request.params.name, ...asked },
        ...(key === undefined ? {} : { key: columnsNamed(key) }),
        ...(columns === undefined ? {} : { columns: columnsNamed(columns) }),
        ...(limit === undefined ? {} : { examples: limit }),
      },
      gone(reply),
    );
    return diff as VersionDiff;
  });

  api.get(showWorking.path, { schema: showWorking.schema }, async (request, reply) => {
    const { limit = USUAL_ROWS } = request.query;
    const { scope } = request.principal;
    const { id } = await findExecution(engine, scope, request.params.id);
    const steps = await catalogue.working(scope, id, limit, gone(reply));
    return {
      items: steps.map(({ before, ...step }) => ({
        ...step,
        before: before.map((input) => ({ ...input })),
      })),
    };
  });

  api.post(runSql.path, { schema: runSql.schema }, async (request, reply) => {
    const { sql, limit: rows } = request.body;
    const asked = { sql, ...(rows === undefined ? {} : { rows }) };
    return shown(await catalogue.query(request.principal.scope, asked, gone(reply)));
  });
}

/** Aborted when the connection is closed before there is an answer. */
function gone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}

function shown({ columns, rows, truncated }: DataRows) {
  return { columns: [...columns], rows: rows.map((row) => [...row]), truncated };
}
