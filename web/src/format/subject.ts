/**
 * What is watched, as people say it.
 * @module
 */
import type { StandingExpectation } from '../api/types.js';

export type Subject = StandingExpectation['subject'];

/**
 * Its name; of own things without the team.
 * @example subjectName({ provider: 'millrace', …, kind: 'pipeline', name: 'parcels/alpine' }) // 'alpine'
 */
export function subjectName({ provider, name }: Subject): string {
  return provider === 'millrace' ? name.slice(name.indexOf('/') + 1) : name;
}

/**
 * What it is, where that is no pipeline of this Millrace; of others also where: names alone are not enough.
 * @example subjectKind({ provider: 'aws', account: '1', region: 'eu-west-1', kind: 'glue', … }) // 'glue, aws 1 eu-west-1'
 */
export function subjectKind({ provider, account, region, kind }: Subject): string | undefined {
  if (provider !== 'millrace') return `${kind}, ${provider} ${account} ${region}`;
  return kind === 'pipeline' ? undefined : kind;
}

/** A text that no other subject has. */
export function subjectId({ provider, account, region, kind, name }: Subject): string {
  return [provider, account, region, kind, name].join(':');
}
