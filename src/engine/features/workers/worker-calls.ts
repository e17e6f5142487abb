/**
 * `engine.workers`: what workers on other machines ask, and what people see of them.
 * @module
 */
import type { Readable } from 'node:stream';
import { WORKER_KINDS } from '../../../pipelines/sections/worker-section.js';
import { EngineError } from '../../kernel/errors.js';
import type { AttemptLogRecord, AttemptOutcome } from '../../kernel/ports.js';
import { type Scope, sees, teamsIn } from '../../kernel/scope.js';
import type { FileChanges, FilePart, SentFiles, WorkerFiles } from '../../kernel/worker-files.js';
import { AttemptFiles } from './attempt-files.js';
import type { NumberedLines } from './worker-leases.js';
import type { Lease, WorkerCaller, WorkerDescription, WorkerSession } from './worker-sessions.js';
import { workersFor } from './worker-words.js';
import type { ClaimAnswer, ClaimWait, Workers } from './workers.js';

/** Versions of what server and worker say to each other that this server knows, the newest first. */
export const PROTOCOLS: readonly number[] = [2, 1];

/** Attempts of a worker that are listed. */
const LISTED = 20;

/** An attempt that a worker holds, as people see it. */
export interface HeldAttempt {
  readonly kind: string;
  readonly team: string;
  /** Absent for a moment after a restart of the server, with what follows. */
  readonly execution?: { readonly id: string; readonly name: string; readonly pipeline: string };
  readonly state?: string;
  /** When it was begun, in milliseconds since the epoch. */
  readonly since?: number;
}

/** A worker as people see it. */
export interface WorkerSummary {
  readonly name: string;
  readonly version: string;
  /** Version of the protocol that it speaks. */
  readonly protocol: number;
  readonly kinds: { readonly [kind: string]: number };
  readonly tags: readonly string[];
  readonly slots: number;
  /** Attempts that it holds. */
  readonly taken: number;
  /** Those of them that are of teams the caller sees, the oldest first, at most 20. */
  readonly holds: readonly HeldAttempt[];
  /** Teams whose tasks it takes; absent: of all. */
  readonly teams?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly seenAt: number;
}

/** Attempts that wait for a worker. */
export interface WaitingForWorker {
  readonly kind: string;
  readonly tags: readonly string[];
  readonly team: string;
  /** At least so many. */
  readonly attempts: number;
  /** Workers that are connected and could take them when they have room. */
  readonly workers: number;
  /** The tag for which no more tasks may run now; absent: there is none. */
  readonly limited?: string;
}

export interface WorkerCalls {
  /** Those that take tasks of a team that the caller sees, by name. */
  list(scope: Scope): WorkerSummary[];
  /** What waits for a worker. */
  waiting(scope: Scope): WaitingForWorker[];
  /** Milliseconds that an attempt stays a worker's without a sign of life. */
  readonly leaseMs: number;
  /**
   * Attempts for a worker, as soon as there are any.
   * @throws EngineError WorkerProtocolUnknown, WorkerKindUnknown, WorkerSessionForeign, TooManyWorkers, ShuttingDown
   */
  claim(caller: WorkerCaller, worker: WorkerDescription, wait: ClaimWait): Promise<ClaimAnswer>;
  /** A worker lives and holds attempts. @returns those that it is to stop. @throws as `claim` */
  beat(
    caller: WorkerCaller,
    worker: WorkerDescription,
    held: { readonly attempts: readonly string[]; readonly beats: readonly string[] },
  ): string[];
  /** Lines of a task's output. @returns the number of the next one. @throws EngineError WorkerLeaseOver */
  log(
    caller: WorkerCaller,
    attempt: string,
    first: number,
    records: readonly AttemptLogRecord[],
  ): Promise<number>;
  /**
   * The outcome of an attempt, once.
   * @param lines the last ones of its output, durable with it
   * @throws EngineError WorkerLeaseOver
   */
  settle(
    caller: WorkerCaller,
    attempt: string,
    outcome: AttemptOutcome,
    changes: FileChanges | undefined,
    lines?: NumberedLines,
  ): Promise<void>;
  /** What an attempt needs. @throws EngineError WorkerLeaseOver, WorkerFilesTooLarge */
  files(caller: WorkerCaller, attempt: string): Promise<SentFiles>;
  /** A file that it needs. @throws EngineError WorkerLeaseOver, WorkerBlobNotFound */
  readFile(
    caller: WorkerCaller,
    attempt: string,
    sha256: string,
  ): Promise<{ content: Readable; size: number }>;
  /** A part of a file that it has written. @returns bytes that are there. @throws EngineError WorkerLeaseOver, … */
  writeFile(caller: WorkerCaller, attempt: string, part: FilePart): Promise<number>;
  /** The worker goes. @returns how many attempts are lost by it */
  leave(caller: WorkerCaller): Promise<number>;
}

/**
 * @param files undefined: no files leave this server
 * @param expectReady throws when nothing is accepted
 * @param version of this server, for workers that speak otherwise
 */
export function workerCalls(
  workers: Workers,
  files: WorkerFiles | undefined,
  expectReady: () => void,
  version: string,
): WorkerCalls {
  const expect = ({ protocol, kinds }: WorkerDescription): void => {
    expectReady();
    if (!PROTOCOLS.includes(protocol)) {
      const details = { spoken: protocol, known: PROTOCOLS.join(' and '), version };
      throw new EngineError('WorkerProtocolUnknown', details);
    }
    const unknown = Object.keys(kinds).find((kind) => !WORKER_KINDS.includes(kind));
    if (unknown === undefined) return;
    const details = { kind: unknown.slice(0, 100), known: WORKER_KINDS.join(', ') };
    throw new EngineError('WorkerKindUnknown', details);
  };
  const attemptFiles = new AttemptFiles(workers.leases, files);
  return {
    leaseMs: workers.leaseMs,
    list: (scope) =>
      [...workers.sessions.all()]
        .flatMap((session) => summaryOf(session, scope))
        .sort((a, b) => (a.name === b.name ? a.since - b.since : a.name < b.name ? -1 : 1)),
    waiting: (scope) =>
      workers.lines
        .all()
        .filter(({ line }) => sees(scope, line.team))
        .map(({ line: { kind, tags, team }, waiting }) => {
          const full = workers.limits.full(tags);
          return {
            ...{ kind, tags, team, attempts: waiting },
            workers: workersFor({ kind, tags, team }, workers.sessions),
            ...(full === undefined ? {} : { limited: full.tag }),
          };
        }),
    async claim(caller, worker, wait) {
      expect(worker);
      return workers.claim(caller, worker, wait);
    },
    beat(caller, worker, { attempts, beats }) {
      expect(worker);
      return workers.beat(caller, worker, attempts, beats);
    },
    async log(...given) {
      expectReady();
      return workers.leases.log(...given);
    },
    async settle(caller, attempt, outcome, changes, lines) {
      expectReady();
      const apply = changes && ((lease: Lease) => attemptFiles.apply(lease, changes));
      await workers.leases.settle(caller, attempt, { outcome, lines }, apply);
    },
    async files(...given) {
      expectReady();
      return attemptFiles.list(...given);
    },
    async readFile(...given) {
      expectReady();
      return attemptFiles.read(...given);
    },
    async writeFile(...given) {
      expectReady();
      return attemptFiles.receive(...given);
    },
    async leave(caller) {
      expectReady();
      return workers.leave(caller);
    },
  };
}

/** Nothing when the caller sees none of its teams. */
function summaryOf(session: WorkerSession, scope: Scope): WorkerSummary[] {
  const { description, leases, since, seenAt } = session;
  const { name, version, protocol, kinds, tags, slots } = description;
  const taking = teamsIn(session.scope);
  const teams = taking?.filter((team) => sees(scope, team));
  if (teams?.length === 0 || teamsIn(scope)?.length === 0) return [];
  return [
    {
      ...{ name, version, protocol, kinds, tags, slots, taken: leases.size },
      holds: heldOf([...leases.values()].filter(({ team }) => sees(scope, team))),
      ...(teams === undefined ? {} : { teams }),
      ...{ since, seenAt },
    },
  ];
}

function heldOf(leases: Lease[]): HeldAttempt[] {
  leases.sort((a, b) => (a.subject?.since ?? 0) - (b.subject?.since ?? 0));
  return leases.slice(0, LISTED).map(({ kind, team, subject }) => ({ kind, team, ...subject }));
}
