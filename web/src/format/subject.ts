/**
 * What is watched, as people say it.
 * @module
 */
import type { StandingExpectation } from '../api/types.js';

export type Subject = StandingExpectation['subject'];

/**
 * Its name: of own things without the team, of others with what they are and where.
 * @example subjectName({ provider: 'millrace', …, kind: 'pipeline', name: 'parcels/alpine' }) // 'alpine'
 */
export function subjectName({ provider, region, kind, name }: Subject): string {
  if (provider !== 'millrace') return `${name} (${kind}, ${region})`;
  return name.slice(name.indexOf('/') + 1);
}

/** What it is, where that is no pipeline. */
export function subjectKind({ provider, kind }: Subject): string | undefined {
  return provider === 'millrace' && kind === 'pipeline' ? undefined : kind;
}

/** A text that no other subject has. */
export function subjectId({ provider, account, region, kind, name }: Subject): string {
  return [provider, account, region, kind, name].join(':');
}
