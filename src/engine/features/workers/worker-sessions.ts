/**
 * Workers that are connected, and what each of them holds.
 *
 *     first claim or heartbeat ──▶ connected ──(no sign of life for LEASE)──▶ forgotten
 *                                     └──goodbye──▶ forgotten, what it held is lost at once
 *
 * A worker proves itself by a text that it has drawn, its session; the server knows the hash, which is the owner of the
 * attempts that the worker has begun. That is all that must survive a restart, and it lies in their records.
 * @module
 */
import { createHash } from 'node:crypto';
import type { AttemptRecord } from '../../../store/store.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { commandOf } from '../../kernel/attempts.js';
import { EngineError } from '../../kernel/errors.js';
import type { Scope } from '../../kernel/scope.js';
import type { KnownContents } from '../../kernel/worker-files.js';
import { type WorkerLine, workerOwner } from '../../kernel/worker-line.js';

/** Workers at a time. */
const MOST_SESSIONS = 1_000;

/** What a worker says of itself. */
export interface WorkerDescription {
  /** As people know it. */
  readonly name: string;
  /** Of Millrace. */
  readonly version: string;
  /** Version of the protocol that it speaks. */
  readonly protocol: number;
  /** Attempts of each kind that it performs at a time. */
  readonly kinds: { readonly [kind: string]: number };
  readonly tags: readonly string[];
  /** Attempts at a time. */
  readonly slots: number;
}

/** Who speaks: a token, and what it may. */
export interface WorkerCaller {
  /** Hash of the token. */
  readonly token: string;
  /** Whose attempts it may take. */
  readonly scope: Scope;
  /** What the worker proves itself by. */
  readonly session: string;
}

/** What an attempt is of, for people. */
export interface LeaseSubject {
  /** Id, name and pipeline of its execution. */
  readonly execution: { readonly id: string; readonly name: string; readonly pipeline: string };
  readonly state: string;
  /** When it was begun, in milliseconds since the epoch. */
  readonly since: number;
}

/** An attempt that a worker holds. */
export interface Lease {
  readonly id: string;
  readonly execution: number;
  readonly thread: number;
  readonly sequence: number;
  /** The kind of task. */
  readonly kind: string;
  readonly team: string;
  /** `worker:HASH`: whose it is. */
  readonly owner: string;
  /** What the monotonic clock says when it ends; undefined: not while the server itself is at work for it. */
  until: number | undefined;
  /**
   * `preparing`: on its way to the worker · `held`: the worker has it · `settling`: its outcome is being taken ·
   * `ending`: it is being closed without one.
   */
  state: 'preparing' | 'held' | 'settling' | 'ending';
  /** Number of the log line that comes next; undefined: begun under an earlier engine, nobody knows. */
  nextLine: number | undefined;
  /** Where the contents of its files lie; undefined: they were not listed yet. */
  contents?: KnownContents;
  /** Where its execution keeps files; undefined: as `contents`. */
  workFolder?: string;
  /** Undefined: begun under an earlier engine, and its worker has not shown itself since. */
  subject?: LeaseSubject;
  /** When the last sign of life of its task was taken, by the monotonic clock. */
  beatAt: number;
}

export interface WorkerSession {
  readonly owner: string;
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  scope: Scope;
  description: WorkerDescription;
  /** By the clock of people, and by the monotonic one. */
  seenAt: number;
  seen: number;
  /** Attempts that it holds, by their ids. */
  readonly leases: Map<string, Lease>;
  /** Kinds of attempts that are being given to it. */
  readonly coming: string[];
  /** Attempts that it is to stop, since it was told last. */
  readonly stops: Set<string>;
  /** It was told that it may go: it takes nothing more. */
  isLeaving: boolean;
}

/** What an attempt is of. */
export function subjectOf(
  { creation: { id, name, pipeline } }: ActiveExecution,
  attempt: AttemptRecord,
): LeaseSubject {
  const since = attempt.startedAt ?? attempt.scheduledAt;
  return { execution: { id, name, pipeline }, state: commandOf(attempt).state, since };
}

/** Whether a worker could ever take what waits in a line. */
export function mayTake({ scope, description }: WorkerSession, line: WorkerLine): boolean {
  const seesTeam = scope === 'everything' || scope.teams.includes(line.team);
  return (
    seesTeam &&
    Object.hasOwn(description.kinds, line.kind) &&
    line.tags.every((tag) => description.tags.includes(tag))
  );
}

/** Whether it has room for one more of a kind. */
export function hasRoom(session: WorkerSession, kind: string): boolean {
  const { description, leases, coming } = session;
  if (leases.size + coming.length >= description.slots) return false;
  const most = description.kinds[kind] ?? 0;
  let taken = coming.filter((one) => one === kind).length;
  for (const lease of leases.values()) if (lease.kind === kind) taken += 1;
  return taken < most;
}

/** Share of its slots that are taken. */
export function loadOf({ leases, coming, description }: WorkerSession): number {
  return (leases.size + coming.length) / Math.max(1, description.slots);
}

/** Of callers that speak of many attempts in one request. */
const OWNERS: WeakMap<object, string> = new WeakMap();

/** The owner of what a worker begins. */
export function ownerOf(caller: Pick<WorkerCaller, 'session'>): string {
  const known = OWNERS.get(caller);
  if (known !== undefined) return known;
  const owner = workerOwner(createHash('sha256').update(caller.session).digest('hex'));
  OWNERS.set(caller, owner);
  return owner;
}

export class WorkerSessions {
  readonly #sessions: Map<string, WorkerSession> = new Map();

  /** The session of a caller; undefined: it has said nothing of itself yet. @throws EngineError WorkerSessionForeign */
  find(caller: WorkerCaller): WorkerSession | undefined {
    const session = this.#sessions.get(ownerOf(caller));
    if (session !== undefined && session.token !== caller.token) {
      throw new EngineError('WorkerSessionForeign');
    }
    return session;
  }

  /**
   * A worker has said who it is.
   * @throws EngineError WorkerSessionForeign, TooManyWorkers
   */
  said(
    caller: WorkerCaller,
    description: WorkerDescription,
    at: { readonly now: number; readonly monotonic: number },
  ): WorkerSession {
    const known = this.find(caller);
    const session = known ?? this.#make(caller, description, at);
    session.scope = caller.scope;
    session.description = description;
    session.seenAt = at.now;
    session.seen = at.monotonic;
    return session;
  }

  #make(
    caller: WorkerCaller,
    description: WorkerDescription,
    { now, monotonic }: { readonly now: number; readonly monotonic: number },
  ): WorkerSession {
    if (this.#sessions.size >= MOST_SESSIONS) {
      throw new EngineError('TooManyWorkers', { count: this.#sessions.size });
    }
    const owner = ownerOf(caller);
    const session: WorkerSession = {
      ...{ owner, token: caller.token, scope: caller.scope, description },
      ...{ since: now, seenAt: now, seen: monotonic },
      ...{ leases: new Map(), coming: [], stops: new Set(), isLeaving: false },
    };
    this.#sessions.set(owner, session);
    return session;
  }

  of(owner: string): WorkerSession | undefined {
    return this.#sessions.get(owner);
  }

  forget({ owner }: WorkerSession): void {
    this.#sessions.delete(owner);
  }

  all(): Iterable<WorkerSession> {
    return this.#sessions.values();
  }
}
