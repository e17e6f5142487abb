/**
 * Datasets and their versions.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listArrivals } from '../../api/arrivals.js';
import {
  listDatasets,
  listVersions,
  rollBack,
  showDataset,
  showManifest,
  showVersion,
} from '../../api/datasets.js';
import { listPartners } from '../../api/partners.js';
import type { DatasetDetail } from '../../engine/features/datasets/dataset-calls.js';
import { defined } from '../defined.js';
import type { HttpServices } from '../services.js';

export function datasetRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const { datasets } = engine;

  api.get(listArrivals.path, { schema: listArrivals.schema }, async (request) => {
    const { scope } = request.principal;
    const { items, days, ...rest } = await engine.arrivals.list(scope, defined(request.query));
    return {
      ...rest,
      days: [...days],
      items: items.map((row) => ({ ...row, days: [...row.days] })),
    };
  });

  api.get(listPartners.path, { schema: listPartners.schema }, async (request) => {
    const { scope } = request.principal;
    const { items, pipelines, ...rest } = await engine.partners.list(scope, defined(request.query));
    return {
      ...rest,
      items: items.map((row) => ({ ...row, cells: [...row.cells] })),
      pipelines: pipelines.map((one) => ({ ...one, intervals: [...one.intervals] })),
    };
  });

  api.get(listDatasets.path, { schema: listDatasets.schema }, async (request) => {
    const { items, ...rest } = datasets.list(request.principal.scope, defined(request.query));
    return { items: items.map(shown), ...rest };
  });

  api.get(showDataset.path, { schema: showDataset.schema }, async (request) =>
    shown(datasets.show(request.principal.scope, request.params.name)),
  );

  api.get(listVersions.path, { schema: listVersions.schema }, async (request) =>
    datasets.versions(request.principal.scope, request.params.name, defined(request.query)),
  );

  api.get(showVersion.path, { schema: showVersion.schema }, async (request) => {
    const { name, version } = request.params;
    return await datasets.version(request.principal.scope, name, version);
  });

  api.get(showManifest.path, { schema: showManifest.schema }, async (request) => {
    const { name, version } = request.params;
    const manifest = await datasets.manifest(request.principal.scope, name, version);
    const { files, columns, ...said } = manifest;
    return {
      ...said,
      files: files.map((file) => ({ ...file })),
      ...(columns === undefined ? {} : { columns: [...columns] }),
    };
  });

  api.post(rollBack.path, { schema: rollBack.schema }, async (request) => {
    const { scope, label } = request.principal;
    const { name } = request.params;
    return shown(await datasets.rollBack(scope, name, request.body.version, label));
  });
}

function shown({ readers, current, ...said }: DatasetDetail) {
  return { ...said, readers: [...readers], current: [...current] };
}
