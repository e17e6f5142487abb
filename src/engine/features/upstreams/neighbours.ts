/**
 * What is upstream and downstream of something that is watched, by keys of subjects: pipelines of this Millrace, as their
 * triggers say.
 * @module
 */
import { ownSubject, parseSubjectKey, subjectKey } from '../../../monitoring/subject.js';
import { pipelineOfKey } from '../../../store/pipeline-ref.js';
import type { Upstreams } from './upstreams.js';

/** @example neighboursOf(upstreams, kernel.arns.identity).downstream(subjectKey(listings)) // ['millrace:…:pipeline:search/searches'] */
export function neighboursOf(
  upstreams: Pick<Upstreams, 'upstreamsOf' | 'dependentsOf'>,
  { accountId: account, region }: { readonly accountId: string; readonly region: string },
) {
  const keyOf = (subject: string): string | undefined => {
    const known = parseSubjectKey(subject);
    return known?.provider === 'millrace' && known.kind === 'pipeline' ? known.name : undefined;
  };
  const subjectOf = (key: string): string => {
    const { team, name } = pipelineOfKey(key);
    return subjectKey(ownSubject({ account, region }, 'pipeline', team, name));
  };
  const around = (subject: string, next: (key: string) => readonly string[]): string[] => {
    const key = keyOf(subject);
    return key === undefined ? [] : next(key).map(subjectOf);
  };
  return {
    upstream: (subject: string) => around(subject, (key) => upstreams.upstreamsOf(key)),
    downstream: (subject: string) => around(subject, (key) => upstreams.dependentsOf(key)),
  };
}
