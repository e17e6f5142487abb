/**
 * Copies of log lines over HTTP: OTLP logs in JSON, and Loki's push API.
 *
 * OTLP: `POST URL/v1/logs` with an ExportLogsServiceRequest in the JSON mapping of protocol buffers: 64-bit numbers are texts, names are
 * in camel case (https://opentelemetry.io/docs/specs/otlp/#otlphttp, opentelemetry-proto `logs/v1/logs.proto`).
 * Loki: `POST URL/loki/api/v1/push` with streams of `[nanoseconds, line]` (https://grafana.com/docs/loki/latest/reference/loki-http-api/).
 * Its labels are few, as it asks for: team, pipeline, level. All else is in the line, which is the record.
 * @module
 */
import type { Json, JsonObject } from '../../../../asl/json.js';
import type { Destinations } from '../../../kernel/ports.js';
import type { CopiedLine, LogSink, SendOutcome } from './log-copy.js';

export interface HttpSinkOptions {
  readonly url: string;
  /** Sent with each request; by names in small letters. */
  readonly headers: { readonly [name: string]: string };
  /** Dials only what the operator allows. */
  readonly destinations: Destinations;
}

/** SeverityNumber of `logs.proto`, by level. */
const SEVERITIES = { debug: 5, info: 9, warn: 13, error: 17 } as const;

/** @example otlpSink({ url: 'http://collector:4318', headers: {}, destinations }) */
export function otlpSink(options: HttpSinkOptions): LogSink {
  return httpSink('otlp', '/v1/logs', options, otlpRequest);
}

/** @example lokiSink({ url: 'http://loki:3100', headers: { 'x-scope-orgid': 'data' }, destinations }) */
export function lokiSink(options: HttpSinkOptions): LogSink {
  return httpSink('loki', '/loki/api/v1/push', options, lokiPush);
}

function httpSink(
  kind: string,
  path: string,
  { url, headers, destinations }: HttpSinkOptions,
  bodyOf: (lines: readonly CopiedLine[]) => JsonObject,
): LogSink {
  const base = new URL(url);
  const whole = base.pathname.endsWith(path) ? base.href : joined(base, path);
  const { username, password } = base;
  const shown = new URL(whole);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  const target = new URL(whole);
  target.username = '';
  target.password = '';
  const credentials = Buffer.from(
    `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  ).toString('base64');
  const authorization = username === '' ? {} : { authorization: `Basic ${credentials}` };
  return {
    to: `${kind}:${shown.href}`,
    async send(lines, signal): Promise<SendOutcome> {
      const answer = await destinations.send(
        {
          url: target.href,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...authorization, ...headers },
          body: JSON.stringify(bodyOf(lines)),
        },
        signal,
      );
      if (answer.type === 'arrived') return { type: 'arrived' };
      const { message: problem } = answer.failure;
      if (answer.type === 'refused') return { type: 'refused', problem };
      const after = answer.retryAfterMs;
      return { type: 'again', problem, ...(after === undefined ? {} : { after }) };
    },
    close: () => undefined,
  };
}

function joined(base: URL, path: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  return url.href;
}

/** ExportLogsServiceRequest: one resource for each pipeline. */
export function otlpRequest(lines: readonly CopiedLine[]): JsonObject {
  const resourceLogs = grouped(lines, ({ line }) => `${line.team}\n${line.pipeline}`).map(
    (some) => {
      const { team, pipeline } = (some[0] as CopiedLine).line;
      return {
        resource: {
          attributes: attributes({ 'service.name': pipeline, 'service.namespace': team }),
        },
        scopeLogs: [{ scope: { name: 'millrace' }, logRecords: some.map(logRecord) }],
      };
    },
  );
  return { resourceLogs };
}

function logRecord({ line, record }: CopiedLine): JsonObject {
  const at = nanoseconds(line.at);
  return {
    timeUnixNano: at,
    observedTimeUnixNano: at,
    severityNumber: SEVERITIES[line.level],
    severityText: line.level.toUpperCase(),
    body: { stringValue: line.message },
    attributes: attributes(record),
  };
}

function attributes(values: JsonObject): Json[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

/** AnyValue of `common.proto`; nothing is a value without a member. */
function anyValue(value: Json): JsonObject {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: attributes(value) } };
}

/** The body of a push: one stream for each set of labels, its lines in the order of time. */
export function lokiPush(lines: readonly CopiedLine[]): JsonObject {
  const label = ({ line }: CopiedLine): string => `${line.team}\n${line.pipeline}\n${line.level}`;
  const streams = grouped(lines, label).map((some) => {
    const { team, pipeline, level } = (some[0] as CopiedLine).line;
    return {
      stream: { service_name: pipeline, team, level },
      values: some
        .toSorted((left, right) => left.line.at - right.line.at)
        .map(({ line, record }) => [nanoseconds(line.at), JSON.stringify(record)]),
    };
  });
  return { streams };
}

function grouped(
  lines: readonly CopiedLine[],
  keyOf: (line: CopiedLine) => string,
): readonly CopiedLine[][] {
  const groups = new Map<string, CopiedLine[]>();
  for (const line of lines) {
    const key = keyOf(line);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return [...groups.values()];
}

/** Beyond what a number keeps exactly, so as text. */
function nanoseconds(milliseconds: number): string {
  return `${milliseconds}000000`;
}
