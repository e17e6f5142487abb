/**
 * What other features and the store know of queues and states, asked at each scrape. Each is declared here as this feature
 * needs it; `compose.ts` hands over whoever has it.
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, sees } from '../../kernel/scope.js';
import { counter, type Family, gauge, type Sample } from './family.js';
import type { WatchedSource } from './watched-families.js';

/** Executions that exist and wait until there is room. */
export interface Waiting {
  /** Of each team that has some: how many, and the number of the one that waits longest. */
  waiting(): Iterable<{ team: string; count: number; oldest: number }>;
}

/** Events on their way to targets. */
export interface DeliveryCounts {
  /** On their way or to be tried again, by team. */
  pending(): ReadonlyMap<string, number>;
  /** Given up and kept, by team. */
  dead(): Promise<{ readonly [team: string]: number }>;
}

/** Expectations, by the state in which they are. */
export interface ExpectationStates {
  counts(): Iterable<{ team: string; state: string; count: number }>;
}

/** When a pipeline last succeeded and last ended, as the store has it: milliseconds since the epoch. */
export interface Lasts {
  readonly success?: number;
  readonly end?: number;
}

export interface LastOutcomes {
  of(team: string, pipeline: string): Lasts;
  /** Whether there is any result yet. */
  areKnown(): boolean;
}

/** Check results since the server started, by their status. */
export interface CheckResultCounts {
  totals(): Iterable<{ team: string; status: string; count: number }>;
}

/** Things that are watched and are no pipelines here: jobs of other providers. */
export interface SubjectStates {
  states(): Iterable<{
    team: string;
    /** Unique in its team, with provider, account and kind where the name alone is not. */
    name: string;
    /** Milliseconds since the epoch. */
    lastSuccessAt?: number;
    lastNewDataAt?: number;
  }>;
}

/** When a part was woken last, in milliseconds since the epoch, and what is wrong with it. */
export interface PartBeat {
  readonly part: string;
  readonly lastAt?: number;
  readonly problem?: string;
}

/** Traces that were sent, lost and wait; undefined: nothing is traced. */
export type TraceCounts = () => { taken: number; dropped: number; waiting: number } | undefined;

export interface MetricSources {
  readonly traces: TraceCounts;
  readonly lasts: LastOutcomes;
  readonly admission: Waiting;
  readonly deliveries: DeliveryCounts;
  readonly expectations?: ExpectationStates;
  readonly checks?: CheckResultCounts;
  /** What is watched in AWS. Undefined: this server knows no accounts. */
  readonly watched?: WatchedSource | undefined;
  /** Of the parts of this server. */
  beats(): readonly PartBeat[];
}

/** @param open executions that have not ended, by team */
export async function sourceFamilies(
  kernel: Kernel,
  sources: MetricSources,
  scope: Scope,
  open: ReadonlyMap<string, number>,
): Promise<Family[]> {
  const { admission, deliveries } = sources;
  const now = kernel.time.now();
  const waiting = [...admission.waiting()].filter(({ team }) => sees(scope, team));
  const waitingOf = new Map(waiting.map(({ team, count }) => [team, count]));
  const running = new Map(
    [...open].map(([team, count]) => [team, count - (waitingOf.get(team) ?? 0)]),
  );
  const ages: Sample[] = [];
  for (const { team, oldest } of waiting) {
    const record = await kernel.store.findExecution(oldest);
    if (record === undefined) continue;
    ages.push({ labels: { team }, value: Math.max(0, now - record.startedAt) / 1_000 });
  }
  return [
    gauge(
      'millrace_executions_running',
      'Executions that have begun and not ended',
      byTeam(running, scope),
    ),
    gauge(
      'millrace_executions_waiting',
      'Executions that wait until there is room for them',
      byTeam(waitingOf, scope),
    ),
    gauge(
      'millrace_queue_age_seconds',
      'How long the execution that waits longest for room has waited',
      ages,
    ),
    gauge(
      'millrace_deliveries_pending',
      'Events on their way to targets, or to be tried again',
      byTeam(deliveries.pending(), scope),
    ),
    gauge(
      'millrace_dead_letters',
      'Events that could not be delivered and are kept',
      byTeam(Object.entries(await deliveries.dead()), scope),
    ),
    ...(scope === 'everything' ? [await attemptAge(kernel, now), ...traceFamilies(sources)] : []),
    ...stateFamilies(sources, scope),
  ];
}

/** The oldest attempt that nobody has begun: it waits for a slot of its connector. */
async function attemptAge(kernel: Kernel, now: number): Promise<Family> {
  const [oldest] = await kernel.store.listAttempts({ status: 'scheduled', after: 0, limit: 1 });
  const value = oldest === undefined ? 0 : Math.max(0, now - oldest.attempt.scheduledAt) / 1_000;
  const help = 'How long the attempt that waits longest for a slot has waited';
  return gauge('millrace_attempt_queue_age_seconds', help, [{ labels: {}, value }]);
}

function traceFamilies({ traces }: MetricSources): Family[] {
  const counts = traces();
  if (counts === undefined) return [];
  const { taken, dropped, waiting } = counts;
  const one = (value: number): Sample[] => [{ labels: {}, value }];
  return [
    counter('millrace_trace_spans_total', 'Spans that the OTLP receiver has taken', one(taken)),
    counter(
      'millrace_traces_dropped_total',
      'Executions whose trace was lost, or not all of it taken',
      one(dropped),
    ),
    gauge('millrace_traces_waiting', 'Executions whose trace waits to be sent', one(waiting)),
  ];
}

function stateFamilies({ expectations, checks }: MetricSources, scope: Scope): Family[] {
  const families: Family[] = [];
  if (expectations !== undefined) {
    const help = 'Expectations, by the state in which they are';
    const samples = [...expectations.counts()]
      .filter(({ team }) => sees(scope, team))
      .map(({ team, state, count }) => ({ labels: { team, state }, value: count }));
    families.push(gauge('millrace_expectations', help, samples));
  }
  if (checks !== undefined) {
    const help = 'Check results since the server started, by status';
    const samples = [...checks.totals()]
      .filter(({ team }) => sees(scope, team))
      .map(({ team, status, count }) => ({ labels: { team, status }, value: count }));
    families.push({
      name: 'millrace_check_results_total',
      help,
      type: 'counter',
      samples: () => samples,
    });
  }
  return families;
}

function byTeam(counts: Iterable<readonly [string, number]>, scope: Scope): Sample[] {
  return [...counts]
    .filter(([team]) => sees(scope, team))
    .map(([team, value]) => ({ labels: { team }, value }));
}
