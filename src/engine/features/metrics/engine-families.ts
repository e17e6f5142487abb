/**
 * Metrics of the engine itself: for whoever runs the server, and so only for those who see everything.
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import { counter, type Family, gauge, type Labels, type Sample } from './family.js';
import type { PartBeat } from './sources.js';

const NO_LABELS: Labels = {};

/**
 * @param folded jobs that have no series of their own
 * @param beats of the parts of this server
 */
export function engineFamilies(
  kernel: Kernel,
  folded: number,
  beats: readonly PartBeat[],
): Family[] {
  const { loop, actives, attempts, store } = kernel;
  const isSound = loop.state !== 'ended' && !loop.isFull && !store.information().damage;
  const one = (value: number): Sample[] => [{ labels: NO_LABELS, value }];
  return [
    gauge(
      'millrace_engine_up',
      '1 while the engine accepts work; 0: the disk is full, the store failed or is damaged',
      one(isSound ? 1 : 0),
    ),
    counter('millrace_turns_total', 'Commits of the turn loop', one(loop.commits)),
    counter('millrace_transitions_total', 'Transitions of executions', one(loop.transitions)),
    {
      name: 'millrace_commit_seconds',
      help: 'Time that commits took',
      type: 'summary',
      samples: () => [
        { suffix: '_sum', labels: NO_LABELS, value: loop.commitMs / 1_000 },
        { suffix: '_count', labels: NO_LABELS, value: loop.commits },
      ],
    },
    gauge('millrace_inputs_waiting', 'Requests and results that wait for a turn', one(loop.queued)),
    gauge('millrace_executions_loaded', 'Executions held in memory', one(actives.size)),
    gauge(
      'millrace_attempts_running',
      'Attempts that run now, by connector',
      Object.entries(attempts.slots.taken()).map(([connector, value]) => ({
        labels: { connector },
        value,
      })),
    ),
    gauge(
      'millrace_part_healthy',
      '1 while a part of this server does its work; 0: it is behind, or cannot',
      beats.map(({ part, problem }) => ({
        labels: { part },
        value: problem === undefined ? 1 : 0,
      })),
    ),
    gauge(
      'millrace_part_last_unixtime',
      'When a part of this server was woken last, in seconds since the epoch. Absent: not since it started',
      beats.flatMap(({ part, lastAt }) =>
        lastAt === undefined ? [] : [{ labels: { part }, value: lastAt / 1_000 }],
      ),
    ),
    gauge(
      'millrace_metrics_series_dropped',
      'Jobs without series of their own: there are more than --metric-jobs; they are counted as the job "other"',
      one(folded),
    ),
  ];
}
