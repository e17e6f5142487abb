/**
 * Planted bugs of workers on other machines: leases, claims, tags.
 * @module
 */
import { TagLimits } from '../../src/engine/features/workers/tag-limits.js';
import type { WorkerCalls } from '../../src/engine/features/workers/worker-calls.js';
import { WorkerLeases } from '../../src/engine/features/workers/worker-leases.js';
import { WorkerLines } from '../../src/engine/features/workers/worker-lines.js';
import type { WorkerCaller } from '../../src/engine/features/workers/worker-sessions.js';
import { type ClaimedAttempt, Workers } from '../../src/engine/features/workers/workers.js';
import { hasWorkers } from './far-workers.js';
import type { Mutant } from './simulate.js';

/** Who was given which attempt, by whatever server. */
function remembering(holders: Map<string, WorkerCaller>, calls: WorkerCalls): WorkerCalls {
  return {
    ...calls,
    async claim(caller, worker, wait) {
      const answer = await calls.claim(caller, worker, wait);
      for (const { id } of answer.attempts) holders.set(id, caller);
      return answer;
    },
  };
}

/** Another method of a class, until it is taken back. */
function replacing<Made extends object, Name extends keyof Made>(
  prototype: Made,
  name: Name,
  change: (original: Made[Name]) => Made[Name],
): () => void {
  const original = prototype[name];
  prototype[name] = change(original);
  return () => {
    prototype[name] = original;
  };
}

const PLANTED: readonly Mutant[] = [
  {
    name: 'takes an outcome from whoever tells it',
    workers: (() => {
      const holders = new Map<string, WorkerCaller>();
      return (calls) => ({
        ...remembering(holders, calls),
        settle: (caller, attempt, ...told) =>
          calls.settle(holders.get(attempt) ?? caller, attempt, ...told),
      });
    })(),
  },
  {
    name: 'hands an attempt out twice',
    workers: (() => {
      let last: readonly ClaimedAttempt[] = [];
      return (calls) => ({
        ...calls,
        async claim(caller, worker, wait) {
          const answer = await calls.claim(caller, worker, wait);
          const again = last;
          last = answer.attempts;
          return { ...answer, attempts: [...answer.attempts, ...again] };
        },
      });
    })(),
  },
  {
    name: 'takes a sign of life from another worker',
    workers: (() => {
      const holders = new Map<string, WorkerCaller>();
      return (calls) => ({
        ...remembering(holders, calls),
        beat: (caller, worker, { attempts, beats }) =>
          attempts.flatMap((id) => {
            const held = { attempts: [id], beats: beats.filter((beat) => beat === id) };
            return calls.beat(holders.get(id) ?? caller, worker, held);
          }),
      });
    })(),
  },
  {
    name: 'does not notice that a lease is over',
    plant: () =>
      replacing(
        WorkerLeases.prototype,
        'lose',
        () =>
          async function (this: WorkerLeases, lease) {
            lease.state = 'held';
            this.extend(lease);
          },
      ),
  },
  {
    name: 'loses attempts of workers that are heard of',
    plant: () =>
      replacing(WorkerLeases.prototype, 'look', (look) => {
        return function (this: WorkerLeases, now) {
          return look.call(this, now + 20_000);
        };
      }),
  },
  {
    name: 'gives tasks to workers that do not have their tags',
    plant: () =>
      replacing(WorkerLines.prototype, 'take', (take) => {
        return function (this: WorkerLines, fits) {
          return take.call(this, (line) => fits({ ...line, tags: [] }));
        };
      }),
  },
  {
    name: 'writes lines that come with an outcome whether they were written before or not',
    plant: () =>
      replacing(WorkerLeases.prototype, 'close', (close) => {
        return function (this: WorkerLeases, lease, outcome, lines) {
          if (lines !== undefined) lease.nextLine = lines.first;
          return close.call(this, lease, outcome, lines);
        };
      }),
  },
  {
    name: 'gives out more tasks with a tag than its limit',
    plant: () => replacing(TagLimits.prototype, 'full', () => () => undefined),
  },
  {
    name: 'forgets after a restart which tasks count for a limit',
    plant: () =>
      replacing(Workers.prototype, 'resumes', () => {
        return function (this: Workers, attempt) {
          return this.leases.resume(attempt);
        };
      }),
  },
  {
    name: 'does not write the lines that come with an outcome',
    workers: (calls) => ({
      ...calls,
      settle: (caller, attempt, outcome, changes) =>
        calls.settle(caller, attempt, outcome, changes),
    }),
  },
  {
    name: 'does not know after a restart whose an attempt is',
    plant: () => replacing(WorkerLeases.prototype, 'resume', () => () => false),
  },
];

export const WORKER_MUTANTS: readonly Mutant[] = PLANTED.map((mutant) => ({
  ...mutant,
  shows: hasWorkers,
}));
