/**
 * Facets of OpenLineage and the versions of their schemas, as openlineage-python 1.54 has them (https://openlineage.io/spec/facets).
 * @module
 */

/** Who says so. */
export const PRODUCER = 'https://millrace.dev/openlineage';
export const RUN_EVENT_SCHEMA =
  'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

const VERSIONS = {
  ColumnLineageDatasetFacet: '1-2-0',
  DataQualityAssertionsDatasetFacet: '1-1-0',
  DatasetVersionDatasetFacet: '1-0-1',
  DatasourceDatasetFacet: '1-0-1',
  DocumentationDatasetFacet: '1-1-0',
  ErrorMessageRunFacet: '1-0-1',
  JobTypeJobFacet: '2-0-4',
  NominalTimeRunFacet: '1-0-1',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
  OwnershipDatasetFacet: '1-0-1',
  OwnershipJobFacet: '1-0-1',
  ParentRunFacet: '1-2-0',
  ProcessingEngineRunFacet: '1-1-1',
  SchemaDatasetFacet: '1-2-0',
  SourceCodeLocationJobFacet: '1-1-0',
  SymlinksDatasetFacet: '1-0-1',
  TagsJobFacet: '1-0-0',
} as const;

export type FacetName = keyof typeof VERSIONS;

/** A facet: who made it, by which schema, and what it says. */
export interface Facet {
  readonly _producer: string;
  readonly _schemaURL: string;
  readonly [member: string]: unknown;
}

/** @example facet('DatasetVersionDatasetFacet', { datasetVersion: '3' })._producer // PRODUCER */
export function facet(name: FacetName, said: { readonly [member: string]: unknown }): Facet {
  return {
    _producer: PRODUCER,
    _schemaURL: `https://openlineage.io/spec/facets/${VERSIONS[name]}/${name}.json#/$defs/${name}`,
    ...said,
  };
}

/** Facets under the names by which they are known, without those that there are not. */
export function facets(all: { readonly [name: string]: Facet | undefined }): {
  [name: string]: Facet;
} {
  const there = Object.entries(all).filter(
    (entry): entry is [string, Facet] => entry[1] !== undefined,
  );
  return Object.fromEntries(there);
}
