/**
 * What is upstream and downstream of something that is watched, by keys of subjects: pipelines of this Millrace, as their
 * triggers say, and state machines of other accounts for which they wait.
 * @module
 */
import {
  ownSubject,
  parseSubjectKey,
  type Subject,
  subjectKey,
} from '../../../monitoring/subject.js';
import { pipelineOfKey } from '../../../store/pipeline-ref.js';
import type { Upstreams } from './upstreams.js';

type Graph = Pick<
  Upstreams,
  'upstreamsOf' | 'dependentsOf' | 'dependentsOfForeign' | 'foreignUpstreamsOf'
>;

/**
 * @param found keys of state machines of that account and name that are watched, in whichever region
 * @example neighboursOf(upstreams, kernel.arns.identity, () => []).downstream(subjectKey(listings)) // ['millrace:…:pipeline:search/searches']
 */
export function neighboursOf(
  upstreams: Graph,
  { accountId: account, region }: { readonly accountId: string; readonly region: string },
  found: (upstream: { account: string; name: string }) => readonly string[],
) {
  const ownKey = ({ provider, kind, name }: Subject): string | undefined =>
    provider === 'millrace' && kind === 'pipeline' ? name : undefined;
  const subjectOf = (key: string): string => {
    const { team, name } = pipelineOfKey(key);
    return subjectKey(ownSubject({ account, region }, 'pipeline', team, name));
  };
  return {
    upstream(subject: string): string[] {
      const parsed = parseSubjectKey(subject);
      const key = parsed && ownKey(parsed);
      if (key === undefined) return [];
      const foreign = upstreams.foreignUpstreamsOf(key).flatMap((one) => found(one));
      return [...upstreams.upstreamsOf(key).map(subjectOf), ...foreign];
    },
    downstream(subject: string): string[] {
      const parsed = parseSubjectKey(subject);
      if (parsed === undefined) return [];
      const key = ownKey(parsed);
      if (key !== undefined) return upstreams.dependentsOf(key).map(subjectOf);
      const { provider, kind } = parsed;
      if (provider !== 'aws' || kind !== 'state-machine') return [];
      return upstreams.dependentsOfForeign(parsed).map(subjectOf);
    },
  };
}
