/**
 * Limits among what is expected of something: what a forecast can say the crossing of.
 * @module
 */
import type { Expectation } from '../../../monitoring/expectations/expectation.js';
import type { WatchedSubject } from './watched-subject.js';

export interface Limited {
  readonly metric: 'duration' | 'rows' | 'bytes' | 'cost';
  readonly limit: { most: number; name?: string } | { least: number; name?: string };
  readonly sentence: string;
  readonly zone: string;
  readonly owner?: string;
}

/** @example limitsIn(of) // of "finishes within 3 hours": [{ metric: 'duration', limit: { most: 10800000, name: 'SLA' }, … }] */
export function limitsIn({ kept, owner }: Pick<WatchedSubject, 'kept' | 'owner'>): Limited[] {
  return [...kept.values()].flatMap(({ expectation }) => {
    const found = limitOf(expectation);
    const { sentence, zone } = expectation;
    if (found === undefined) return [];
    return [{ ...found, sentence, zone, ...(owner === undefined ? {} : { owner }) }];
  });
}

function limitOf({ demand }: Expectation): Pick<Limited, 'metric' | 'limit'> | undefined {
  if (demand.type === 'duration') {
    return { metric: 'duration', limit: { most: demand.most, name: 'SLA' } };
  }
  if (demand.type !== 'value' || demand.metric === 'files') return undefined;
  const { metric, bound, is } = demand;
  return { metric, limit: is === 'most' ? { most: bound } : { least: bound } };
}
