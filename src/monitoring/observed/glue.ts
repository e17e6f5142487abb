/**
 * Runs of AWS Glue: jobs, workflows, crawlers, rulesets of data quality, and what a catalog holds.
 *
 * Answers: https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html, …/API_WorkflowRun.html, …/API_CrawlerHistory.html,
 * …/API_DataQualityResult.html. Events: https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
 * @module
 */
import type { ObservedStatus, SeenRun } from './observed-run.js';
import { instant, known, number, object, objects, type Told, text } from './told.js';

const JOB: { readonly [state: string]: ObservedStatus } = {
  ...{ STARTING: 'RUNNING', RUNNING: 'RUNNING', STOPPING: 'RUNNING', WAITING: 'RUNNING' },
  ...{ SUCCEEDED: 'SUCCEEDED', STOPPED: 'ABORTED', TIMEOUT: 'TIMED_OUT' },
  ...{ FAILED: 'FAILED', ERROR: 'FAILED', EXPIRED: 'FAILED' },
};

/** A run of a job, as GetJobRuns tells it. */
export function glueJobRun(run: Told): SeenRun | undefined {
  const [name, id] = [text(run.JobName), text(run.Id)];
  const state = text(run.JobRunState);
  if (name === undefined || id === undefined || state === undefined) return undefined;
  const status = JOB[state] ?? 'UNKNOWN';
  const startedAt = instant(run.StartedOn);
  const seconds = number(run.ExecutionTime);
  const reported = number(run.DPUSeconds);
  const capacity = number(run.MaxCapacity);
  const dpuSeconds =
    reported ?? (seconds === undefined || capacity === undefined ? undefined : seconds * capacity);
  const retries = number(run.Attempt);
  return {
    ...{ kind: 'glue-job', name, id, attempt: 0, status },
    ...known({
      startedAt,
      endedAt: status === 'RUNNING' ? undefined : endOf(run, startedAt, seconds),
      cause: status === 'SUCCEEDED' ? undefined : (text(run.ErrorMessage) ?? bare(state)),
      units: dpuSeconds === undefined ? undefined : { dpuSeconds },
      retries: retries === 0 ? undefined : retries,
    }),
  };
}

/** Servers that stand in for AWS tell no end, or the start as the end: then what it took says more. */
function endOf(
  run: Told,
  startedAt: number | undefined,
  seconds: number | undefined,
): number | undefined {
  const told = instant(run.CompletedOn) ?? instant(run.LastModifiedOn);
  if (told !== undefined) return told;
  return startedAt === undefined || seconds === undefined ? undefined : startedAt + seconds * 1000;
}

/** A state that is a word for itself; failures that say nothing more are told by their state. */
function bare(state: string): string | undefined {
  return state === 'RUNNING' || state === 'STARTING' || state === 'FAILED' ? undefined : state;
}

/** `Glue Job State Change`: tells the end, and neither the begin nor what was used. */
export function glueJobEvent(detail: Told, time: number | undefined): SeenRun | undefined {
  const [name, id, state] = [text(detail.jobName), text(detail.jobRunId), text(detail.state)];
  if (name === undefined || id === undefined || state === undefined) return undefined;
  const status = JOB[state] ?? 'UNKNOWN';
  const isOver = status !== 'RUNNING';
  return {
    ...{ kind: 'glue-job', name, id, attempt: 0, status, isPartial: true as const },
    ...known({
      startedAt: isOver ? undefined : time,
      endedAt: isOver ? time : undefined,
      cause: status === 'SUCCEEDED' ? undefined : (text(detail.message) ?? bare(state)),
    }),
  };
}

const COUNTED = ['Failed', 'Timeout', 'Stopped', 'Errored'] as const;

/**
 * A run of a workflow, as GetWorkflowRuns tells it. COMPLETED says that nothing runs any more: it has succeeded when every
 * action has.
 */
export function glueWorkflowRun(run: Told): SeenRun | undefined {
  const [name, id, state] = [text(run.Name), text(run.WorkflowRunId), text(run.Status)];
  if (name === undefined || id === undefined || state === undefined) return undefined;
  const statistics = object(run.Statistics) ?? {};
  const count = (member: string): number => number(statistics[`${member}Actions`]) ?? 0;
  const total = number(statistics.TotalActions);
  const bad = COUNTED.reduce((sum, member) => sum + count(member), 0);
  const isWhole = total === undefined || (bad === 0 && count('Succeeded') >= total);
  const status = workflowStatus(state, isWhole);
  const numbers = known({
    actions: total,
    actionsSucceeded: number(statistics.SucceededActions),
    actionsFailed: total === undefined ? undefined : bad,
  });
  return {
    ...{ kind: 'glue-workflow', name, id, attempt: 0, status },
    ...known({
      startedAt: instant(run.StartedOn),
      endedAt: status === 'RUNNING' ? undefined : instant(run.CompletedOn),
      cause:
        status === 'SUCCEEDED' || status === 'RUNNING'
          ? undefined
          : workflowCause(run, state, total, count('Succeeded')),
      numbers: Object.keys(numbers).length === 0 ? undefined : numbers,
    }),
  };
}

function workflowStatus(state: string, isWhole: boolean): ObservedStatus {
  if (state === 'RUNNING' || state === 'STOPPING') return 'RUNNING';
  if (state === 'COMPLETED') return isWhole ? 'SUCCEEDED' : 'FAILED';
  if (state === 'STOPPED') return 'ABORTED';
  return state === 'ERROR' || state === 'FAILURE' ? 'FAILED' : 'UNKNOWN';
}

/** What the nodes that failed say; without the graph, how many did. */
function workflowCause(run: Told, state: string, total = 0, succeeded: number): string {
  const own = text(run.ErrorMessage);
  if (own !== undefined) return own;
  const failed = objects(object(run.Graph)?.Nodes).flatMap((node) => {
    const name = text(node.Name) ?? 'a node';
    const jobs = objects(object(node.JobDetails)?.JobRuns).flatMap((one) => {
      const status = JOB[text(one.JobRunState) ?? ''];
      if (status === undefined || status === 'RUNNING' || status === 'SUCCEEDED') return [];
      const words = text(one.ErrorMessage) ?? text(one.JobRunState);
      return [`job ${text(one.JobName) ?? name}: ${words}`];
    });
    const crawls = objects(object(node.CrawlerDetails)?.Crawls).flatMap((one) => {
      if (text(one.State) !== 'FAILED' && text(one.State) !== 'CANCELLED') return [];
      return [`crawler ${name}: ${text(one.ErrorMessage) ?? text(one.State)}`];
    });
    return [...jobs, ...crawls];
  });
  if (failed.length > 0) return failed.join('; ');
  const missed = total - succeeded;
  return total > 0 && missed > 0 ? `${missed} of ${total} actions did not succeed` : state;
}

/** A crawl, as ListCrawls tells it. */
export function glueCrawl(name: string, crawl: Told): SeenRun | undefined {
  const [id, state] = [text(crawl.CrawlId), text(crawl.State)];
  if (id === undefined || state === undefined) return undefined;
  const status: ObservedStatus =
    state === 'COMPLETED'
      ? 'SUCCEEDED'
      : state === 'RUNNING'
        ? 'RUNNING'
        : state === 'STOPPED'
          ? 'ABORTED'
          : 'FAILED';
  const hours = number(crawl.DPUHour);
  return {
    ...{ kind: 'glue-crawler', name, id, attempt: 0, status },
    ...known({
      startedAt: instant(crawl.StartTime),
      endedAt: status === 'RUNNING' ? undefined : instant(crawl.EndTime),
      cause: status === 'SUCCEEDED' ? undefined : text(crawl.ErrorMessage),
      units: hours === undefined ? undefined : { dpuSeconds: Math.round(hours * 3600) },
      numbers: crawlNumbers(text(crawl.Summary)),
    }),
  };
}

/** `{"TABLE":"{\"ADD\":\"{\\\"Count\\\":1}\"}"}`: JSON in texts in JSON, as the service writes it, or plain. */
export function crawlNumbers(
  summary: string | undefined,
): { readonly [name: string]: number } | undefined {
  const opened = opening(summary, 4);
  if (opened === undefined) return undefined;
  const numbers: { [name: string]: number } = {};
  for (const [what, word] of [
    ['TABLE', 'tables'],
    ['PARTITION', 'partitions'],
  ] as const) {
    const changes = object(opened[what]) ?? {};
    for (const [change, done] of [
      ['ADD', 'Added'],
      ['UPDATE', 'Updated'],
      ['DELETE', 'Deleted'],
    ] as const) {
      const counted = object(changes[change]);
      const count = number(counted?.Count) ?? number(counted?.count);
      if (count !== undefined) numbers[`${word}${done}`] = count;
    }
  }
  return Object.keys(numbers).length === 0 ? undefined : numbers;
}

/** Opens JSON in texts, so many deep. */
function opening(value: unknown, depth: number): Told | undefined {
  let opened = value;
  if (typeof value === 'string') {
    try {
      opened = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  const found = object(opened);
  if (found === undefined || depth === 0) return found;
  return Object.fromEntries(
    Object.entries(found).map(([name, one]) => [name, opening(one, depth - 1) ?? one]),
  );
}

const QUALITY: { readonly [status: string]: ObservedStatus } = {
  ...{ STARTING: 'RUNNING', RUNNING: 'RUNNING', STOPPING: 'RUNNING' },
  ...{ SUCCEEDED: 'SUCCEEDED', STOPPED: 'ABORTED', TIMEOUT: 'TIMED_OUT', FAILED: 'FAILED' },
};

/** A result of a ruleset, as BatchGetDataQualityResult tells it: a rule that fails fails the run. */
export function glueQualityResult(result: Told): SeenRun | undefined {
  const [id, name] = [text(result.ResultId), text(result.RulesetName)];
  if (id === undefined || name === undefined) return undefined;
  const rules = objects(result.RuleResults);
  const failed = rules.filter(({ Result }) => Result === 'FAIL' || Result === 'ERROR');
  const words = failed.map((rule) => {
    const rest = text(rule.EvaluationMessage);
    return `${text(rule.Description) ?? text(rule.Name) ?? 'a rule'}${rest === undefined ? '' : `: ${rest}`}`;
  });
  return qualityRun({
    ...{ id, name, score: number(result.Score), failed: failed.length, words: words.join('; ') },
    passed: rules.filter(({ Result }) => Result === 'PASS').length,
    startedAt: instant(result.StartedOn),
    endedAt: instant(result.CompletedOn),
  });
}

/** `Data Quality Evaluation Results Available`. */
export function glueQualityEvents(detail: Told, time: number | undefined): SeenRun[] {
  const id = text(detail.resultID) ?? text(detail.resultId);
  const names = Array.isArray(detail.rulesetNames) ? detail.rulesetNames : [];
  const state = QUALITY[text(detail.state) ?? ''];
  if (id === undefined) return [];
  return names.flatMap((name): SeenRun[] => {
    if (text(name) === undefined) return [];
    const run = qualityRun({
      ...{ id, name: String(name), score: number(detail.score), words: '' },
      failed: number(detail.rulesFailed) ?? 0,
      passed: number(detail.rulesSucceeded) ?? 0,
      startedAt: undefined,
      endedAt: time,
    });
    const isWorse = state !== undefined && state !== 'SUCCEEDED' && run.status === 'SUCCEEDED';
    return [{ ...run, ...(isWorse ? { status: state } : {}), isPartial: true }];
  });
}

function qualityRun(of: {
  id: string;
  name: string;
  score: number | undefined;
  failed: number;
  passed: number;
  words: string;
  startedAt: number | undefined;
  endedAt: number | undefined;
}): SeenRun {
  const { id, name, score, failed, passed, words, startedAt, endedAt } = of;
  const scored = score === undefined ? '' : ` (score ${Math.round(score * 100)} %)`;
  const counted = `${failed} of ${failed + passed} rules failed${scored}`;
  return {
    ...{ kind: 'glue-data-quality', name, id, attempt: 0 },
    status: failed === 0 ? 'SUCCEEDED' : 'FAILED',
    ...known({
      ...{ startedAt, endedAt },
      cause: failed === 0 ? undefined : words === '' ? counted : `${counted}: ${words}`,
    }),
    numbers: {
      rulesPassed: passed,
      rulesFailed: failed,
      ...(score === undefined ? {} : { score: Math.round(score * 100) }),
    },
  };
}

/** What a database of the catalog holds. */
export interface CatalogCounts {
  readonly tables: number;
  readonly partitions: number;
  readonly indexes: number;
}

/**
 * A look at a catalog as a run of it: how it has grown since the look before. What has become less is warned of.
 * @param before undefined: nobody has looked yet
 */
export function catalogRun(
  name: string,
  now: number,
  counts: CatalogCounts,
  before: CatalogCounts | undefined,
): SeenRun {
  const { tables, partitions, indexes } = counts;
  const grown = {
    tables: tables - (before?.tables ?? tables),
    partitions: partitions - (before?.partitions ?? partitions),
    indexes: indexes - (before?.indexes ?? indexes),
  };
  const lost = Object.entries(grown).filter(([, change]) => change < 0);
  const words = lost.map(([what, change]) => `${-change} ${what} fewer than before`);
  return {
    ...{ kind: 'glue-catalog', name, id: `look-${now}`, attempt: 0, status: 'SUCCEEDED' },
    ...{ startedAt: now, endedAt: now },
    numbers: {
      ...{ tables, partitions, indexes },
      ...{ tablesAdded: grown.tables, partitionsAdded: grown.partitions },
      indexesAdded: grown.indexes,
    },
    ...(words.length === 0 ? {} : { warning: words.join(', ') }),
  };
}
