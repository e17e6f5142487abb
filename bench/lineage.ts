/**
 * What a question about lineage costs over very many versions: each made of two of the layer before, ten layers, and a reference that
 * a tenth of all have read.
 * @module
 */
import {
  DATASETS,
  type DatasetRow,
  EDGES,
  VERSIONS,
  type VersionRow,
} from '../src/engine/features/datasets/dataset-tables.js';
import { COLUMN_MAPS, VERSION_MAPS } from '../src/engine/features/lineage/lineage-tables.js';
import { EVERYTHING, ofTeam } from '../src/engine/kernel/scope.js';
import { memoryStorage } from '../test/support/fake-datasets.js';
import { TimedEngine } from '../test/support/timed-engine.js';
import { report, round } from './load.js';

const DATASET_COUNT = 200;
const LAYERS = 10;
const TIMES = 100;
const COLUMNS = {
  columns: Array.from({ length: 20 }, (_, at) => ({
    name: `c${at}`,
    from: [{ source: 'dataset:team-0:d0', column: `c${at}`, how: 'identity' }],
  })),
  rows: [],
};

function versionOf(number: number, at: number): VersionRow {
  const dataset = number === 1 ? DATASET_COUNT : (number - 2) % DATASET_COUNT;
  return {
    ...{ number, team: `team-${dataset % 20}`, dataset: `d${dataset}`, state: 'published', at },
    version: `20261120T000000Z-${String(number).padStart(8, '0')}`,
    folder: `structured/team-${dataset % 20}/d${dataset}/versions/${number}`,
    ...{ execution: number, executionId: `e-${number}`, pipeline: `p${dataset}` },
    ...{ stateName: 'publish', codeVersion: '3 6d1f6a0f', rows: 1_000, bytes: 10_000 },
    ...{ files: 1, columns: 20, digest: 'd'.repeat(64) },
  };
}

/** What a version was made of: two of the layer before, of the same round, and sometimes the reference. */
function inputsOf(number: number): number[] {
  if (number === 1) return [];
  const index = number - 2;
  const dataset = index % DATASET_COUNT;
  const layer = dataset % LAYERS;
  const first = number - dataset;
  const reference = index % 10 === 3 ? [1] : [];
  if (layer === 0) return reference;
  const before = (step: number): number =>
    first + ((dataset - 1 + step * LAYERS + DATASET_COUNT) % DATASET_COUNT);
  return [before(0), before(1), ...reference];
}

/** @param count versions in the store */
export async function lineage(count: number): Promise<void> {
  const test = new TimedEngine({ start: '2026-11-20T00:00:00Z', datasets: memoryStorage() });
  await test.open();
  const began = performance.now();
  const at = test.clock.now();
  let edge = 0;
  for (let from = 1; from <= count; from += 5_000) {
    const numbers = Array.from({ length: Math.min(5_000, count - from + 1) }, (_, i) => from + i);
    const rows = numbers.flatMap((number) => {
      const edges = inputsOf(number).map((input) => {
        edge += 1;
        return { table: EDGES, key: [edge], row: { number: edge, output: number, input } };
      });
      return [
        { table: VERSIONS, key: [number], row: versionOf(number, at) },
        { table: VERSION_MAPS, key: [number], row: { number, digest: 'm' } },
        ...edges,
      ];
    });
    await test.store.commit({ at, executions: [], rows, logs: [] });
  }
  const datasets = Array.from({ length: DATASET_COUNT + 1 }, (_, dataset): DatasetRow => {
    const last = dataset === DATASET_COUNT ? 1 : count - DATASET_COUNT + dataset;
    return {
      ...{ team: `team-${dataset % 20}`, name: `d${dataset}`, stage: 'structured' },
      ...{ byInterval: 0, pipeline: `p${dataset}`, revision: 1, pointed: 1 },
      ...{ current: last, last, createdAt: at, publishedAt: at },
    };
  });
  await test.store.commit({
    ...{ at, executions: [], logs: [] },
    rows: [
      ...datasets.map((row) => ({ table: DATASETS, key: [row.team, row.name], row })),
      { table: COLUMN_MAPS, key: ['m'], row: { digest: 'm', lineage: COLUMNS } },
    ],
  });
  report({ bench: 'lineage filled', versions: count, edges: edge, seconds: seconds(began) });
  await test.stop();
  const restart = performance.now();
  await test.open();
  report({ bench: 'restart with versions', versions: count, seconds: seconds(restart) });
  const { engine } = test;
  const someVersion = (turn: number): { name: string; version: string } => {
    const { dataset, version } = versionOf(2 + ((turn * 7_919) % (count - 1)), at);
    return { name: dataset, version };
  };
  const ask =
    (direction: 'up' | 'down', more: { hops: number; columns?: boolean; limit?: number }) =>
    (turn: number): Promise<unknown> => {
      const { name, version } = someVersion(turn);
      return engine.lineage.of(EVERYTHING, name, { version, direction, ...more });
    };
  const questions: { readonly [question: string]: (turn: number) => Promise<unknown> } = {
    'up, 2 hops': ask('up', { hops: 2 }),
    'up, 2 hops, columns': ask('up', { hops: 2, columns: true }),
    'up, 20 hops': ask('up', { hops: 20 }),
    'down, 2 hops': ask('down', { hops: 2 }),
    'down, 20 hops': ask('down', { hops: 20 }),
    'down, 20 hops, one team': (turn) => {
      const { name, version } = someVersion(turn);
      const team = ofTeam(`team-${Number(name.slice(1)) % 20}`);
      return engine.lineage.of(team, name, { version, direction: 'down', hops: 20 });
    },
    'down, read by a tenth of all': () =>
      engine.lineage.of(EVERYTHING, `d${DATASET_COUNT}`, { direction: 'down', hops: 2 }),
    'what a bad version touched': (turn) => {
      const { name, version } = someVersion(turn);
      return engine.lineage.repair(EVERYTHING, name, version);
    },
  };
  for (const [question, asked] of Object.entries(questions)) {
    const times: number[] = [];
    for (let turn = 0; turn < TIMES; turn += 1) {
      const begin = performance.now();
      await asked(turn);
      times.push(performance.now() - begin);
    }
    times.sort((a, b) => a - b);
    report({
      ...{ bench: 'question about lineage', question, versions: count },
      p50_ms: round(times[Math.floor(TIMES * 0.5)] ?? 0, 2),
      p95_ms: round(times[Math.floor(TIMES * 0.95)] ?? 0, 2),
      goal: 'p95 < 100 ms',
    });
  }
  await test.close();
}

function seconds(began: number): number {
  return round((performance.now() - began) / 1_000, 1);
}
