import client from 'prom-client';
import { expect, it } from 'vitest';
import type { Family } from '../../engine/features/metrics/family.js';
import { Histogram } from '../../engine/features/metrics/histogram.js';
import { exposition, type Format, formatFor } from './exposition.js';

const HOSTILE = 'a"b\\c\nd{e="f"} 1\r\té\u{1F980}, job="x"';

async function textOf(families: readonly Family[], format: Format, own?: client.Registry) {
  let text = '';
  for await (const piece of exposition(families, format, own)) text += piece;
  return text;
}

it.each([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain;version=0.0.4', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  [
    'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  ['text/plain, Application/OpenMetrics-Text; version=1.0.0', 'openmetrics'],
  ['application/openmetrics-text;q=0, text/plain', 'text'],
  ['application/openmetrics-textual', 'text'],
])('answers %s as %s', (accept, format) => {
  expect(formatFor(accept)).toBe(format);
});

it.each(['text', 'openmetrics'] as const)(
  'writes what prom-client writes, as %s',
  async (format) => {
    const theirs = new client.Registry();
    if (format === 'openmetrics')
      theirs.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE as never);
    const registers = [theirs];
    const gauge = new client.Gauge({
      name: 'g',
      help: 'a "b" \\ \n c',
      labelNames: ['job'],
      registers,
    });
    gauge.set({ job: HOSTILE }, 1.5);
    gauge.set({ job: 'inf' }, Number.POSITIVE_INFINITY);
    gauge.set({ job: '' }, -1e-9);
    const counter = new client.Counter({ name: 'c_total', help: 'c', registers });
    counter.inc(3);
    const bounds = [0.5, 1, 10];
    const buckets = new client.Histogram({
      name: 'h',
      help: 'h',
      labelNames: ['a'],
      buckets: bounds,
      registers,
    });
    const histogram = new Histogram(bounds);
    for (const value of [0.5, 0.7, 11, 3]) {
      buckets.observe({ a: 'x' }, value);
      histogram.observe(value);
    }
    const ours: Family[] = [
      {
        ...{ name: 'g', help: 'a "b" \\ \n c', type: 'gauge' },
        samples: () => [
          { labels: { job: HOSTILE }, value: 1.5 },
          { labels: { job: 'inf' }, value: Number.POSITIVE_INFINITY },
          { labels: { job: '' }, value: -1e-9 },
        ],
      },
      { name: 'c_total', help: 'c', type: 'counter', samples: () => [{ labels: {}, value: 3 }] },
      { name: 'h', help: 'h', type: 'histogram', samples: () => histogram.samples({ a: 'x' }) },
    ];
    // Labels of a series are a set: prom-client puts the bound first.
    const sorted = (text: string): string =>
      text
        .replaceAll(/\{le="([^"]*)",([^}]*)\}/g, '{$2,le="$1"}')
        .split('\n')
        .filter((line) => line !== '')
        .join('\n');
    // First: prom-client renames its counters when it writes OpenMetrics.
    const rewritten = sorted(await textOf([], format, theirs));
    const expected = sorted(await theirs.metrics());
    expect(sorted(await textOf(ours, format))).toBe(expected);
    expect(rewritten).toBe(expected);
  },
);

it('puts an exemplar behind a bucket, and leaves it out where the format knows none', async () => {
  const histogram = new Histogram([1]);
  histogram.observe(0.5, { labels: { execution_id: 'e-1' }, value: 0.5, at: 1_795_150_800.25 });
  const family: Family = {
    name: 'h',
    help: 'h',
    type: 'histogram',
    samples: () => histogram.samples({}),
  };
  expect(await textOf([family], 'openmetrics')).toContain(
    'h_bucket{le="1"} 1 # {execution_id="e-1"} 0.5 1795150800.25\n',
  );
  expect(await textOf([family], 'text')).not.toContain('#{');
  expect(await textOf([family], 'text')).not.toContain('e-1');
});

it('lets others have their turn between two slices', async () => {
  const samples = Array.from({ length: 2_500 }, (_, i) => ({ labels: { job: `j${i}` }, value: i }));
  const family: Family = { name: 'g', help: 'g', type: 'gauge', samples: () => samples };
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const text = await textOf([family], 'text');
  isDone = true;
  expect(text.split('\n')).toHaveLength(2_503);
  expect(turns).toBeGreaterThanOrEqual(2);
});
