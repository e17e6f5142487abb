/**
 * Metrics of the engine itself: for whoever runs the server, and so only for those who see everything.
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import { counter, type Family, gauge, type Labels, type Sample } from './family.js';

const NO_LABELS: Labels = {};

/** @param folded jobs that have no series of their own */
export function engineFamilies(kernel: Kernel, folded: number): Family[] {
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
      'millrace_metrics_series_dropped',
      'Jobs without series of their own: there are more than --metric-jobs; they are counted as the job "other"',
      one(folded),
    ),
  ];
}
