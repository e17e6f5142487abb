import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent, type ToldRun, toldName } from './read-event.js';

const RUN = '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f';
const PARENT = '0199AAAA-8a6b-7c3d-9e4f-5a6b7c8d9e0f';

function event(more: object = {}): object {
  return {
    eventType: 'COMPLETE',
    eventTime: '2026-11-30T03:15:00.000Z',
    run: { runId: RUN },
    job: { namespace: 'n', name: 'j' },
    inputs: [],
    outputs: [],
    ...more,
  };
}

function told(given: unknown): ToldRun {
  const read = readEvent(given);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return read.run;
}

function ignored(given: unknown): readonly string[] {
  const read = readEvent(given);
  return 'problems' in read ? read.problems : read.ignored;
}

const facet = { _producer: 'https://x', _schemaURL: 'https://x' };

describe('events of', () => {
  // As https://openlineage.io/docs/integrations/spark tells them.
  test('Spark: files and tables with symlinks, columns with transformations', () => {
    const run = told(
      event({
        producer: 'https://github.com/OpenLineage/OpenLineage/tree/1.40.0/integration/spark',
        run: {
          runId: RUN,
          facets: {
            parent: { ...facet, run: { runId: PARENT }, job: { namespace: 'n', name: 'app' } },
            'spark.logicalPlan': { ...facet, plan: [{ class: 'x' }] },
            spark_properties: { ...facet, properties: { 'spark.master': 'local[*]' } },
          },
        },
        job: {
          namespace: 'default',
          name: 'app.execute_insert_into_hadoop_fs_relation_command.out',
          facets: { jobType: { ...facet, processingType: 'BATCH', integration: 'SPARK' } },
        },
        inputs: [{ namespace: 's3://lake', name: 'raw/a', facets: {}, inputFacets: {} }],
        outputs: [
          {
            namespace: 's3://lake',
            name: 'warehouse/db.db/t',
            facets: {
              symlinks: {
                ...facet,
                identifiers: [{ namespace: 'hive://m:9083', name: 'db.t', type: 'TABLE' }],
              },
              schema: { ...facet, fields: [{ name: 'id', type: 'long' }, { name: 'n' }] },
              version: { ...facet, datasetVersion: '42' },
              columnLineage: {
                ...facet,
                fields: {
                  id: {
                    inputFields: [
                      {
                        namespace: 's3://lake',
                        name: 'raw/a',
                        field: 'id',
                        transformations: [
                          { type: 'DIRECT', subtype: 'IDENTITY', description: '', masking: false },
                          { type: 'INDIRECT', subtype: 'JOIN', description: '', masking: false },
                        ],
                      },
                    ],
                  },
                },
                dataset: [],
              },
            },
            outputFacets: { outputStatistics: { ...facet, rowCount: 3, size: 100, fileCount: 1 } },
          },
        ],
      }),
    );
    const source = toldName({ namespace: 's3://lake', name: 'raw/a' });
    expect(run).toMatchObject({
      integration: 'SPARK',
      parent: { runId: PARENT.toLowerCase(), job: { namespace: 'n', name: 'app' } },
      inputs: [{ namespace: 's3://lake', name: 'raw/a', also: [] }],
    });
    expect(run.outputs).toEqual([
      {
        namespace: 's3://lake',
        name: 'warehouse/db.db/t',
        also: [{ namespace: 'hive://m:9083', name: 'db.t' }],
        version: '42',
        columns: [
          { name: 'id', type: 'long' },
          { name: 'n', type: '' },
        ],
        rows: 3,
        bytes: 100,
        files: 1,
        lineage: {
          columns: [
            {
              name: 'id',
              from: [
                { source, column: 'id', how: 'identity' },
                { source, column: 'id', how: 'join' },
              ],
            },
          ],
          rows: [],
        },
      },
    ]);
  });

  // As https://openlineage.io/docs/integrations/dbt tells them: column lineage of the first version, without transformations.
  test('dbt: models of a warehouse', () => {
    const run = told(
      event({
        job: {
          namespace: 'dbt',
          name: 'jaffle.stg_orders',
          facets: { jobType: { ...facet, integration: 'DBT', jobType: 'MODEL' } },
        },
        inputs: [{ namespace: 'postgres://h:5432', name: 'd.raw.orders' }],
        outputs: [
          {
            namespace: 'postgres://h:5432',
            name: 'd.stg.orders',
            facets: {
              columnLineage: {
                ...facet,
                fields: {
                  id: {
                    inputFields: [
                      { namespace: 'postgres://h:5432', name: 'd.raw.orders', field: 'id' },
                    ],
                    transformationType: 'IDENTITY',
                    transformationDescription: '',
                  },
                },
              },
            },
          },
        ],
      }),
    );
    expect(run.outputs[0]?.lineage?.columns[0]?.from[0]?.how).toBe('identity');
  });

  // As https://airflow.apache.org/docs/apache-airflow-providers-openlineage tells them.
  test('Airflow: a task below its DAG, with a failure', () => {
    const run = told(
      event({
        eventType: 'fail',
        eventTime: '2026-11-30T03:15:00+00:00',
        run: {
          runId: RUN,
          facets: {
            parent: {
              ...facet,
              run: { runId: PARENT },
              job: { namespace: 'default', name: 'dag' },
            },
            errorMessage: { ...facet, message: 'boom\0', programmingLanguage: 'python' },
            airflow: { ...facet, dag: {}, task: {} },
          },
        },
        job: { namespace: 'default', name: 'dag.task' },
      }),
    );
    expect(run).toMatchObject({ state: 'FAIL', error: 'boom', parent: { job: { name: 'dag' } } });
  });

  test('a job alone, without a state, count as others', () => {
    expect(told(event({ eventType: undefined })).state).toBe('OTHER');
  });
});

describe('refuses an event', () => {
  test.each<[string, unknown, RegExp]>([
    ['that is no object', [], /no object/],
    ['without a run', event({ run: null }), /runId/],
    ['of a run without a UUID', event({ run: { runId: 'mine' } }), /runId/],
    ['without a job', event({ job: { name: 'x' } }), /namespace and name/],
    [
      'of a job with control characters',
      event({ job: { namespace: 'a\u0000', name: 'x' } }),
      /namespace/,
    ],
    ['of a time that is none', event({ eventTime: 'yesterday' }), /ISO 8601/],
    ['of a state that is none', event({ eventType: 'EXPLODED' }), /none of START/],
    ['of a state that is a number', event({ eventType: 4 }), /none of START/],
  ])('%s', (_, given, why) => {
    const read = readEvent(given);
    expect('problems' in read && read.problems.join()).toMatch(why);
  });

  test('with all that is wrong with it', () => {
    expect(readEvent({})).toMatchObject({ problems: { length: 3 } });
  });
});

describe('names what it leaves out:', () => {
  test.each<[string, object, RegExp]>([
    ['inputs that are no list', { inputs: {} }, /^inputs is no list/],
    [
      'datasets without a name',
      { outputs: [{ namespace: 'x' }] },
      /^outputs\[0\] has no namespace/,
    ],
    [
      'datasets with a lone surrogate',
      { inputs: [{ namespace: 'x', name: '\ud800' }] },
      /^inputs\[0\]/,
    ],
    ['facets that are no object', { run: { runId: RUN, facets: 7 } }, /run.facets is no object/],
    [
      'parents without a run',
      { run: { runId: RUN, facets: { parent: { job: {} } } } },
      /names no run and job/,
    ],
    [
      'a schema that is a text',
      { inputs: [{ namespace: 'a', name: 'b', facets: { schema: 'x' } }] },
      /schema is no object/,
    ],
    [
      'columns without a name',
      { inputs: [{ namespace: 'a', name: 'b', facets: { schema: { fields: [{}] } } }] },
      /fields\[0\] has no name/,
    ],
    [
      'column lineage without fields',
      { outputs: [{ namespace: 'a', name: 'b', facets: { columnLineage: {} } }] },
      /has no fields/,
    ],
    [
      'inputs of columns that name none',
      {
        outputs: [
          {
            namespace: 'a',
            name: 'b',
            facets: { columnLineage: { fields: { x: { inputFields: [1] } } } },
          },
        ],
      },
      /names no column/,
    ],
    [
      'more datasets than are taken',
      { inputs: Array.from({ length: 201 }, (_, at) => ({ namespace: 'a', name: `${at}` })) },
      /201 entries; 200 are taken/,
    ],
  ])('%s', (_, more, what) => {
    expect(ignored(event(more)).join()).toMatch(what);
  });

  test('up to a bound', () => {
    expect(ignored(event({ inputs: Array.from({ length: 150 }, () => 1) }))).toHaveLength(50);
  });
});

test('names of JavaScript are names like others', () => {
  const text = JSON.stringify(
    event({
      outputs: [
        { namespace: '__proto__', name: 'constructor', facets: { columnLineage: { fields: {} } } },
      ],
    }),
  ).replace('"fields":{}', '"fields":{"__proto__":{"inputFields":[]}}');
  const [output] = told(JSON.parse(text)).outputs;
  expect(output).toMatchObject({
    namespace: '__proto__',
    lineage: { columns: [{ name: '__proto__' }] },
  });
  expect(({} as { inputFields?: unknown }).inputFields).toBeUndefined();
});

test('never throws, whatever an event holds', () => {
  const member = fc.constantFrom(
    'run',
    'runId',
    'job',
    'namespace',
    'name',
    'facets',
    'inputs',
    'outputs',
    'schema',
    'fields',
    'columnLineage',
    'inputFields',
    'transformations',
    'dataset',
    'parent',
    'eventTime',
    'eventType',
  );
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom('COMPLETE', RUN, '2026-11-30T03:15:00Z', 'x'),
      fc.anything(),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(member, tie('any'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(any, (one) => {
      readEvent(one);
      readEvent(event(one as object));
    }),
  );
});
