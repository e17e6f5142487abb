/**
 * What is upstream and downstream of something that is watched, by keys of subjects: pipelines of this Millrace, as their
 * triggers say, the datasets that they write and read, and state machines of other accounts for which they wait.
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

/** Who writes and reads which dataset; keys are `TEAM/NAME`. */
interface DatasetGraph {
  datasetsOf(pipeline: string): readonly string[];
  writersOf(dataset: string): readonly string[];
  readersOf(dataset: string): readonly string[];
  writtenBy(pipeline: string): readonly string[];
}

/**
 * @param found keys of state machines of that account and name that are watched, in whichever region
 * @example neighboursOf(upstreams, datasets.links, kernel.arns.identity, () => []).downstream(subjectKey(listings)) // ['millrace:…:pipeline:search/searches']
 */
export function neighboursOf(
  upstreams: Graph,
  datasets: DatasetGraph,
  { accountId: account, region }: { readonly accountId: string; readonly region: string },
  found: (upstream: { account: string; name: string }) => readonly string[],
) {
  const datasetOf = (name: string): string => {
    const cut = name.indexOf('/');
    const [team, dataset] = [name.slice(0, cut), name.slice(cut + 1)];
    return subjectKey(ownSubject({ account, region }, 'dataset', team, dataset));
  };
  const datasetKey = ({ provider, kind, name }: Subject): string | undefined =>
    provider === 'millrace' && kind === 'dataset' ? name : undefined;
  const ownKey = ({ provider, kind, name }: Subject): string | undefined =>
    provider === 'millrace' && kind === 'pipeline' ? name : undefined;
  const subjectOf = (key: string): string => {
    const { team, name } = pipelineOfKey(key);
    return subjectKey(ownSubject({ account, region }, 'pipeline', team, name));
  };
  return {
    upstream(subject: string): string[] {
      const parsed = parseSubjectKey(subject);
      const dataset = parsed && datasetKey(parsed);
      if (dataset !== undefined) return datasets.writersOf(dataset).map(subjectOf);
      const key = parsed && ownKey(parsed);
      if (key === undefined) return [];
      const foreign = upstreams.foreignUpstreamsOf(key).flatMap((one) => found(one));
      const read = datasets.datasetsOf(key).map(datasetOf);
      return [...upstreams.upstreamsOf(key).map(subjectOf), ...read, ...foreign];
    },
    downstream(subject: string): string[] {
      const parsed = parseSubjectKey(subject);
      if (parsed === undefined) return [];
      const key = ownKey(parsed);
      if (key !== undefined) {
        const written = datasets.writtenBy(key).map(datasetOf);
        return [...upstreams.dependentsOf(key).map(subjectOf), ...written];
      }
      const dataset = datasetKey(parsed);
      if (dataset !== undefined) {
        const writers = datasets.writersOf(dataset).map(subjectOf);
        return [...datasets.readersOf(dataset).map(subjectOf), ...writers];
      }
      const { provider, kind } = parsed;
      if (provider !== 'aws' || kind !== 'state-machine') return [];
      return upstreams.dependentsOfForeign(parsed).map(subjectOf);
    },
  };
}
