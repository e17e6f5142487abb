/**
 * Metric families: a name, what it means, and its samples. What is counted here is plain data; how it is written down for
 * Prometheus is the business of `http/metrics/`.
 *
 * Samples are made while they are read, so that a family of a hundred thousand of them is never in memory as a whole and
 * whoever writes them down can let others go first.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ and the OpenMetrics 1.0 specification.
 * @module
 */

/** Labels by name. The same object for the same series, always: what is derived from it can be kept. */
export type Labels = { readonly [name: string]: string };

/** One execution that a sample came from. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Seconds since the epoch. */
  readonly at: number;
}

export interface Sample {
  /** Added to the family's name: `_bucket`, `_sum`, `_count`. Default: nothing. */
  readonly suffix?: string;
  readonly labels: Labels;
  /** Upper bound of a bucket: `0.5`, `+Inf`. */
  readonly le?: string;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

export interface Family {
  /** Of a counter with its `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'summary';
  samples(): Iterable<Sample>;
}

/**
 * A family whose samples are known.
 * @example gauge('millrace_executions_running', 'Executions that have begun', [{ labels: { team: 'a' }, value: 3 }])
 */
export function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples: () => samples };
}

/** The same for numbers that only grow. @example counter('millrace_turns_total', 'Commits', [{ labels: {}, value: 3 }]) */
export function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'counter', samples: () => samples };
}
