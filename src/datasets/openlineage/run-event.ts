/**
 * What an execution did, as an event of OpenLineage (https://openlineage.io/docs/spec/object-model).
 *
 * | there | here |
 * | --- | --- |
 * | job | pipeline: namespace `millrace/TEAM`, its name |
 * | run | execution |
 * | dataset | dataset: namespace `millrace/TEAM`, its name; `symlinks` has the place of its files |
 * | version of a dataset | version |
 * @module
 */
import type { How, TracedTable, Use } from '../lineage/column-lineage.js';
import { readSourceName } from '../lineage/source-name.js';
import type { Column } from '../schema.js';
import { type Facet, facet, facets, PRODUCER, RUN_EVENT_SCHEMA } from './facets.js';

export type RunEventType = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';

/** A pipeline and one of its executions. */
export interface RunRef {
  /** UUID. */
  readonly runId: string;
  readonly team: string;
  readonly pipeline: string;
}

export interface DatasetFacts {
  readonly team: string;
  readonly name: string;
  readonly version?: string;
  /** Where the files of all versions lie: an absolute path, or `s3://…`. */
  readonly place?: string;
  readonly columns?: readonly Column[];
  readonly description?: string;
}

/** One rule of a contract and what came of it. */
export interface AssertionFacts {
  readonly assertion: string;
  readonly success: boolean;
  readonly column?: string;
  readonly severity?: 'error' | 'warn';
  readonly description?: string;
}

export interface OutputFacts extends DatasetFacts {
  readonly rows?: number;
  readonly bytes?: number;
  readonly files?: number;
  readonly lineage?: TracedTable;
}

/** What came of the contract of one version. */
export interface ContractFacts {
  /** Of the execution that wrote the version, as in `RunFacts`. */
  readonly by: Pick<RunFacts, 'team' | 'pipeline' | 'runId' | 'at' | 'engine'>;
  /** UUID: the evaluation is a run of its own. */
  readonly runId: string;
  readonly dataset: DatasetFacts;
  readonly assertions: readonly AssertionFacts[];
}

export interface RunFacts extends RunRef {
  readonly type: RunEventType;
  /** ISO 8601 with a zone. */
  readonly at: string;
  readonly parent?: RunRef;
  readonly interval?: { readonly from: string; readonly to: string };
  /** Version of Millrace. */
  readonly engine: string;
  readonly tags: { readonly [tag: string]: string };
  readonly error?: string;
  /** Where the pipeline's file is kept, when that is known. */
  readonly source?: { readonly url: string; readonly path?: string; readonly version?: string };
  readonly inputs: readonly DatasetFacts[];
  readonly outputs: readonly OutputFacts[];
}

export interface RunEvent {
  readonly eventType: RunEventType;
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: { readonly [name: string]: Facet } };
  readonly job: NamedWithFacets;
  readonly inputs: readonly (NamedWithFacets & {
    readonly inputFacets?: { readonly [name: string]: Facet };
  })[];
  readonly outputs: readonly (NamedWithFacets & {
    readonly outputFacets: { readonly [name: string]: Facet };
  })[];
}

interface NamedWithFacets {
  readonly namespace: string;
  readonly name: string;
  readonly facets: { readonly [name: string]: Facet };
}

/** Columns of one output that are told; of more the dataset alone is. */
const MOST_COLUMNS = 1_000;
const MOST_ERROR = 4_000;

/** @example namespaceOf('parcels') // 'millrace/parcels' */
export function namespaceOf(team: string): string {
  return `millrace/${team}`;
}

/**
 * The event.
 * @example runEvent({ type: 'START', at: '2026-11-30T03:15:00Z', … }).job.name // 'parcels-example'
 */
export function runEvent(facts: RunFacts): RunEvent {
  const { type, at, runId, team, pipeline } = facts;
  return {
    eventType: type,
    eventTime: at,
    producer: PRODUCER,
    schemaURL: RUN_EVENT_SCHEMA,
    run: { runId, facets: runFacets(facts) },
    job: { namespace: namespaceOf(team), name: pipeline, facets: jobFacets(facts) },
    inputs: facts.inputs.map(input),
    outputs: facts.outputs.map((one) => ({
      ...input(one),
      facets: {
        ...input(one).facets,
        ...facets({ columnLineage: one.lineage && columnLineage(one.lineage) }),
      },
      outputFacets: facets({ outputStatistics: statistics(one) }),
    })),
  };
}

/**
 * The evaluation of a contract: a run of its own below the execution's, because OpenLineage tells what was found of a dataset where it
 * is read (https://openlineage.io/docs/spec/facets/dataset-facets/input-dataset-facets/data_quality_assertions).
 */
export function contractEvents({ by, runId, dataset, assertions }: ContractFacts): RunEvent[] {
  const { team, pipeline, at, engine } = by;
  const named = input(dataset);
  const event: Omit<RunEvent, 'eventType'> = {
    eventTime: at,
    producer: PRODUCER,
    schemaURL: RUN_EVENT_SCHEMA,
    run: {
      runId,
      facets: facets({
        parent: parentFacet(by),
        processing_engine: facet('ProcessingEngineRunFacet', { name: 'Millrace', version: engine }),
      }),
    },
    job: {
      namespace: namespaceOf(team),
      name: `${pipeline}.contract.${dataset.name}`,
      facets: facets({
        jobType: jobType('CONTRACT'),
        ownership: facet('OwnershipJobFacet', { owners: [owner(team)] }),
      }),
    },
    inputs: [
      {
        ...named,
        inputFacets: facets({
          dataQualityAssertions: facet('DataQualityAssertionsDatasetFacet', { assertions }),
        }),
      },
    ],
    outputs: [],
  };
  return [
    { eventType: 'START', ...event, inputs: [named] },
    { eventType: 'COMPLETE', ...event },
  ];
}

function parentFacet({ runId, team, pipeline }: RunRef): Facet {
  const job = { namespace: namespaceOf(team), name: pipeline };
  return facet('ParentRunFacet', { run: { runId }, job });
}

function jobType(kind: 'PIPELINE' | 'CONTRACT'): Facet {
  return facet('JobTypeJobFacet', {
    processingType: 'BATCH',
    integration: 'MILLRACE',
    jobType: kind,
  });
}

function runFacets({ parent, interval, engine, error }: RunFacts): { [name: string]: Facet } {
  return facets({
    parent: parent && parentFacet(parent),
    nominalTime:
      interval &&
      facet('NominalTimeRunFacet', {
        nominalStartTime: interval.from,
        nominalEndTime: interval.to,
      }),
    processing_engine: facet('ProcessingEngineRunFacet', { name: 'Millrace', version: engine }),
    errorMessage:
      error === undefined
        ? undefined
        : facet('ErrorMessageRunFacet', {
            message: error.slice(0, MOST_ERROR),
            programmingLanguage: 'ASL',
          }),
  });
}

function jobFacets({ team, tags, source }: RunFacts): { [name: string]: Facet } {
  const entries = Object.entries(tags);
  return facets({
    jobType: jobType('PIPELINE'),
    ownership: facet('OwnershipJobFacet', { owners: [owner(team)] }),
    tags:
      entries.length === 0
        ? undefined
        : facet('TagsJobFacet', {
            tags: entries.map(([key, value]) => ({ key, value, source: 'MILLRACE' })),
          }),
    sourceCodeLocation: source && facet('SourceCodeLocationJobFacet', { type: 'git', ...source }),
  });
}

function owner(team: string): { name: string; type: string } {
  return { name: `team:${team}`, type: 'OWNER' };
}

function input(dataset: DatasetFacts): NamedWithFacets {
  const { team, name, version, place, columns, description } = dataset;
  return {
    namespace: namespaceOf(team),
    name,
    facets: facets({
      ownership: facet('OwnershipDatasetFacet', { owners: [owner(team)] }),
      dataSource:
        place === undefined
          ? undefined
          : facet('DatasourceDatasetFacet', { name: 'millrace', uri: uriOf(place) }),
      symlinks:
        place === undefined
          ? undefined
          : facet('SymlinksDatasetFacet', { identifiers: [{ ...placeOf(place), type: 'TABLE' }] }),
      version:
        version === undefined
          ? undefined
          : facet('DatasetVersionDatasetFacet', { datasetVersion: version }),
      documentation:
        description === undefined ? undefined : facet('DocumentationDatasetFacet', { description }),
      schema:
        columns === undefined
          ? undefined
          : facet('SchemaDatasetFacet', {
              fields: columns.slice(0, MOST_COLUMNS).map((column, at) => ({
                name: column.name,
                type: column.type,
                ordinal_position: at + 1,
              })),
            }),
    }),
  };
}

function statistics({ rows, bytes, files }: OutputFacts): Facet {
  return facet('OutputStatisticsOutputDatasetFacet', {
    ...(rows === undefined ? {} : { rowCount: rows }),
    ...(bytes === undefined ? {} : { size: bytes }),
    ...(files === undefined ? {} : { fileCount: files }),
  });
}

const WORDS: { readonly [how in How]: readonly ['DIRECT' | 'INDIRECT', string] } = {
  identity: ['DIRECT', 'IDENTITY'],
  transformation: ['DIRECT', 'TRANSFORMATION'],
  aggregation: ['DIRECT', 'AGGREGATION'],
  conditional: ['INDIRECT', 'CONDITIONAL'],
  window: ['INDIRECT', 'WINDOW'],
  filter: ['INDIRECT', 'FILTER'],
  join: ['INDIRECT', 'JOIN'],
  'group by': ['INDIRECT', 'GROUP_BY'],
  sort: ['INDIRECT', 'SORT'],
};

/** Columns of which nothing is known are left out: no inputs would say that they have none. */
function columnLineage({ columns, rows }: TracedTable): Facet | undefined {
  const known = columns.filter(({ from, unknown }) => unknown === undefined || from.length > 0);
  if (known.length === 0 || columns.length > MOST_COLUMNS) return undefined;
  return facet('ColumnLineageDatasetFacet', {
    fields: Object.fromEntries(
      known.map(({ name, from }) => [name, { inputFields: fieldsOf(from) }]),
    ),
    dataset: fieldsOf(rows),
  });
}

function fieldsOf(uses: readonly Use[]): unknown[] {
  const fields = new Map<string, { field: object; transformations: object[] }>();
  for (const { source, column, how } of uses) {
    const key = JSON.stringify([source, column]);
    const [type, subtype] = WORDS[how];
    const known = fields.get(key) ?? {
      field: { ...identifierOf(source), field: column },
      transformations: [],
    };
    known.transformations.push({ type, subtype, description: '', masking: false });
    fields.set(key, known);
  }
  return [...fields.values()].map(({ field, transformations }) => ({ ...field, transformations }));
}

function identifierOf(source: string): { namespace: string; name: string } {
  const read = readSourceName(source);
  if (read.type === 'file') return placeOf(read.path);
  return { namespace: namespaceOf(read.team), name: read.name };
}

/**
 * What OpenLineage calls files (https://openlineage.io/docs/spec/naming).
 * @example placeOf('s3://lake/raw/a') // { namespace: 's3://lake', name: 'raw/a' }
 */
export function placeOf(place: string): { namespace: string; name: string } {
  const [, bucket, key] = /^(s3:\/\/[^/]+)\/?(.*)$/s.exec(place) ?? [];
  if (bucket !== undefined && key !== undefined) return { namespace: bucket, name: key || '/' };
  return { namespace: 'file', name: place };
}

function uriOf(place: string): string {
  return place.startsWith('s3://') ? place : `file://${encodeURI(place)}`;
}
