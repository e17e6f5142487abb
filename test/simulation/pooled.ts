/**
 * Pools of clusters, in some seeds: clusters that come late or never, die, and go slowly; executions that are stopped, fail and
 * are redriven; a pool that is made of something else half-way. Whatever happens:
 *
 *     I31 a cluster is used by no more executions at a time than may share it, as their histories tell
 *     I32 whatever was taken is given back: nobody has or waits for a cluster when all executions have ended
 *     I33 a cluster is asked for after its row is durable, as new once only; none runs on that no row knows
 *
 * @module
 */
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type {
  JobState,
  RemoteRequest,
  RemoteTasks,
  Submission,
} from '../../src/connectors/remote-tasks.js';
import type { Engine } from '../../src/engine/engine.js';
import { POOL_CLUSTERS, POOL_LEASES } from '../../src/engine/features/cluster-pools/pool-tables.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { clusterState } from '../../src/pipelines/sections/cluster-section.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';
import type { VirtualWorld } from './virtual-world.js';

const TEAM = 'team';
const SHARE = 2;
const CLUSTERS = 2;
const CLIENTS = 8;
const LAST = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;

export const POOLED = 'pooled';
export const POOLED_SECTIONS: JsonObject = { cluster: { pool: 'etl' } };
export const POOLED_MACHINE = {
  StartAt: 'cluster',
  States: {
    cluster: clusterState(POOLED, { pool: 'etl', timeout: 900 }, 'Work'),
    Work: {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::elasticmapreduce:addStep.sync' },
      Parameters: { 'ClusterId.$': '$clusterId', Step: {} },
      ...{ TimeoutSeconds: 60, End: true },
      Retry: [{ ErrorEquals: ['Soft'], IntervalSeconds: 2, MaxAttempts: 2 }],
    },
  },
} as unknown as MachineDefinition;

interface Cluster {
  readonly tags: { readonly [key: string]: string };
  readonly token: string;
  status: 'STARTING' | 'WAITING' | 'TERMINATING' | 'TERMINATED';
}

export class PoolWorld {
  readonly violations: string[] = [];
  readonly #world: VirtualWorld;
  readonly #clusters: Map<string, Cluster> = new Map();
  readonly #steps: Map<string, { readonly cluster: string; state: JobState }> = new Map();
  readonly #durable: Set<string> = new Set();
  readonly #asked: Set<string> = new Set();
  /** Clusters of executions that run, as their histories tell. */
  readonly #taken: Map<number, string> = new Map();

  constructor(world: VirtualWorld) {
    this.#world = world;
  }

  /** How often executions took a cluster. */
  takes = 0;

  committed(commit: Commit): void {
    for (const { table, row } of commit.rows) {
      const { token } = (row ?? {}) as { token?: string };
      if (table === POOL_CLUSTERS && token !== undefined) this.#durable.add(token);
    }
    // Who ends in a commit gives back to those who take in it.
    for (const { number, history } of commit.executions) {
      if (history.some(({ type }) => LAST.test(type))) this.#taken.delete(number);
    }
    for (const { number, history } of commit.executions) {
      for (const { type, details } of history) {
        const { output, resourceType } = details as { output?: JsonObject; resourceType?: string };
        if (type !== 'TaskSucceeded' || resourceType !== 'millrace:clusters') continue;
        if (history.some((event) => LAST.test(event.type))) continue;
        this.takes += 1;
        this.#taken.set(number, String(output?.ClusterId));
      }
    }
    for (const id of new Set(this.#taken.values())) {
      const users = [...this.#taken.values()].filter((one) => one === id).length;
      if (users > SHARE) this.violations.push(`I31 ${users} executions have ${id}`);
    }
  }

  /** The port of one engine. @param faulty whether anything goes wrong now */
  tasks(faulty: () => boolean, isAlive: () => boolean): RemoteTasks {
    const world = this.#world;
    const chance = (part: number): boolean => faulty() && world.chance(part);
    /** An answer on its way; an engine that is dead hears nothing. */
    const later = <Answer>(answer: Answer): Promise<Answer> => {
      const ms = chance(0.2) ? world.between(1_000, 30_000) : world.between(5, 300);
      return new Promise((resolve) => {
        world.after(ms, () => {
          if (isAlive()) resolve(answer);
        });
      });
    };
    return {
      knows: () => ({}),
      submit: (request) => {
        if (!isAlive()) return new Promise(() => {});
        if (request.action === 'createCluster') this.#check(request);
        if (chance(0.1)) return later({ type: 'failed', error: 'Soft', cause: 'throttled' });
        if (chance(0.05)) return later({ type: 'unknown', cause: 'cut off' });
        return later(this.#submit(request, faulty));
      },
      batchOf: () => 3,
      look: (jobs) => {
        if (chance(0.15)) {
          return later(jobs.map(() => ({ type: 'unseen', cause: 'throttled', isLasting: false })));
        }
        return later(jobs.map(({ kind, id }) => this.#look(kind, id)));
      },
      stop: ({ id }) => {
        const step = this.#steps.get(id);
        if (step?.state.type === 'running') step.state = ended('Hard');
        return later(true);
      },
      jobOfEvent: () => undefined,
    };
  }

  #check({ id, isAgain }: RemoteRequest): void {
    if (!this.#durable.has(id)) this.violations.push(`I33 ${id} is asked for before it is durable`);
    if (this.#asked.has(id) && !isAgain) {
      this.violations.push(`I33 ${id} is asked for twice, as if it were new`);
    }
    this.#asked.add(id);
  }

  #submit(request: RemoteRequest, faulty: () => boolean): Submission {
    const { action, id, parameters } = request;
    const { ClusterId } = parameters as { ClusterId?: string };
    if (action === 'terminateCluster') {
      this.#terminate(ClusterId ?? '');
      return { type: 'answered', output: {} };
    }
    if (request.form === 'requestResponse') return this.#answer(action, ClusterId ?? '');
    const kind = `elasticmapreduce:${action}.sync`;
    const place = { account: 'lake', region: 'eu-central-1' };
    const made =
      action === 'createCluster' ? this.#create(request, faulty) : this.#step(id, ClusterId);
    return { type: 'submitted', output: {}, job: { kind, id: made, place } };
  }

  /** Whoever looks for what nobody knows. */
  #answer(action: string, id: string): Submission {
    if (action === 'listClusters') {
      const left = [...this.#clusters].filter(([, { status }]) => status !== 'TERMINATED');
      return { type: 'answered', output: { Clusters: left.map(([Id]) => ({ Id })) } };
    }
    const { tags = {} } = this.#clusters.get(id) ?? {};
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    return { type: 'answered', output: { Cluster: { Id: id, Tags } } };
  }

  #create({ id: token, tags }: RemoteRequest, faulty: () => boolean): string {
    const known = [...this.#clusters].find(([, one]) => one.token === token)?.[0];
    if (known !== undefined) return known;
    const id = `j-${this.#clusters.size + 1}`;
    const cluster: Cluster = {
      ...{ token, status: 'STARTING' },
      tags: { ...tags, 'millrace:attempt': token },
    };
    this.#clusters.set(id, cluster);
    const world = this.#world;
    world.after(world.between(1_000, 30_000), () => {
      if (cluster.status !== 'STARTING') return;
      cluster.status = faulty() && world.chance(0.15) ? 'TERMINATED' : 'WAITING';
      if (cluster.status !== 'WAITING' || !faulty() || !world.chance(0.2)) return;
      // It dies by itself.
      world.after(world.between(1_000, 60_000), () => {
        cluster.status = 'TERMINATED';
      });
    });
    return id;
  }

  #terminate(id: string): void {
    const cluster = this.#clusters.get(id);
    if (cluster === undefined || cluster.status.startsWith('TERMINAT')) return;
    cluster.status = 'TERMINATING';
    this.#world.after(this.#world.between(500, 5_000), () => {
      cluster.status = 'TERMINATED';
    });
  }

  #step(id: string, cluster = ''): string {
    if (this.#steps.has(id)) return id;
    const step: { cluster: string; state: JobState } = {
      ...{ cluster, state: { type: 'running', status: 'RUNNING' } },
    };
    this.#steps.set(id, step);
    const draw = this.#world.random();
    this.#world.after(this.#world.between(500, 20_000), () => {
      if (step.state.type === 'running') {
        step.state =
          draw < 0.2
            ? ended(draw < 0.1 ? 'Soft' : 'Hard')
            : { type: 'ended', outcome: { type: 'succeeded', output: {} } };
      }
    });
    return id;
  }

  #look(kind: string, id: string): JobState {
    if (kind === 'elasticmapreduce:addStep.sync') {
      const step = this.#steps.get(id);
      const isDead = this.#clusters.get(step?.cluster ?? '')?.status === 'TERMINATED';
      if (step?.state.type === 'running' && isDead) return ended('Hard');
      return step?.state ?? { type: 'gone', cause: `no ${id}` };
    }
    const status = this.#clusters.get(id)?.status ?? 'TERMINATED';
    const isStart = kind === 'elasticmapreduce:createCluster.sync';
    if (isStart && status === 'WAITING') {
      return { type: 'ended', outcome: { type: 'succeeded', output: { ClusterId: id } } };
    }
    if (isStart && status.startsWith('TERMINAT')) return ended('Hard');
    if (status !== 'TERMINATED') return { type: 'running', status };
    return { type: 'ended', outcome: { type: 'succeeded', output: {} } };
  }

  /** The team's file as it stands: half-way it says something else. */
  async declare(engine: Engine): Promise<void> {
    const release = this.#world.elapsed < 45_000 ? 'emr-7.5.0' : 'emr-7.6.0';
    const instances = { type: 'm5.xlarge', count: 3 };
    const etl = { release, instances, max: CLUSTERS, share: SHARE, idle: '1 minute' };
    const file = { file: 'team.yaml', team: TEAM, sections: { clusterPools: { etl } } };
    await engine.clusterPools.declare([file], []).catch(() => {});
  }

  /** Starts executions by name until that is acknowledged; some are stopped, some redriven. */
  clients(engine: () => Engine | undefined): void {
    const world = this.#world;
    world.after(45_000, () => {
      const now = engine();
      if (now !== undefined) void this.declare(now);
    });
    for (let i = 0; i < CLIENTS; i += 1) this.#client(i, engine);
  }

  #client(i: number, engine: () => Engine | undefined): void {
    const world = this.#world;
    const ignore = (): void => {};
    let isDone = false;
    const attempt = (): void => {
      if (isDone) return;
      world.after(4_000, attempt);
      engine()
        ?.executions.start(EVERYTHING, { ...{ pipeline: POOLED, team: TEAM }, name: `pooled-${i}` })
        .then(({ id }) => {
          if (isDone) return;
          isDone = true;
          if (i % 3 === 0) {
            world.after(world.between(0, 60_000), () => {
              engine()?.executions.stop(EVERYTHING, id, { error: 'Stopped' }).catch(ignore);
            });
          }
          world.after(world.between(30_000, 90_000), () => {
            engine()?.executions.redrive(EVERYTHING, id).catch(ignore);
          });
        }, ignore);
    };
    world.after(world.between(0, 50_000), attempt);
  }

  atEnd(store: SynchronousStore): string[] {
    const found = [...this.violations];
    for (const { execution, phase } of store.listRows(POOL_LEASES)) {
      found.push(`I32 execution ${execution} has ended, and its lease is ${phase}`);
    }
    const rows = store.listRows(POOL_CLUSTERS);
    for (const { phase, cluster } of rows) {
      if (phase === 'leaked') found.push(`I33 ${cluster} was found, and no row knew it`);
    }
    const known = new Set(rows.map(({ token }) => token));
    for (const [id, { token, status }] of this.#clusters) {
      if (status !== 'TERMINATED' && !known.has(token)) {
        found.push(`I33 ${id} is ${status}, and no row knows it`);
      }
    }
    return found;
  }
}

function ended(error: string): JobState {
  return { type: 'ended', outcome: { type: 'failed', error, cause: 'simulated' } };
}
