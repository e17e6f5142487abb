/**
 * How a pipeline behaves: duration, rows, bytes and start lag of its last results. Loaded only where it is shown.
 * @module
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement, useMemo } from 'react';
import { expectationsQuery, seriesQuery } from '../api/queries.js';
import type { CheckResult } from '../api/types.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Chart } from './chart.js';
import styles from './chart.module.css';
import { bandOf, type Measure, pointsOf } from './measures.js';

const CHARTS: readonly {
  measure: Measure;
  title: string;
  format: (value: number) => string;
}[] = [
  { measure: 'duration', title: 'Duration', format: formatDuration },
  { measure: 'rows', title: 'Rows', format: formatAmount },
  { measure: 'bytes', title: 'Bytes', format: formatBytes },
  { measure: 'lag', title: 'Started after it was due', format: formatDuration },
];

export function PipelineCharts({
  pipeline,
  team,
}: {
  pipeline: string;
  team: string;
}): ReactElement | null {
  const { data: results, error } = useQuery(seriesQuery(pipeline, team));
  const { data: expected } = useInfiniteQuery(expectationsQuery({ pipeline, team }));
  if (results === undefined) return error === null ? null : <RefusalNote error={error} />;
  if (results.length === 0) {
    return <p className={styles.none}>Charts appear when the first execution has ended.</p>;
  }
  const promises = (expected?.pages ?? [])
    .flatMap(({ items }) => items)
    .flatMap(({ longest, sentence }) => (longest === undefined ? [] : [{ longest, sentence }]))
    .sort((a, b) => a.longest - b.longest);
  return (
    <div className={styles.charts}>
      {CHARTS.map(({ measure, title, format }) => (
        <OneChart
          key={measure}
          {...{ results, measure, title, format }}
          promise={measure === 'duration' ? promises[0] : undefined}
        />
      ))}
    </div>
  );
}

function OneChart({
  results,
  measure,
  title,
  format,
  promise,
}: {
  results: readonly CheckResult[];
  measure: Measure;
  title: string;
  format: (value: number) => string;
  promise: { longest: number; sentence: string } | undefined;
}): ReactElement | null {
  const points = useMemo(() => pointsOf(results, measure), [results, measure]);
  const band = useMemo(() => bandOf(points), [points]);
  if (points.length === 0) return null;
  return (
    <Chart
      {...{ title, points, band, format }}
      limit={promise?.longest}
      limitWords={promise === undefined ? undefined : printable(promise.sentence)}
    />
  );
}
