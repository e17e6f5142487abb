/**
 * The job service of tests with clusters of EMR in it: they come when a test says so, go when they are asked to, and can be
 * looked at until they are gone.
 * @module
 */
import type {
  JobState,
  RemoteJob,
  RemoteRequest,
  Submission,
} from '../../src/connectors/remote-tasks.js';
import { JobService } from './job-service.js';

/** Clusters that take a while to come and to go; everything else is a job. */
export class ClusterService extends JobService {
  readonly clusters: Map<string, string> = new Map();
  /** Tags of clusters that somebody else has made. */
  readonly tags: Map<string, { readonly [key: string]: string }> = new Map();
  /** Clusters do not end when they are asked to. */
  isProtected = false;

  constructor() {
    super();
    this.answer = ({ parameters, action }: RemoteRequest) => {
      if (action === 'listClusters') {
        return { type: 'answered', output: { Clusters: this.left().map((Id) => ({ Id })) } };
      }
      if (action === 'describeCluster') return this.#described(parameters as { ClusterId: string });
      const { ClusterId } = parameters as { ClusterId: string };
      if (this.isProtected) {
        return { type: 'failed', error: 'EMR.ValidationException', cause: 'It is protected.' };
      }
      const isGone = this.clusters.get(ClusterId) === 'TERMINATED';
      if (!isGone) this.clusters.set(ClusterId, 'TERMINATING');
      return { type: 'answered', output: {} };
    };
  }

  override async submit(request: RemoteRequest) {
    const answer = await super.submit(request);
    if (answer.type === 'submitted' && request.action === 'createCluster') {
      this.clusters.set(answer.job.id, 'STARTING');
    }
    return answer;
  }

  override async look(jobs: readonly RemoteJob[]): Promise<JobState[]> {
    const [first] = jobs;
    if (first?.kind !== 'elasticmapreduce:terminateCluster.sync') return super.look(jobs);
    return jobs.map(({ id }) => {
      const status = this.clusters.get(id) ?? 'TERMINATED';
      // It is seen going once.
      if (status === 'TERMINATING') this.clusters.set(id, 'TERMINATED');
      if (status !== 'TERMINATED') return { type: 'running', status };
      const Status = { State: status, StateChangeReason: { Message: 'Instance failure' } };
      const output = { ClusterId: id, Cluster: { Status } };
      return { type: 'ended', outcome: { type: 'succeeded', output } };
    });
  }

  /** A cluster with the tags that it was asked for with. */
  #described({ ClusterId: Id }: { ClusterId: string }): Submission {
    const request = this.find(Id)?.request;
    const tags = { 'millrace:attempt': request?.id ?? '', ...request?.tags, ...this.tags.get(Id) };
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    return { type: 'answered', output: { Cluster: { Id, Tags } } };
  }

  /** The cluster is there. */
  ready(id: string): void {
    this.clusters.set(id, 'WAITING');
    this.end(id, { type: 'succeeded', output: { ClusterId: id } });
  }

  /** The cluster ends by itself, and says why. */
  die(id: string): void {
    this.clusters.set(id, 'TERMINATED');
  }

  left(): string[] {
    return [...this.clusters].filter(([, state]) => state !== 'TERMINATED').map(([id]) => id);
  }
}
