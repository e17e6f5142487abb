/**
 * What turns do with clusters of pools: what was answered and seen of them becomes rows, each in one commit with what follows
 * for those who wait for it or have it.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { JobState, Submission } from '../../../connectors/remote-tasks.js';
import type { PoolPlan } from '../../../pipelines/team-file/cluster-pools-section.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { AskedBefore } from './cluster-rounds.js';
import { type Leak, TAGS } from './leak-sweep.js';
import type { PoolRef, PoolRows } from './pool-rows.js';
import type { ClusterRow, LeaseRow } from './pool-tables.js';

/** How long a cluster may take to be gone before that is said: milliseconds. */
const LINGERS = 1_800_000;
/** Times that it is asked for again when it may be there already: a minute in all. */
const TRIES_AGAIN = 6;

/** The error of a cluster that was not there in time. */
const NOT_STARTED = 'Millrace.ClusterNotStarted';

interface Parts {
  readonly kernel: Kernel;
  readonly rows: PoolRows;
  plan(ref: PoolRef): PoolPlan | undefined;
  settle(turn: Turn, ref: PoolRef): void;
  /** An execution that waits will have no cluster. */
  refuse(turn: Turn, lease: LeaseRow, error: string, cause: string): void;
  /** A cluster died while an execution had it. */
  lost(lease: LeaseRow, words: string): void;
  /** A cluster was seen to be there. */
  isThere(row: ClusterRow): void;
  /** Its phase is another one. */
  soon(number: number): void;
  forget(number: number): void;
}

type Act = (turn: Turn, row: ClusterRow) => void;

export class PoolClusters {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The answer to the request for it. @returns whether anything follows from it; else it is asked for again */
  asked(row: ClusterRow, answer: Submission, { isAgain, tries }: AskedBefore): boolean {
    if (answer.type === 'unknown') return false;
    if (answer.type !== 'submitted') {
      // What is refused now says nothing of what an earlier request has made.
      if (isAgain && tries < TRIES_AGAIN) return false;
      const said = answer.type === 'failed' ? answer.cause : 'It was answered by no cluster.';
      const doubt = ` Whether one runs is not known: it would have the tag ${TAGS.token} ${row.token}.`;
      const cause = isAgain ? `${said}${doubt}` : said;
      const error = answer.type === 'failed' ? answer.error : NOT_STARTED;
      return this.#act(row, (turn, current) => this.#notStarted(turn, current, error, cause));
    }
    const { job } = answer;
    return this.#act(row, (turn, current) => {
      const { rows, settle, soon } = this.#parts;
      const known = { cluster: job.id, job: job as unknown as JsonObject };
      rows.moveCluster(turn, current, { phase: 'starting', ...known });
      settle(turn, current);
      turn.afterCommit(() => soon(row.number));
    });
  }

  /** It was looked at while it was being started. */
  started(row: ClusterRow, state: JobState): boolean {
    const { rows, settle, soon, isThere } = this.#parts;
    if (state.type === 'ended' && state.outcome.type === 'succeeded') {
      isThere(row);
      return this.#act(row, (turn, current) => {
        const idleSince = this.#parts.kernel.time.now();
        rows.moveCluster(turn, current, { phase: 'ready', idleSince });
        settle(turn, current);
        turn.afterCommit(() => soon(row.number));
      });
    }
    if (state.type === 'ended' || state.type === 'gone') {
      const { error, cause } =
        state.type === 'ended' && state.outcome.type === 'failed'
          ? state.outcome
          : { error: NOT_STARTED, cause: state.type === 'gone' ? state.cause : '' };
      return this.#act(row, (turn, current) => this.#notStarted(turn, current, error, cause));
    }
    const { startsWithinMs = 3_600_000 } = this.#parts.plan(row) ?? {};
    if (this.#parts.kernel.time.now() - row.begunAt < startsWithinMs) return false;
    return this.#act(row, (turn, current) => {
      const cause = `It was not there ${Math.round(startsWithinMs / 1_000)} seconds after it was asked for.`;
      this.#refuseSake(turn, current, NOT_STARTED, cause);
      rows.moveCluster(turn, current, { phase: 'ending', why: cause });
      settle(turn, current);
      turn.afterCommit(() => soon(row.number));
    });
  }

  /** It was looked at while it was there. */
  seen(row: ClusterRow, state: JobState): boolean {
    const isGoing = state.type === 'running' && /^TERMINAT/.test(state.status);
    if (state.type === 'unseen') return false;
    if (state.type === 'running' && !isGoing) {
      if (row.phase === 'ready') this.#parts.isThere(row);
      return false;
    }
    if (row.phase === 'leaked') return state.type !== 'running' && this.#gone(row);
    return this.#act(row, (turn, current) => {
      const { rows, settle, lost, forget } = this.#parts;
      const { number, cluster = '', pool } = current;
      const words = `The cluster ${cluster} of the pool ${pool} has ended by itself${reasonIn(state)}.`;
      for (const lease of rows.usersOf(number)) {
        if (lease.phase === 'given') {
          const { cluster: _cluster, ...kept } = lease;
          rows.putLease(turn, { ...kept, phase: 'waiting' });
        } else {
          rows.removeLease(turn, lease);
          turn.afterCommit(() => lost(lease, words));
        }
      }
      rows.removeCluster(turn, current);
      turn.afterCommit(() => forget(number));
      settle(turn, current);
    });
  }

  /** It was asked to end, and looked at. @param refusal why it could not be asked */
  ended(row: ClusterRow, state: JobState, refusal: string | undefined): boolean {
    const { kernel, rows } = this.#parts;
    if (state.type === 'ended' || state.type === 'gone') return this.#gone(row);
    const isLate = kernel.time.now() - row.since > LINGERS;
    if (!isLate || row.trouble !== undefined) return false;
    const seen = state.type === 'running' ? `It is ${state.status}.` : state.cause;
    const why = refusal ?? seen;
    // The next round comes as if nothing had been said.
    this.#act(row, (turn, current) => {
      if (current.trouble !== undefined) return;
      const trouble = this.#tell(turn, current, why);
      rows.putCluster(turn, { ...current, trouble });
    });
    return false;
  }

  /** One that is this server's and that no row knows: its team hears of it until it is gone. */
  leaked({ team, pool, token, account, region, cluster }: Leak): void {
    const { kernel, rows, soon } = this.#parts;
    kernel.submit({
      perform: (turn) => {
        if (rows.isKnown(cluster, token)) return 'done';
        const now = kernel.time.now();
        const row: ClusterRow = {
          ...{ number: rows.number('cluster'), team, pool, token, template: '', sake: '' },
          ...{ account, region, cluster, phase: 'leaked', since: now, begunAt: now },
        };
        const why = `nothing here knows it, so nobody has it and nobody will end it. End it in EMR (${account}, ${region}).`;
        rows.putCluster(turn, { ...row, trouble: this.#tell(turn, row, why) });
        turn.afterCommit(() => soon(row.number));
        return 'done';
      },
    });
  }

  #gone(row: ClusterRow): true {
    const { rows, forget } = this.#parts;
    return this.#act(row, (turn, current) => {
      if (current.trouble !== undefined) this.#tell(turn, current, undefined);
      rows.removeCluster(turn, current);
      turn.afterCommit(() => forget(row.number));
    });
  }

  /** A team hears that a cluster of its pool runs on; without a reason: it is gone at last. */
  #tell(turn: Turn, { team, pool, cluster, phase }: ClusterRow, why: string | undefined): string {
    const which = phase === 'leaked' ? '' : ', which was to end,';
    const what = `The cluster ${cluster} of the pool ${pool}${which}`;
    const words = why === undefined ? `${what} is gone.` : `${what} still runs: ${why}`;
    const state = why === undefined ? 'working' : 'broken';
    const change = { team, part: `cluster ${cluster} of the pool ${pool}`, state, words } as const;
    this.#parts.kernel.hooks.tell(turn, { type: 'WatcherChanged', change });
    return words;
  }

  #notStarted(turn: Turn, row: ClusterRow, error: string, cause: string): void {
    const { rows, settle, forget } = this.#parts;
    this.#refuseSake(turn, row, error, cause);
    rows.removeCluster(turn, row);
    turn.afterCommit(() => forget(row.number));
    settle(turn, row);
  }

  /** Who it was asked for hears of it, unless they have another one by now: others who wait are no worse off. */
  #refuseSake(turn: Turn, { sake, pool }: ClusterRow, error: string, cause: string): void {
    const lease = this.#parts.rows.leaseOf(sake);
    if (lease?.phase !== 'waiting') return;
    const words = `A cluster of the pool ${pool} could not be started. ${cause}`;
    this.#parts.refuse(turn, lease, error, words);
  }

  /** In a turn, on the row as it stands then in the same phase. */
  #act({ number, phase }: ClusterRow, act: Act): true {
    const { kernel, rows, soon } = this.#parts;
    kernel.submit({
      perform: (turn) => {
        const current = rows.cluster(number);
        if (current?.phase === phase) act(turn, current);
        else if (current !== undefined) turn.afterCommit(() => soon(number));
        return 'done';
      },
    });
    return true;
  }
}

/** Why a cluster has ended, in EMR's words, with a colon before them; nothing when it says nothing. */
function reasonIn(state: JobState): string {
  if (state.type === 'gone') return `: ${state.cause}`;
  const output: Json =
    state.type === 'ended' && state.outcome.type === 'succeeded' ? state.outcome.output : null;
  const cluster = isObject(output) && isObject(output.Cluster) ? output.Cluster : {};
  const status = isObject(cluster.Status) ? cluster.Status : {};
  const reason = isObject(status.StateChangeReason) ? status.StateChangeReason.Message : undefined;
  return typeof reason === 'string' && reason !== '' ? `: ${reason.slice(0, 500)}` : '';
}
