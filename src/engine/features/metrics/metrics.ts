/**
 * Metrics: what Prometheus is told of jobs, executions, queues and the engine itself.
 *
 *     fact ──commit──▶ counted in memory (begins anew with each start, as Prometheus expects of counters)
 *     when each job last succeeded ◀── the series of its check results, so that a restart changes no answer
 *
 *     scrape ──▶ families, sample by sample ──▶ http/metrics writes them down a slice at a time
 *
 * Nothing is counted before it is durable. Children of distributed Maps are no jobs and are left out. A caller sees the
 * series of its teams; what concerns the server as a whole is for those who see everything.
 * @module
 */
import { isOver } from '../../../monitoring/observed/observed-run.js';
import { pipelineOf } from '../../../store/pipeline-ref.js';
import type { PipelineRef } from '../../../store/store.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, sees } from '../../kernel/scope.js';
import { isTestRun } from '../../kernel/test-runs.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { engineFamilies } from './engine-families.js';
import type { Family } from './family.js';
import { JOB_OUTCOMES, type JobOutcome } from './job-outcomes.js';
import { JobSeries } from './job-series.js';
import { type MetricsConfig, MOST_JOBS, tagLabels } from './metric-labels.js';
import { type Lasts, type MetricSources, sourceFamilies } from './sources.js';
import { TeamCounts } from './team-counts.js';
import { WatchedCounts, watchingFamilies } from './watched-families.js';

/** `engine.metrics`. */
export interface MetricsCalls {
  /**
   * What Prometheus is told, of the things in a scope. Families come in a fixed order; samples are made while they are read.
   * @example for (const family of await engine.metrics.families(EVERYTHING)) for (const sample of family.samples()) …
   */
  families(scope: Scope): Promise<Family[]>;
}

const PAGE = 1_000;

export class Metrics implements Feature, MetricsCalls {
  readonly name = 'metrics';
  readonly tables = [JOB_OUTCOMES];
  readonly #kernel: Kernel;
  readonly #sources: MetricSources;
  /** Of before there were check results: read, and not written any more. */
  readonly #outcomes: RowMap<JobOutcome> = new RowMap(JOB_OUTCOMES);
  readonly #jobs: JobSeries;
  readonly #counts: TeamCounts = new TeamCounts();
  readonly #watched: WatchedCounts = new WatchedCounts();
  readonly #most: number;

  /** @throws MetricTagsError for tags that cannot be labels */
  constructor(kernel: Kernel, config: MetricsConfig, sources: MetricSources) {
    this.#kernel = kernel;
    this.#sources = sources;
    this.#most = config.jobs ?? MOST_JOBS;
    this.#jobs = new JobSeries({
      tags: tagLabels(config.tags ?? []),
      jobs: this.#most,
      mask: (text) => kernel.secrets.text(text),
    });
    const counts = this.#counts;
    kernel.hooks.observeAttempts({
      ended({ creation }, { kind }, outcome) {
        if (isTestRun(creation)) return;
        const { team } = creation;
        counts.add('attempts', { team, connector: kind, outcome: outcome.type });
      },
    });
  }

  async open(): Promise<void> {
    await this.#outcomes.open(this.#kernel.store);
    await this.#countOpen();
  }

  /** Executions that had not ended when the server did. */
  async #countOpen(): Promise<void> {
    for (let below: number | undefined; ; ) {
      const page = await this.#kernel.store.listExecutionHeads({
        status: 'RUNNING',
        ...(below === undefined ? {} : { below }),
        limit: PAGE,
      });
      for (const { team } of page) this.#counts.change('open', { team }, 1);
      if (page.length < PAGE) return;
      below = page.at(-1)?.number;
    }
  }

  /** What ended before there were check results, once. */
  async begin(): Promise<void> {
    const isKnown = this.#outcomes.size > 0 || this.#sources.lasts.areKnown();
    if (isKnown || (await this.#kernel.store.lastExecutionNumber()) === 0) return;
    for (const { ref } of this.#kernel.machines.all()) {
      const row = await this.#lastKnown(ref);
      if (row !== undefined) await this.#kernel.write((turn) => this.#outcomes.put(turn, row));
    }
  }

  async #lastKnown(pipeline: PipelineRef): Promise<JobOutcome | undefined> {
    const { store } = this.#kernel;
    const [last] = await store.listExecutionHeads({ pipeline, limit: 1 });
    if (last?.stoppedAt === undefined) return undefined;
    const [good] = await store.listExecutionHeads({ pipeline, status: 'SUCCEEDED', limit: 1 });
    const { team, name } = pipeline;
    const succeededAt = good?.stoppedAt === undefined ? {} : { succeededAt: good.stoppedAt };
    return { team, pipeline: name, endedAt: last.stoppedAt, ...succeededAt };
  }

  deployed({ ref, record, deployment }: LoadedMachine): void {
    this.#jobs.deployed(ref, deployment.tags, record.deployedAt);
  }

  withdrawn(key: string): void {
    this.#jobs.withdrawn(key);
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'EventStored') {
      const { team } = fact.event;
      turn.afterCommit(() => this.#counts.add('events', { team }));
      return;
    }
    const { watched } = this.#sources;
    if (fact.type === 'RunObserved' && watched !== undefined && isOver(fact.run.seen)) {
      const account = watched.accountName(fact.run.subject.account);
      turn.afterCommit(() => this.#watched.ended(fact.run, account));
      return;
    }
    switch (fact.type) {
      case 'ExecutionBegun':
      case 'ExecutionRedriven':
      case 'ExecutionEnded':
        if (fact.execution.creation.mapRun === undefined) this.#changed(turn, fact);
        return;
      default:
    }
  }

  #changed(
    turn: Turn,
    {
      type,
      execution,
    }: Extract<Fact, { type: 'ExecutionBegun' | 'ExecutionRedriven' | 'ExecutionEnded' }>,
  ): void {
    const { team } = execution.creation;
    if (type === 'ExecutionBegun') turn.afterCommit(() => this.#begun(execution));
    else if (type === 'ExecutionRedriven') {
      turn.afterCommit(() => this.#counts.change('open', { team }, 1));
    } else this.#ended(turn, execution);
  }

  #begun({ creation }: ActiveExecution): void {
    const { team, triggeredBy, startedAt } = creation;
    this.#counts.change('open', { team }, 1);
    if (triggeredBy?.type !== 'schedule' || typeof triggeredBy.at !== 'string') return;
    const due = Date.parse(triggeredBy.at);
    if (Number.isFinite(due)) this.#counts.lag(team, (startedAt - due) / 1_000);
  }

  #ended(turn: Turn, active: ActiveExecution): void {
    const { creation, state, stoppedAt } = active;
    const { team, id, startedAt } = creation;
    const endedAt = stoppedAt ?? this.#kernel.time.now();
    if (wasSkipped(active)) {
      turn.afterCommit(() => this.#counts.add('executions', { team, outcome: 'skipped' }));
      return;
    }
    const outcome = state.header.status.toLowerCase();
    const { cost, currency } = state.header;
    const spent = cost === undefined || currency === undefined ? undefined : { cost, currency };
    turn.afterCommit(() => {
      const seconds = (endedAt - startedAt) / 1_000;
      const exemplar = { labels: { execution_id: id }, value: seconds, at: endedAt / 1_000 };
      this.#counts.change('open', { team }, -1);
      this.#counts.add('executions', { team, outcome }, { ...exemplar, value: 1 });
      this.#jobs.ended(pipelineOf(creation), outcome, seconds, exemplar, spent);
    });
  }

  async families(scope: Scope): Promise<Family[]> {
    const seen = (team: string): boolean => sees(scope, team);
    const { watched } = this.#sources;
    const mask = (text: string): string => this.#kernel.secrets.text(text);
    return [
      ...this.#jobFamilies(seen),
      ...this.#counts.families(seen),
      ...(await sourceFamilies(this.#kernel, this.#sources, scope, this.#counts.open())),
      ...(scope === 'everything'
        ? engineFamilies(this.#kernel, this.#jobs.folded, this.#sources.beats())
        : []),
      ...(watched === undefined ? [] : this.#watched.families(watched, seen, this.#most, mask)),
      ...(watched === undefined || scope !== 'everything' ? [] : watchingFamilies(watched)),
    ];
  }

  /** Its check results know, and what was kept before there were any. */
  #lasts({ team, name }: PipelineRef): Lasts {
    const { success, end } = this.#sources.lasts.of(team, name);
    const before = this.#outcomes.durable(team, name);
    const succeeded = success ?? before?.succeededAt;
    const ended = end ?? before?.endedAt;
    return {
      ...(succeeded === undefined ? {} : { success: succeeded }),
      ...(ended === undefined ? {} : { end: ended }),
    };
  }

  #jobFamilies(seen: (team: string) => boolean): Family[] {
    const jobs = this.#jobs;
    const seconds = (at: number | undefined): number | undefined => at && at / 1_000;
    return [
      {
        name: 'job_last_success_unixtime',
        help: 'When an execution of the job last succeeded, in seconds since the epoch. Absent: never',
        type: 'gauge',
        samples: () => jobs.each(seen, (ref) => seconds(this.#lasts(ref).success)),
      },
      {
        name: 'job_last_end_unixtime',
        help: 'When an execution of the job last ended, whatever came of it, in seconds since the epoch. Absent: never',
        type: 'gauge',
        samples: () => jobs.each(seen, (ref) => seconds(this.#lasts(ref).end)),
      },
      {
        name: 'job_deployed_unixtime',
        help: 'When the current version of the job was deployed, in seconds since the epoch',
        type: 'gauge',
        samples: () => jobs.each(seen, (_, deployedAt) => seconds(deployedAt)),
      },
      {
        name: 'job_duration_seconds',
        help: 'How long executions of the job took, from their start to their end',
        type: 'histogram',
        samples: () => jobs.durations(seen),
      },
      {
        name: 'job_executions_total',
        help: 'Executions of the job that have ended since the server started, by outcome',
        type: 'counter',
        samples: () => jobs.outcomes(seen),
      },
      {
        name: 'job_cost_total',
        help: 'What executions of the job that have ended since the server started cost, by currency',
        type: 'counter',
        samples: () => jobs.costs(seen),
      },
    ];
  }
}
