/**
 * What every manifest says, whatever the version is made of, and what the one before it said.
 * @module
 */
import { readFile } from 'node:fs/promises';
import type { Manifest } from '../../../datasets/dataset.js';
import { type Column, schemaChange } from '../../../datasets/schema.js';
import type { Json } from '../../connector.js';
import type { DatasetJob } from '../dataset-protocol.js';

/** Which version it is, and where it comes from. */
export function manifestHead({
  target,
  execution,
  state,
}: DatasetJob): Omit<Manifest, 'rows' | 'bytes' | 'files' | 'columns' | 'table'> {
  return {
    format: 1,
    team: target.team,
    name: target.name,
    version: target.version,
    stage: target.stage,
    createdAt: new Date().toISOString(),
    execution: execution.id,
    pipeline: execution.pipeline,
    state,
    codeVersion: target.codeVersion,
    ...(target.interval === undefined ? {} : { interval: target.interval }),
    inputs: target.inputs,
  };
}

/** Of what is current; undefined: nothing is, or it is gone, or it is of another place. */
export async function manifestBefore({
  previousManifest,
}: Pick<DatasetJob, 'previousManifest'>): Promise<Partial<Manifest> | undefined> {
  if (previousManifest === undefined) return undefined;
  try {
    return JSON.parse(await readFile(previousManifest, 'utf8')) as Partial<Manifest>;
  } catch {
    return undefined;
  }
}

/** How columns differ from those before; undefined: they do not, or nobody knows. */
export function changeSince(
  before: Partial<Manifest> | undefined,
  columns: readonly Column[],
): Json | undefined {
  const known = before?.columns;
  return known === undefined ? undefined : (schemaChange(known, columns) as Json | undefined);
}
