import { expect, test } from 'vitest';
import { readEvent, toldName } from '../../src/datasets/openlineage/read-event.js';
import {
  contractEvents,
  placeOf,
  type RunFacts,
  runEvent,
} from '../../src/datasets/openlineage/run-event.js';
import { requirement } from '../requirements.js';
import { readByDefinition } from './read-by-definition.js';

const definitions = requirement('openlineage');

const FACTS: RunFacts = {
  type: 'COMPLETE',
  at: '2026-11-30T03:15:02.123Z',
  runId: '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f',
  team: 'parcels',
  pipeline: 'parcels-example',
  parent: { runId: '01997d2e-0000-7c3d-9e4f-5a6b7c8d9e0f', team: 'parcels', pipeline: 'nightly' },
  interval: { from: '2026-11-29T00:00:00Z', to: '2026-11-30T00:00:00Z' },
  engine: '1.0.0',
  tags: { state: 'ca', 'odd "tag"': 'ü' },
  source: { url: 'https://git.example/p.yaml', path: 'p.yaml', version: '9f2b866' },
  inputs: [
    {
      team: 'parcels',
      name: 'parcels/raw',
      version: '20261129T031502Z-8c1d22fa',
      place: 's3://lake/millrace/raw/parcels/parcels/raw',
    },
  ],
  outputs: [
    {
      team: 'parcels',
      name: 'parcels/example',
      version: '20261130T031502Z-8c1d22fa',
      place: '/srv/data sets/structured/parcels/parcels/example',
      description: 'Parcels of the county',
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'Größe "m²"', type: 'STRUCT(a INTEGER)' },
      ],
      rows: 41_872,
      bytes: 1_904_112,
      files: 1,
      lineage: {
        columns: [
          {
            name: 'id',
            from: [{ source: 'dataset:parcels:parcels/raw', column: 'apn', how: 'identity' }],
          },
          {
            name: 'Größe "m²"',
            from: [
              { source: 'dataset:parcels:parcels/raw', column: 'ft', how: 'transformation' },
              { source: 'dataset:parcels:parcels/raw', column: 'ft', how: 'conditional' },
              { source: 'file:/srv/rates.csv', column: 'm', how: 'aggregation' },
            ],
          },
          { name: 'odd', from: [], unknown: 'a function that reads' },
        ],
        rows: [{ source: 'dataset:parcels:parcels/raw', column: 'town', how: 'group by' }],
      },
    },
  ],
};

const CONTRACT = contractEvents({
  by: FACTS,
  runId: '01997d2e-8a6b-7c3d-9e4f-000000000001',
  dataset: { team: 'parcels', name: 'parcels/example', version: '20261130T031502Z-8c1d22fa' },
  assertions: [
    { assertion: 'unique', success: true, column: 'id', severity: 'error' },
    { assertion: 'custom_sql', success: false, severity: 'warn', description: 'too few' },
  ],
});

const STARTED: RunFacts = { ...FACTS, type: 'START', tags: {}, inputs: [], outputs: [] };
const FAILED: RunFacts = {
  ...STARTED,
  type: 'FAIL',
  error: `States.TaskFailed: ${'x'.repeat(9_000)}`,
};

test.skipIf(definitions.missing)("events are right by OpenLineage's own definitions", () => {
  const events = [FACTS, STARTED, FAILED, { ...STARTED, type: 'ABORT' as const }].map(runEvent);
  expect(readByDefinition([...events, ...CONTRACT])).toBe(6);
  const [event] = events;
  expect(() => readByDefinition([{ ...event, colour: 1 }])).toThrow('colour');
  expect(() => readByDefinition([{ ...event, job: { namespace: 'x' } }])).toThrow('lacks name');
  expect(() => readByDefinition([{ ...event, eventTime: 'today' }])).toThrow();
});

test('what is written is read again', () => {
  const read = readEvent(JSON.parse(JSON.stringify(runEvent(FACTS))));
  const source = toldName({ namespace: 'millrace/parcels', name: 'parcels/raw' });
  expect(read).toEqual({
    ignored: [],
    run: {
      state: 'COMPLETE',
      at: FACTS.at,
      runId: FACTS.runId,
      job: { namespace: 'millrace/parcels', name: 'parcels-example' },
      parent: {
        runId: '01997d2e-0000-7c3d-9e4f-5a6b7c8d9e0f',
        job: { namespace: 'millrace/parcels', name: 'nightly' },
      },
      integration: 'MILLRACE',
      producer: 'https://millrace.dev/openlineage',
      inputs: [
        {
          namespace: 'millrace/parcels',
          name: 'parcels/raw',
          also: [{ namespace: 's3://lake', name: 'millrace/raw/parcels/parcels/raw' }],
          version: '20261129T031502Z-8c1d22fa',
        },
      ],
      outputs: [
        {
          namespace: 'millrace/parcels',
          name: 'parcels/example',
          also: [{ namespace: 'file', name: '/srv/data sets/structured/parcels/parcels/example' }],
          version: '20261130T031502Z-8c1d22fa',
          columns: FACTS.outputs[0]?.columns,
          rows: 41_872,
          bytes: 1_904_112,
          files: 1,
          lineage: {
            columns: [
              { name: 'id', from: [{ source, column: 'apn', how: 'identity' }] },
              {
                name: 'Größe "m²"',
                from: [
                  { source, column: 'ft', how: 'transformation' },
                  { source, column: 'ft', how: 'conditional' },
                  {
                    source: toldName({ namespace: 'file', name: '/srv/rates.csv' }),
                    column: 'm',
                    how: 'aggregation',
                  },
                ],
              },
            ],
            rows: [{ source, column: 'town', how: 'group by' }],
          },
        },
      ],
    },
  });
});

test('columns of a very wide output are not told one by one', () => {
  const column = (at: number) => ({ name: `c${at}`, from: [] });
  const columns = Array.from({ length: 1_500 }, (_, at) => column(at));
  const [output] = FACTS.outputs;
  if (output === undefined) throw new Error('there is an output');
  const event = runEvent({ ...FACTS, outputs: [{ ...output, lineage: { columns, rows: [] } }] });
  expect(event.outputs[0]?.facets).not.toHaveProperty('columnLineage');
});

test.each([
  ['s3://lake/raw/a', { namespace: 's3://lake', name: 'raw/a' }],
  ['s3://lake', { namespace: 's3://lake', name: '/' }],
  ['/srv/data', { namespace: 'file', name: '/srv/data' }],
])('the place %s is called as OpenLineage names files', (place, expected) => {
  expect(placeOf(place)).toEqual(expected);
});
