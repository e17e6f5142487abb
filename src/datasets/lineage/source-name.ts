/**
 * How lineage that is kept names what a column comes from: a dataset, or a file that is none.
 * @module
 */

export type Source =
  | { readonly type: 'dataset'; readonly team: string; readonly name: string }
  | { readonly type: 'file'; readonly path: string };

/** @example sourceName({ type: 'dataset', team: 'parcels', name: 'raw' }) // 'dataset:parcels:raw' */
export function sourceName(source: Source): string {
  return source.type === 'file' ? `file:${source.path}` : `dataset:${source.team}:${source.name}`;
}

/** The reverse; what is neither is a file of that name. */
export function readSourceName(text: string): Source {
  const [, team, name] = /^dataset:([^:]+):(.+)$/s.exec(text) ?? [];
  if (team !== undefined && name !== undefined) return { type: 'dataset', team, name };
  return { type: 'file', path: text.replace(/^file:/, '') };
}
