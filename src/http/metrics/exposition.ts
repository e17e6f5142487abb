/**
 * Writes metric families down as Prometheus reads them, a slice at a time.
 *
 *     families ──▶ up to 500 samples ──prom-client──▶ text ──▶ the socket takes it, others have their turn ──▶ the next 500
 *
 * The loop that writes it is the loop that commits: ten thousand jobs are 160,000 lines, and whoever wrote them in one go would hold
 * every commit back meanwhile. Both formats come from prom-client, which knows their escapes: the plain text that every
 * Prometheus reads, and OpenMetrics, which also carries exemplars.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/, OpenMetrics 1.0 (counters end in `_total`, the text
 * ends with `# EOF`).
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import client from 'prom-client';
import type { Family, Labels, Sample } from '../../engine/features/metrics/family.js';

export type Format = 'text' | 'openmetrics';

const SLICE = 500;
const TYPES = {
  text: client.Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: client.Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

/** One sample as prom-client takes it. */
interface Value {
  metricName: string;
  labels: Labels;
  sharedLabels: Labels;
  value: number;
  exemplar: { labelSet: Labels; value: number; timestamp: number } | undefined;
}

/**
 * The format that a client asks for by its Accept header. Prometheus names OpenMetrics first when it can read it.
 * @example formatFor('application/openmetrics-text;version=1.0.0,text/plain;q=0.5') // 'openmetrics'
 */
export function formatFor(accept: string | undefined): Format {
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const isRefused = parameters.some((text) => /^q=0(\.0*)?$/.test(text));
    if (type === 'application/openmetrics-text' && !isRefused) return 'openmetrics';
  }
  return 'text';
}

/** @example contentType('text') // 'text/plain; version=0.0.4; charset=utf-8' */
export function contentType(format: Format): string {
  return TYPES[format];
}

/**
 * The text of families, in pieces; between two of them others have their turn.
 * @param own what prom-client collects itself: the process, the event loop
 * @example for await (const text of exposition(families, 'text')) socket.write(text);
 */
export async function* exposition(
  families: readonly Family[],
  format: Format,
  own?: client.Registry,
): AsyncGenerator<string> {
  for (const family of families) {
    let values: Value[] = [];
    let isFirst = true;
    for (const sample of family.samples()) {
      values.push(toValue(family, sample));
      if (values.length < SLICE) continue;
      yield await write({ ...family, values }, format, isFirst);
      values = [];
      isFirst = false;
      await setImmediate();
    }
    if (values.length > 0 || isFirst) yield await write({ ...family, values }, format, isFirst);
  }
  for (const metric of own?.getMetricsAsArray() ?? []) {
    const collected = (metric as unknown as client.Metric).get();
    yield await write((await collected) as unknown as Collected, format, true);
    await setImmediate();
  }
  if (format === 'openmetrics') yield '# EOF\n';
}

/** What prom-client has collected of one metric. */
interface Collected {
  name: string;
  help: string;
  type: string;
  values: readonly (Omit<Value, 'metricName'> & { metricName?: string })[];
}

function toValue({ name }: Family, { suffix = '', labels, le, value, exemplar }: Sample): Value {
  return {
    metricName: name + suffix,
    labels: le === undefined ? {} : { le },
    // Written once and kept by prom-client as long as the object lives.
    sharedLabels: labels,
    value,
    exemplar: exemplar && {
      labelSet: exemplar.labels,
      value: exemplar.value,
      timestamp: exemplar.at,
    },
  };
}

async function write(collected: Collected, format: Format, isFirst: boolean): Promise<string> {
  const { name, help, type, values } = collected;
  // A counter of OpenMetrics is named without `_total`, which prom-client adds to each sample again.
  const isCounter = format === 'openmetrics' && type === 'counter';
  const plain = isCounter ? name.replace(/_total$/, '') : name;
  const named = isCounter ? values.map((one) => ({ ...one, metricName: plain })) : values;
  const writer = new client.Registry();
  writer.setContentType(TYPES[format] as typeof TYPES.text);
  const metric = { name: plain, get: async () => ({ name: plain, help, type, values: named }) };
  writer.registerMetric(metric as never);
  const text = await writer.getSingleMetricAsString(plain);
  if (isFirst) return `${text}\n`;
  // Its two lines of introduction stand before the first slice.
  return `${text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1)}\n`;
}
