/**
 * How a pipeline behaves: duration, rows, bytes, start lag and cost of its last results. Loaded only where it is shown.
 * @module
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement, useMemo } from 'react';
import { expectationsQuery, outlookQuery, seriesQuery } from '../api/queries.js';
import type { CheckResult, MetricOutlook } from '../api/types.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { formatDuration } from '../format/duration.js';
import { money } from '../format/money.js';
import { printable } from '../format/printable.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Chart } from './chart.js';
import styles from './chart.module.css';
import { bandFrom, bandOf, type Measure, pointsOf } from './measures.js';

const MINUTE = 60_000;
const DECIMAL = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12].flatMap(
  (step) => [step, 2 * step, 5 * step],
);
/** Milliseconds: steps that are whole seconds, minutes, hours. */
const TIMES = [
  ...DECIMAL.filter((step) => step < 10_000),
  ...[
    1 / 6,
    1 / 4,
    1 / 2,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    240,
    360,
    720,
    1440,
    2880,
    7200,
    14400,
  ].map((minutes) => minutes * MINUTE),
];

interface Drawn {
  measure: Measure;
  /** As outlooks name it. */
  metric: MetricOutlook['metric'];
  /** How sentences begin that promise it. */
  promised: string;
  title: string;
  format: (value: number) => string;
  increments: readonly number[];
}

const CHARTS: readonly Drawn[] = [
  {
    measure: 'duration',
    metric: 'duration',
    promised: 'finishes within',
    title: 'Duration',
    format: formatDuration,
    increments: TIMES,
  },
  {
    measure: 'rows',
    metric: 'rows',
    promised: 'rows',
    title: 'Rows',
    format: formatAmount,
    increments: DECIMAL,
  },
  {
    measure: 'bytes',
    metric: 'bytes',
    promised: 'bytes',
    title: 'Bytes',
    format: formatBytes,
    increments: DECIMAL,
  },
  {
    measure: 'lag',
    metric: 'startLag',
    promised: 'starts',
    title: 'Started after it was due',
    format: formatDuration,
    increments: TIMES,
  },
  {
    measure: 'cost',
    metric: 'cost',
    promised: 'cost',
    title: 'Cost',
    // One rate card, one currency: the header of each execution names it.
    format: (millionths) => money(millionths, ''),
    increments: DECIMAL,
  },
];

export function PipelineCharts({
  pipeline,
  team,
}: {
  pipeline: string;
  team: string;
}): ReactElement | null {
  const { data: results, error } = useQuery(seriesQuery(pipeline, team));
  const { data: outlook } = useQuery(outlookQuery(pipeline, team));
  const { data: expected } = useInfiniteQuery(expectationsQuery({ pipeline, team }));
  if (results === undefined) return error === null ? null : <RefusalNote error={error} />;
  if (results.length === 0) {
    return <p className={styles.none}>Charts appear when the first execution has ended.</p>;
  }
  const sentences = (expected?.pages ?? [])
    .flatMap(({ items }) => items)
    .map(({ sentence }) => sentence);
  return (
    <div className={styles.charts}>
      {CHARTS.map((drawn) => (
        <OneChart
          key={drawn.measure}
          results={results}
          drawn={drawn}
          outlook={outlook?.find(({ metric }) => metric === drawn.metric)}
          sentences={sentences.filter((sentence) => sentence.startsWith(drawn.promised))}
        />
      ))}
    </div>
  );
}

function OneChart({
  results,
  drawn: { measure, title, format, increments },
  outlook,
  sentences,
}: {
  results: readonly CheckResult[];
  drawn: Drawn;
  /** What the server knows of it. */
  outlook: MetricOutlook | undefined;
  /** Expectations that a limit may come from. */
  sentences: readonly string[];
}): ReactElement | null {
  const points = useMemo(() => pointsOf(results, measure), [results, measure]);
  const band = useMemo(
    () => bandFrom(outlook?.band ?? [], points) ?? bandOf(points),
    [outlook, points],
  );
  if (points.length === 0) return null;
  return (
    <Chart
      {...{ title, points, band, format, increments }}
      limit={outlook?.limit}
      limitWords={printable(sentences.join(', ') || 'what is expected')}
      notes={outlook === undefined ? [] : [outlook.forecast, outlook.usual].map(printable)}
    />
  );
}
