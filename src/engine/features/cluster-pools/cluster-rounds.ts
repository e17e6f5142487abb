/**
 * Goes round clusters of pools outside of turns: asks for them, looks at them, asks them to end, each at its time.
 *
 *     asked    asked for, again and again until it has an id; pauses grow to a minute
 *     starting looked at until it is there
 *     ready    looked at every minute: one that died is noticed
 *     leaked   looked at every minute until it is gone
 *     ending   asked to end and looked at until it is gone; pauses grow to a minute
 *
 * What follows from an answer is a turn's to write, and the cluster's next round comes after that.
 * @module
 */
import type {
  JobState,
  RemoteJob,
  RemoteRequest,
  RemoteTasks,
  Submission,
} from '../../../connectors/remote-tasks.js';
import { Heap } from '../../kernel/heap.js';
import { TAGS } from './leak-sweep.js';
import type { ClusterRow } from './pool-tables.js';

/** Calls under way at a time. */
const AT_A_TIME = 16;
const LONGEST_PAUSE = 60_000;
const STARTING_PAUSE = 15_000;
const READY_PAUSE = 60_000;
/** Where a cluster is seen until it is gone, whoever made it. */
const SEEN_BY = 'elasticmapreduce:terminateCluster.sync';

/** What is known of earlier requests for a cluster. */
export interface AskedBefore {
  /** One may have been heard whose answer was not. */
  readonly isAgain: boolean;
  /** Answers since this process began to ask. */
  readonly tries: number;
}

interface Parts {
  readonly tasks: Pick<RemoteTasks, 'submit' | 'look'>;
  now(): number;
  /** What marks the clusters of this server. */
  mark(): string | undefined;
  cluster(number: number): ClusterRow | undefined;
  /** What becomes of a cluster; false: nothing, and it is looked at again. */
  asked(row: ClusterRow, answer: Submission, before: AskedBefore): boolean;
  started(row: ClusterRow, state: JobState): boolean;
  seen(row: ClusterRow, state: JobState): boolean;
  /** @param refusal why it could not be asked to end */
  ended(row: ClusterRow, state: JobState, refusal: string | undefined): boolean;
  /** Something is due at another time than before. */
  dueChanged(): void;
}

interface Round {
  readonly number: number;
  readonly at: number;
  /** Of several rounds of a cluster the one that was planned last counts. */
  readonly stamp: number;
}

interface Standing {
  stamp: number;
  tries: number;
  isUnderWay: boolean;
}

export class ClusterRounds {
  readonly #parts: Parts;
  readonly #queue: Heap<Round> = new Heap();
  readonly #standing: Map<number, Standing> = new Map();
  /** Clusters that were asked for in this process only once: nothing can be there of them before. */
  readonly #unasked: Set<number> = new Set();
  readonly #closing: AbortController = new AbortController();
  #underWay = 0;
  #stamp = 0;
  #isOpen = true;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Asks for it for the first time. */
  ask(number: number): void {
    this.#unasked.add(number);
    this.soon(number);
  }

  /** Its phase is another one, or somebody wants to know how it stands. */
  soon(number: number): void {
    const standing = this.#standing.get(number) ?? { stamp: 0, tries: 0, isUnderWay: false };
    standing.tries = 0;
    this.#standing.set(number, standing);
    this.#plan(number, standing, 0);
    this.due();
  }

  /** It is gone. */
  forget(number: number): void {
    this.#standing.delete(number);
    this.#unasked.delete(number);
  }

  next(): number | undefined {
    return this.#underWay >= AT_A_TIME ? undefined : this.#queue.first?.at;
  }

  due(): void {
    if (!this.#isOpen) return;
    const now = this.#parts.now();
    while (this.#underWay < AT_A_TIME) {
      const { first } = this.#queue;
      if (first === undefined || first.at > now) break;
      this.#queue.pop();
      const standing = this.#standing.get(first.number);
      if (standing?.stamp !== first.stamp || standing.isUnderWay) continue;
      void this.#go(first.number, standing);
    }
    this.#parts.dueChanged();
  }

  close(): void {
    this.#isOpen = false;
    this.#closing.abort();
    this.#queue.clear();
  }

  #plan(number: number, standing: Standing, pause: number): void {
    this.#stamp += 1;
    standing.stamp = this.#stamp;
    if (standing.isUnderWay) return;
    this.#queue.push({ number, at: this.#parts.now() + pause, stamp: this.#stamp });
  }

  async #go(number: number, standing: Standing): Promise<void> {
    const row = this.#parts.cluster(number);
    if (row === undefined) {
      this.forget(number);
      return;
    }
    const { stamp } = standing;
    standing.isUnderWay = true;
    this.#underWay += 1;
    const isNews = await this.#round(row, standing.tries).catch(() => false);
    this.#underWay -= 1;
    standing.isUnderWay = false;
    if (!this.#isOpen) return;
    // Somebody wanted to know meanwhile.
    if (standing.stamp !== stamp) this.#plan(number, standing, 0);
    else if (!isNews) {
      standing.tries += 1;
      this.#plan(number, standing, pauseOf(row, standing.tries));
    }
    this.due();
  }

  async #round(row: ClusterRow, tries: number): Promise<boolean> {
    const { tasks } = this.#parts;
    const { signal } = this.#closing;
    const { phase, number } = row;
    if (phase === 'asked') {
      const isAgain = !this.#unasked.delete(number);
      const request = requestOf(row, this.#parts.mark() ?? '');
      const answer = await tasks.submit({ ...request, isAgain, signal });
      return this.#isOpen && this.#parts.asked(row, answer, { isAgain, tries });
    }
    if (phase === 'starting') {
      const state = await this.#look(row.job as unknown as RemoteJob);
      return this.#isOpen && this.#parts.started(row, state);
    }
    if (phase === 'ready' || phase === 'leaked') {
      const state = await this.#look(goneJob(row));
      return this.#isOpen && this.#parts.seen(row, state);
    }
    const answer = await tasks.submit({ ...endingOf(row), signal });
    const state = await this.#look(goneJob(row));
    const isRefused = answer.type === 'failed' || answer.type === 'unknown';
    return this.#isOpen && this.#parts.ended(row, state, isRefused ? answer.cause : undefined);
  }

  async #look(job: RemoteJob): Promise<JobState> {
    const [state] = await this.#parts.tasks.look([job], this.#closing.signal);
    return state ?? { type: 'unseen', cause: 'It could not be looked at.', isLasting: false };
  }
}

function pauseOf({ phase }: ClusterRow, tries: number): number {
  if (phase === 'starting') return STARTING_PAUSE;
  if (phase === 'ready' || phase === 'leaked') return READY_PAUSE;
  return Math.min(LONGEST_PAUSE, 1_000 * 2 ** Math.min(10, tries - 1));
}

function goneJob({ cluster = '', job, account, region }: ClusterRow): RemoteJob {
  const { place = { account, region } } = (job ?? {}) as Partial<RemoteJob>;
  return { kind: SEEN_BY, id: cluster, place };
}

type Unsent = Omit<RemoteRequest, 'signal' | 'isAgain'>;

/** What makes it. Its tags say whose it is, so that people find in AWS what it belongs to. */
function requestOf(
  { token, team, pool, account, region, parameters }: ClusterRow,
  mark: string,
): Unsent {
  return {
    ...{ id: token, service: 'elasticmapreduce', action: 'createCluster', form: 'sync' },
    ...{ parameters: parameters ?? {}, team, account, region, state: `pool ${pool}` },
    tags: { [TAGS.team]: team, [TAGS.pool]: pool, [TAGS.mark]: mark },
    execution: { id: token, name: '', pipeline: '' },
  };
}

function endingOf(row: ClusterRow): Unsent & { isAgain: boolean } {
  return {
    ...{ ...requestOf(row, ''), id: `${row.token}-end`, isAgain: false },
    ...{ action: 'terminateCluster', form: 'requestResponse', tags: {} },
    parameters: { ClusterId: row.cluster ?? '' },
  };
}
