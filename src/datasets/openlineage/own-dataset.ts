/**
 * Which dataset of this Millrace is meant by a name of OpenLineage: its own, or the place of its files.
 * @module
 */
import { isVersionId, nameProblem } from '../dataset.js';
import type { Named } from './read-event.js';

export interface OwnDataset {
  readonly team: string;
  readonly name: string;
  readonly version?: string;
}

/**
 * Undefined: none of ours.
 * @param root where versions lie
 * @param said version that was said beside the name
 * @example ownDataset({ namespace: 'millrace/parcels', name: 'raw' }, undefined) // { team: 'parcels', name: 'raw' }
 */
export function ownDataset(
  { namespace, name }: Named,
  root: string | undefined,
  said?: string,
): OwnDataset | undefined {
  const version = said !== undefined && isVersionId(said) ? { version: said } : {};
  const [, team] = /^millrace\/([^/]+)$/.exec(namespace) ?? [];
  if (team !== undefined)
    return nameProblem(name) === undefined ? { team, name, ...version } : undefined;
  const path = namespace === 'file' ? name : `${namespace}/${name}`;
  if (root === undefined || !path.startsWith(`${root}/`)) return undefined;
  const [, owner, rest = ''] =
    /^(?:raw|structured)\/([^/]+)\/(.+)$/.exec(path.slice(root.length + 1)) ?? [];
  if (owner === undefined) return undefined;
  const [dataset = '', id] = rest.split(/\/(?:versions|current)(?:\/|$)/);
  if (nameProblem(dataset) !== undefined) return undefined;
  const [inPath = ''] = (id ?? '').split('/');
  return { team: owner, name: dataset, ...(isVersionId(inPath) ? { version: inPath } : version) };
}
