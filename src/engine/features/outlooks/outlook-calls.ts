/**
 * `engine.outlooks`: what is usual of a pipeline, where it is going, and which limits it will cross.
 * @module
 */
import { wallTime } from '../../../events/schedules/time-zone.js';
import { baselineOf } from '../../../monitoring/baselines/baseline.js';
import { forecast } from '../../../monitoring/baselines/forecast.js';
import { usualAt } from '../../../monitoring/baselines/judge.js';
import type { MetricName } from '../../../monitoring/baselines/metric.js';
import { suggestThresholds } from '../../../monitoring/baselines/thresholds.js';
import type { CheckResult } from '../../../monitoring/check-result.js';
import { parseSubjectKey, type Subject } from '../../../monitoring/subject.js';
import type { PipelineRef } from '../../../store/store.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, sees } from '../../kernel/scope.js';
import type { OutlookRow } from './outlook-table.js';
import type { LimitOf, Outlooks } from './outlooks.js';
import { samplesOf } from './outlooks.js';

/** A limit that will be crossed, or was looked at. Times in milliseconds since the epoch. */
export interface Outlook extends Omit<OutlookRow, 'subject'> {
  readonly subject: Subject;
}

/** One metric of a pipeline. */
export interface MetricOutlook {
  readonly metric: MetricName;
  /** What is usual and where it goes, in words. */
  readonly usual: string;
  readonly forecast: string;
  readonly limit?: number;
  /** What is usual at the time of each of the last results, the oldest first. */
  readonly band: {
    readonly at: number;
    readonly low: number;
    readonly typical: number;
    readonly high: number;
  }[];
}

export interface OutlookCalls {
  /** Those that are foreseen, the soonest first. */
  foreseen(scope: Scope): Outlook[];
  /** Of one pipeline. Throws PipelineNotFound and PipelineAmbiguous. */
  of(scope: Scope, pipeline: string): Promise<MetricOutlook[]>;
}

const METRIC_NAMES: readonly MetricName[] = ['duration', 'rows', 'bytes', 'startLag', 'cost'];
/** Results that what is usual is learned from, and of which it is shown. */
const MOST_RESULTS = 2_184;
const SHOWN = 200;

interface Parts {
  readonly kernel: Pick<Kernel, 'time'>;
  readonly outlooks: Outlooks;
  find(scope: Scope, pipeline: string): PipelineRef;
  keyOf(team: string, pipeline: string): string;
  results(team: string, subject: string, limit: number): Promise<CheckResult[]>;
  limitsOf(team: string, subject: string): readonly LimitOf[];
  zoneOf(pipeline: PipelineRef): string;
}

export function outlookCalls(parts: Parts): OutlookCalls {
  return {
    foreseen: (scope) =>
      [...parts.outlooks.all()]
        .filter(({ team, state }) => state === 'foreseen' && sees(scope, team))
        .sort((a, b) => (a.crossesAt ?? 0) - (b.crossesAt ?? 0))
        .map(({ subject, ...row }) => ({ ...row, subject: parseSubjectKey(subject) as Subject })),
    async of(scope, pipeline) {
      const found = parts.find(scope, pipeline);
      const { team, name } = found;
      const subject = parts.keyOf(team, name);
      const results = await parts.results(team, subject, MOST_RESULTS);
      const now = parts.kernel.time.now();
      const zoneName = parts.zoneOf(found);
      const zone = { name: zoneName, wall: (instant: number) => wallTime(zoneName, instant) };
      const limits = parts.limitsOf(team, subject);
      return METRIC_NAMES.flatMap((metric): MetricOutlook[] => {
        const samples = samplesOf(results, metric);
        if (samples.length === 0) return [];
        const baseline = baselineOf(samples, { metric, zone, now });
        const limit = limits.find((one) => one.metric === metric)?.limit;
        const options = limit === undefined ? { metric, zone, now } : { metric, zone, now, limit };
        const band = baseline.known
          ? samples
              .slice(0, SHOWN)
              .map(({ at }) => {
                const { low, typical, high } = usualAt(baseline, zone.wall(at)).usual;
                return { at, low, typical, high };
              })
              .reverse()
          : [];
        const bound = limit === undefined ? undefined : 'most' in limit ? limit.most : limit.least;
        return [
          {
            metric,
            usual: suggestThresholds(baseline, samples, { zone, now }).words,
            forecast: forecast(samples, options).words,
            ...(bound === undefined ? {} : { limit: bound }),
            band,
          },
        ];
      });
    },
  };
}
