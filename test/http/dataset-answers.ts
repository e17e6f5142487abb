/**
 * Asks every route of datasets and lineage, of a server where one team has published a dataset and told of one run of others.
 * @module
 */
import { expect } from 'vitest';
import { PATHS, pathTo } from '../../src/api/paths.js';
import type { JsonObject } from '../../src/asl/json.js';
import { LINEAGE_EVENT } from './routes.js';
import type { RequestOptions } from './test-server.js';

type Ask = <Body = JsonObject>(
  method: string,
  path: string,
  status: number,
  options?: RequestOptions,
) => Promise<Body>;

/** The same of datasets themselves. */
export async function askDatasets(ask: Ask, name: string): Promise<void> {
  expect(await ask('GET', PATHS.datasets, 200)).toMatchObject({ items: [{ name }] });
  const arrivals = await ask('GET', `${PATHS.arrivals}?days=3&q=${name}`, 200);
  expect(arrivals).toMatchObject({ items: [{ name, days: [{}, {}, {}] }] });
  await ask('GET', `${PATHS.arrivals}?zone=%2B02:00`, 400);
  const partners = await ask('GET', `${PATHS.partners}?count=2`, 200);
  expect(partners).toMatchObject({ items: [{ cells: [{}, {}] }], pipelines: [{ partners: 1 }] });
  await ask('GET', `${PATHS.partners}?until=2026-02-30`, 400);
  await ask('GET', pathTo(PATHS.dataset, { name }), 200);
  await ask('GET', pathTo(PATHS.datasetVersions, { name }), 200);
  const current = pathTo(PATHS.datasetVersion, { name, version: 'current' });
  const { version: id } = await ask<{ version: string }>('GET', current, 200);
  await ask('GET', pathTo(PATHS.datasetManifest, { name, version: id }), 200);
  await ask('POST', pathTo(PATHS.datasetRollback, { name }), 200, { body: { version: id } });
}

/** What of them is shown, and asked. */
export async function askCatalogue(ask: Ask, name: string): Promise<void> {
  const of = { name, version: 'current', id: 'alder-publishes@latest' };
  for (const path of [
    PATHS.datasetUse,
    PATHS.datasetSchemaHistory,
    PATHS.datasetRows,
    PATHS.datasetProfile,
  ])
    await ask('GET', pathTo(path, of), 200);
  await ask('GET', `${pathTo(PATHS.datasetDiff, of)}?from=current`, 200);
  await ask('GET', pathTo(PATHS.executionWorking, of), 200);
  await ask('GET', `${PATHS.catalogue}?q=alder`, 200);
  await ask('POST', PATHS.sql, 200, { body: { sql: `FROM "${name}"` } });
}

/** @param name of the dataset */
export async function askLineage(ask: Ask, name: string): Promise<void> {
  await ask('GET', `${pathTo(PATHS.lineage, { name })}?columns=true`, 200);
  await ask('GET', `${pathTo(PATHS.lineageGraph, { name })}?open=v1.down,v1.up`, 200);
  await ask('GET', `${pathTo(PATHS.lineageGraph, { name })}?open=v1.sideways`, 400);
  await ask('GET', pathTo(PATHS.versionRepair, { name, version: 'current' }), 200);
  await ask('GET', PATHS.openLineage, 200);
  const of = pathTo(PATHS.lineage, { name });
  const { nodes } = await ask<{ nodes: { execution: string }[] }>('GET', of, 200);
  await ask('GET', pathTo(PATHS.executionLineage, { id: nodes[0]?.execution ?? '' }), 200);
  const taken = await ask('POST', PATHS.openLineage, 200, { body: LINEAGE_EVENT });
  expect(taken).toMatchObject({ inputs: ['t3'], outputs: ['t4'], flow: 2, ignored: [] });
  expect(await ask('GET', PATHS.toldDatasets, 200)).toMatchObject({ items: [{}, {}, {}, {}] });
}
