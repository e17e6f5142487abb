/**
 * What is counted by team and a few words whose number is known: outcomes, connectors. Bounded by what is installed, not by
 * what is stored.
 * @module
 */
import type { Exemplar, Family, Labels } from './family.js';
import { Histogram, LAG_BOUNDS } from './histogram.js';

type Kind = 'executions' | 'attempts' | 'events' | 'open';

interface Count {
  readonly labels: Labels & { readonly team: string };
  value: number;
  exemplar?: Exemplar;
}

const COUNTERS: readonly { kind: Kind; name: string; help: string }[] = [
  {
    kind: 'executions',
    name: 'millrace_executions_total',
    help: 'Executions that have ended since the server started, by outcome; skipped: never begun',
  },
  {
    kind: 'attempts',
    name: 'millrace_attempts_total',
    help: 'Attempts of tasks that have ended since the server started, by connector and outcome',
  },
  {
    kind: 'events',
    name: 'millrace_events_total',
    help: 'Events put on a bus since the server started',
  },
];

export class TeamCounts {
  readonly #counts: { readonly [Of in Kind]: Map<string, Count> } = {
    executions: new Map(),
    attempts: new Map(),
    events: new Map(),
    open: new Map(),
  };
  readonly #lags: Map<string, { labels: Labels; histogram: Histogram }> = new Map();

  add(kind: Kind, labels: Count['labels'], exemplar?: Exemplar): void {
    const count = this.change(kind, labels, 1);
    if (exemplar !== undefined) count.exemplar = exemplar;
  }

  change(kind: Kind, labels: Count['labels'], by: number): Count {
    const counts = this.#counts[kind];
    // Names of teams, connectors and outcomes hold no blank.
    const key = Object.values(labels).join(' ');
    const known = counts.get(key);
    if (known !== undefined) {
      known.value += by;
      return known;
    }
    const made: Count = { labels, value: by };
    counts.set(key, made);
    return made;
  }

  /** A schedule of the team has fired so many seconds after it was due. */
  lag(team: string, seconds: number): void {
    const lag = this.#lags.get(team) ?? { labels: { team }, histogram: new Histogram(LAG_BOUNDS) };
    this.#lags.set(team, lag);
    lag.histogram.observe(seconds);
  }

  /** Executions that have not ended, by team. */
  open(): ReadonlyMap<string, number> {
    return new Map([...this.#counts.open].map(([team, { value }]) => [team, value]));
  }

  families(seen: (team: string) => boolean): Family[] {
    const of = (kind: Kind): Count[] =>
      [...this.#counts[kind].values()].filter(({ labels }) => seen(labels.team));
    const lags = [...this.#lags].filter(([team]) => seen(team));
    return [
      ...COUNTERS.map(
        ({ kind, name, help }): Family => ({
          name,
          help,
          type: 'counter',
          samples: () => of(kind),
        }),
      ),
      {
        name: 'millrace_schedule_lag_seconds',
        help: 'How long after they were due schedules started their executions',
        type: 'histogram',
        *samples() {
          for (const [, { labels, histogram }] of lags) yield* histogram.samples(labels);
        },
      },
    ];
  }
}
