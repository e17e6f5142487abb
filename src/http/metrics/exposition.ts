/**
 * Writes metric families down as Prometheus reads them, a slice at a time.
 *
 *     families ──▶ up to 1,000 samples ──▶ text ──▶ the socket takes it, others have their turn ──▶ the next 1,000
 *
 * The loop that writes it is the loop that commits: ten thousand jobs are 170,000 lines, and whoever wrote them in one go
 * would hold every commit back meanwhile. prom-client collects what the process tells of itself, but its writer makes a list
 * of every sample's labels anew each time and takes six times as long as this one; a test holds both against each other.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/, OpenMetrics 1.0 (counters are named without the
 * `_total` of their samples, exemplars stand behind the value, the text ends with `# EOF`).
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import client from 'prom-client';
import type { Exemplar, Family, Labels, Sample } from '../../engine/features/metrics/family.js';

export type Format = 'text' | 'openmetrics';

const SLICE = 1_000;
const TYPES = {
  text: client.Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: client.Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

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
  for (const family of families) yield* written(family, format);
  for (const metric of own?.getMetricsAsArray() ?? []) {
    yield* written(await collected(metric as unknown as client.Metric), format);
  }
  if (format === 'openmetrics') yield '# EOF\n';
}

async function* written(family: Family, format: Format): AsyncGenerator<string> {
  const { help, type } = family;
  const isCounter = type === 'counter';
  const name =
    isCounter && format === 'openmetrics' ? family.name.replace(/_total$/, '') : family.name;
  let text = `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
  let count = 0;
  for (const sample of family.samples()) {
    text += line(family.name, sample);
    // The text format has no place for it, and OpenMetrics only on buckets and counters.
    const { exemplar } = sample;
    if (exemplar !== undefined && format === 'openmetrics') text += exemplarText(exemplar);
    text += '\n';
    count += 1;
    if (count % SLICE > 0) continue;
    yield text;
    text = '';
    await setImmediate();
  }
  if (text !== '') yield text;
}

function line(name: string, { suffix = '', labels, le, value }: Sample): string {
  const own = labelText(labels);
  const all = le === undefined ? own : `${own}${own === '' ? '' : ','}le="${le}"`;
  return `${name}${suffix}${all === '' ? '' : `{${all}}`} ${numberText(value)}`;
}

function exemplarText({ labels, value, at }: Exemplar): string {
  return ` # {${labelText(labels)}} ${numberText(value)} ${at}`;
}

/** Written once for each object: a job's labels stand in seventeen lines of every scrape. */
const known = new WeakMap<Labels, string>();

function labelText(labels: Labels): string {
  const before = known.get(labels);
  if (before !== undefined) return before;
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(String(value)).replaceAll('"', '\\"')}"`)
    .join(',');
  known.set(labels, text);
  return text;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** A metric of prom-client as a family. */
async function collected(metric: client.Metric): Promise<Family> {
  const { name, help, type, values } = (await metric.get()) as unknown as {
    name: string;
    help: string;
    type: Family['type'];
    values: readonly { metricName?: string; labels: Labels; value: number }[];
  };
  return {
    ...{ name, help, type },
    *samples() {
      for (const { metricName = name, labels, value } of values) {
        yield { suffix: metricName.slice(name.length), labels, value };
      }
    },
  };
}
