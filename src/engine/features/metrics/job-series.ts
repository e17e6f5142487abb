/**
 * What is counted of each job, a job being a deployed pipeline.
 *
 *     deployed ──▶ series of its own, or one of `other` when there are too many ──▶ executions end: counted ──▶ withdrawn: gone
 *
 * The number of series is bounded by the number of jobs that have their own: who came first keeps them. What is beyond is
 * not lost: it counts as the job `other` of its team, and how many jobs were folded so is a metric itself.
 * @module
 */
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type { PipelineRef } from '../../../store/store.js';
import type { Exemplar, Labels, Sample } from './family.js';
import { DURATION_BOUNDS, Histogram } from './histogram.js';
import { labelsOf, OTHER, type TagLabels } from './metric-labels.js';

/** Outcomes as labels: small letters, as they are shown to people. */
export type Outcome = string;

/** Money, in millionths. */
export interface Spent {
  readonly cost: number;
  readonly currency: string;
}

interface Counted {
  duration: Histogram | undefined;
  /** Millionths of a currency: whole, so that nothing gets lost. */
  spent: Spent | undefined;
  readonly outcomes: Map<Outcome, { value: number; labels: Labels }>;
}

interface Job extends Counted {
  readonly ref: PipelineRef;
  readonly labels: Labels;
  /** Milliseconds since the epoch: when its current version was deployed. */
  readonly deployedAt: number;
  /** Counted as `other`. */
  readonly isFolded: boolean;
}

export interface JobSeriesOptions {
  readonly tags: TagLabels;
  /** Jobs with series of their own, at most. */
  readonly jobs: number;
  /** Masks what is secret in a label's value. */
  readonly mask: (text: string) => string;
}

export class JobSeries {
  readonly #options: JobSeriesOptions;
  readonly #jobs: Map<string, Job> = new Map();
  /** What is counted of jobs without series of their own, by team. */
  readonly #others: Map<string, Counted & { labels: Labels }> = new Map();
  #own = 0;

  constructor(options: JobSeriesOptions) {
    this.#options = options;
  }

  /** Jobs that are counted as `other`. */
  get folded(): number {
    return this.#jobs.size - this.#own;
  }

  /** Series of jobs that are there, or are there again with other tags. What was counted stays. */
  deployed(ref: PipelineRef, tags: { readonly [key: string]: string }, deployedAt: number): void {
    const key = pipelineKey(ref);
    const known = this.#jobs.get(key);
    const labels = this.#labels(ref, tags);
    const isFolded = known?.isFolded ?? this.#own >= this.#options.jobs;
    if (known === undefined && !isFolded) this.#own += 1;
    const outcomes = new Map<Outcome, { value: number; labels: Labels }>();
    for (const [outcome, { value }] of known?.outcomes ?? []) {
      outcomes.set(outcome, { value, labels: { ...labels, outcome } });
    }
    this.#jobs.set(key, {
      ref,
      labels,
      deployedAt,
      isFolded,
      duration: known?.duration,
      spent: known?.spent,
      outcomes,
    });
  }

  /** A pipeline that nobody deploys any longer has no series: an alert about it would never end. */
  withdrawn(key: string): void {
    const job = this.#jobs.get(key);
    if (job === undefined) return;
    this.#jobs.delete(key);
    if (!job.isFolded) this.#own -= 1;
  }

  /**
   * An execution has ended.
   * @param seconds from its start to its end
   * @param spent what it cost since it was redriven last
   */
  ended(
    ref: PipelineRef,
    outcome: Outcome,
    seconds: number,
    exemplar: Exemplar,
    spent?: Spent,
  ): void {
    const job = this.#jobs.get(pipelineKey(ref));
    // It ran on after its pipeline was withdrawn.
    if (job === undefined) return;
    const counted = job.isFolded ? this.#other(ref.team) : job;
    const labels = 'labels' in counted ? (counted.labels as Labels) : job.labels;
    counted.duration ??= new Histogram(DURATION_BOUNDS);
    counted.duration.observe(seconds, exemplar);
    if (spent !== undefined) {
      const before = counted.spent?.currency === spent.currency ? counted.spent.cost : 0;
      counted.spent = { ...spent, cost: before + spent.cost };
    }
    const known = counted.outcomes.get(outcome);
    if (known === undefined)
      counted.outcomes.set(outcome, { value: 1, labels: { ...labels, outcome } });
    else known.value += 1;
  }

  /**
   * One number of each job. Of those that are counted together the smallest: who asks for the last success must hear of the
   * one that is oldest.
   * @param of undefined: there is none
   */
  *each(
    seen: (team: string) => boolean,
    of: (ref: PipelineRef, deployedAt: number) => number | undefined,
  ): Iterable<Sample> {
    const least = new Map<string, number>();
    for (const { ref, labels, deployedAt, isFolded } of this.#jobs.values()) {
      if (!seen(ref.team)) continue;
      const value = of(ref, deployedAt);
      if (value === undefined) continue;
      if (!isFolded) yield { labels, value };
      else least.set(ref.team, Math.min(value, least.get(ref.team) ?? value));
    }
    for (const [team, value] of least) yield { labels: this.#other(team).labels, value };
  }

  *durations(seen: (team: string) => boolean): Iterable<Sample> {
    for (const { labels, duration } of this.#visible(seen)) {
      if (duration !== undefined) yield* duration.samples(labels);
    }
  }

  *costs(seen: (team: string) => boolean): Iterable<Sample> {
    for (const { labels, spent } of this.#visible(seen)) {
      if (spent === undefined) continue;
      const { currency, cost } = spent;
      yield { labels: { ...labels, currency }, value: cost / 1_000_000 };
    }
  }

  *outcomes(seen: (team: string) => boolean): Iterable<Sample> {
    for (const { outcomes } of this.#visible(seen)) yield* outcomes.values();
  }

  *#visible(seen: (team: string) => boolean): Iterable<Counted & { labels: Labels }> {
    for (const job of this.#jobs.values()) if (!job.isFolded && seen(job.ref.team)) yield job;
    for (const [team, counted] of this.#others) if (seen(team)) yield counted;
  }

  #other(team: string): Counted & { labels: Labels } {
    const known = this.#others.get(team);
    if (known !== undefined) return known;
    const made = {
      labels: { job: OTHER, team },
      duration: undefined,
      spent: undefined,
      outcomes: new Map(),
    };
    this.#others.set(team, made);
    return made;
  }

  #labels(ref: PipelineRef, tags: { readonly [key: string]: string }): Labels {
    const { mask, tags: chosen } = this.#options;
    const labels = labelsOf(ref, tags, chosen);
    return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, mask(value)]));
  }
}
