/**
 * What Prometheus is told of what runs in AWS without Millrace, and of the calls that are made there.
 *
 *     RunObserved ──commit──▶ counted by team, account, region, kind and status
 *     observers, calls to AWS ──scrape──▶ their own counts, in a bounded number of series
 *
 * Names of accounts are those of the accounts file, kinds those that Millrace knows: what a team calls its own is counted as `event`.
 * How looks, queues and calls go concerns the server and is for those who see everything.
 * @module
 */
import type { AwsCount } from '../../../aws/aws.js';
import { WATCHED_FIELDS } from '../../../pipelines/team-file/watch-section.js';
import type { ObservedRun } from '../../kernel/observed-run.js';
import { counter, type Family, gauge, type Labels, type Sample } from './family.js';
import { DURATION_BOUNDS, Histogram } from './histogram.js';
import { OTHER } from './metric-labels.js';

/** A kind of things in a region of an account, as the accounts file names it. */
interface WatchedPlace {
  readonly account: string;
  readonly region: string;
  readonly kind: string;
}

/** What observers know, asked at each scrape. */
export interface WatchedSource {
  /** What an account is called here. @param digits its 12 digits */
  accountName(digits: string): string;
  /** Things that are watched; times in milliseconds since the epoch. */
  things(): Iterable<WatchedPlace & { team: string; name: string; lastSuccessAt?: number }>;
  /** Looks since the server began, by what came of them. */
  looks(): Iterable<WatchedPlace & { outcome: string; count: number }>;
  /** How long the look has waited that is due longest, in milliseconds. */
  lateBy(): number;
  blind(): Iterable<WatchedPlace>;
  /** Queues of events since the server began; the lag of the last event in milliseconds. */
  queues(): Iterable<{
    account: string;
    region: string;
    events: number;
    unread: number;
    lag?: number;
  }>;
  /** Calls to AWS since the server began. */
  calls(): readonly AwsCount[];
}

const KINDS: ReadonlySet<string> = new Set(Object.values(WATCHED_FIELDS));
/** Series of one family; what is beyond is counted in one more. */
const MOST_SERIES = 10_000;
const LONGEST_NAME = 128;

export class WatchedCounts {
  readonly #runs: Map<string, { labels: Labels; value: number }> = new Map();
  readonly #durations: Map<string, { labels: Labels; histogram: Histogram }> = new Map();

  /** A run is over. */
  ended({ team, subject, seen }: ObservedRun, account: string): void {
    const kind = kindOf(subject.kind);
    const status = seen.status.toLowerCase();
    const labels = { team, account, region: subject.region, kind, status };
    const key = Object.values(labels).join(' ');
    const known = this.#runs.get(key) ?? { labels, value: 0 };
    known.value += 1;
    this.#runs.set(key, known);
    const { startedAt, endedAt } = seen;
    if (startedAt === undefined || endedAt === undefined) return;
    const of = `${team} ${kind}`;
    const timed = this.#durations.get(of) ?? {
      labels: { team, kind },
      histogram: new Histogram(DURATION_BOUNDS),
    };
    this.#durations.set(of, timed);
    timed.histogram.observe(Math.max(0, endedAt - startedAt) / 1_000);
  }

  /**
   * @param most things that have series of their own
   * @param mask what is secret in a name
   */
  families(
    source: WatchedSource,
    seen: (team: string) => boolean,
    most: number,
    mask: (text: string) => string,
  ): Family[] {
    const runs = [...this.#runs.values()].filter(({ labels }) => seen(labels.team ?? ''));
    const durations = [...this.#durations.values()].filter(({ labels }) => seen(labels.team ?? ''));
    return [
      {
        name: 'watched_last_success_unixtime',
        help: 'When a run of what is watched elsewhere last succeeded, in seconds since the epoch. Absent: never',
        type: 'gauge',
        samples: () => lastSuccesses(source, seen, most, mask),
      },
      counter(
        'millrace_watched_runs_total',
        'Runs elsewhere that were seen to end since the server started, by status',
        runs,
      ),
      {
        name: 'millrace_watched_duration_seconds',
        help: 'How long runs elsewhere took, by kind',
        type: 'histogram',
        *samples() {
          for (const { labels, histogram } of durations) yield* histogram.samples(labels);
        },
      },
    ];
  }
}

function kindOf(kind: string): string {
  return KINDS.has(kind) ? kind : 'event';
}

/** Of things beyond the bound, and of names that are the same when they are cut, the oldest: who asks must hear of that one. */
function* lastSuccesses(
  source: WatchedSource,
  seen: (team: string) => boolean,
  most: number,
  mask: (text: string) => string,
): Iterable<Sample> {
  const samples = new Map<string, { labels: Labels; value: number }>();
  let own = 0;
  for (const { team, account, region, kind, name, lastSuccessAt } of source.things()) {
    own += 1;
    if (lastSuccessAt === undefined || !seen(team)) continue;
    const isOwn = own <= most && name.length <= LONGEST_NAME;
    const labels: Labels = isOwn
      ? { watched: mask(name), kind: kindOf(kind), account, region, team }
      : { watched: OTHER, team };
    const key = JSON.stringify(labels);
    const value = lastSuccessAt / 1_000;
    const known = samples.get(key);
    if (known === undefined || value < known.value) samples.set(key, { labels, value });
  }
  yield* samples.values();
}

/** How the watching itself goes: for whoever runs the server. */
export function watchingFamilies(source: WatchedSource): Family[] {
  const things = new Map<string, { labels: Labels; value: number }>();
  for (const { account, region, kind } of source.things()) {
    add(things, { account, region, kind: kindOf(kind) }, 1);
  }
  const looks = new Map<string, { labels: Labels; value: number }>();
  for (const { account, region, kind, outcome, count } of source.looks()) {
    add(looks, { account, region, kind, outcome }, count);
  }
  const calls = new Map<string, { labels: Labels; value: number }>();
  for (const { account, region, service, action, ...counts } of source.calls()) {
    for (const outcome of ['answered', 'refused', 'throttled'] as const) {
      const labels = { account, region, service, action, outcome };
      if (counts[outcome] > 0) add(calls, labels, counts[outcome]);
    }
  }
  const queues = [...source.queues()];
  return [
    gauge('millrace_watched_things', 'Things elsewhere that are watched', [...things.values()]),
    counter(
      'millrace_watched_looks_total',
      'Looks at what is watched since the server started, by what came of them; incomplete: there was too much to see all',
      [...looks.values()],
    ),
    gauge('millrace_watched_look_age_seconds', 'How long the look that is due longest has waited', [
      { labels: {}, value: source.lateBy() / 1_000 },
    ]),
    gauge(
      'millrace_watched_blind',
      '1 for each kind of things in a region that cannot be seen',
      [...source.blind()].map(({ account, region, kind }) => ({
        labels: { account, region, kind },
        value: 1,
      })),
    ),
    counter(
      'millrace_watched_queue_messages_total',
      'Messages of queues of events that were taken since the server started; unread: no event',
      queues.flatMap(({ account, region, events, unread }) => [
        { labels: { account, region, outcome: 'event' }, value: events },
        { labels: { account, region, outcome: 'unread' }, value: unread },
      ]),
    ),
    gauge(
      'millrace_watched_queue_lag_seconds',
      'How long after it happened the last event of a queue was taken',
      queues.flatMap(({ account, region, lag }) =>
        lag === undefined ? [] : [{ labels: { account, region }, value: lag / 1_000 }],
      ),
    ),
    counter(
      'millrace_aws_calls_total',
      'Calls to AWS since the server started, each time they were sent, by outcome',
      [...calls.values()],
    ),
  ];
}

/** Who came first keeps a series of their own; what is beyond is not lost. */
function add(
  series: Map<string, { labels: Labels; value: number }>,
  labels: Labels,
  value: number,
): void {
  const key = Object.values(labels).join(' ');
  const isBeyond = !series.has(key) && series.size >= MOST_SERIES;
  const own = isBeyond ? folded(labels) : labels;
  const place = Object.values(own).join(' ');
  const known = series.get(place) ?? { labels: own, value: 0 };
  known.value += value;
  series.set(place, known);
}

function folded(labels: Labels): Labels {
  const entries = Object.entries(labels);
  return Object.fromEntries(entries.map(([name, one]) => [name, name === 'outcome' ? one : OTHER]));
}
