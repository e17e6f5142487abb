/**
 * Spans as OTLP over HTTP takes them in JSON: ids in hex, names in camel case, nanoseconds as text because they are larger
 * than what JSON's numbers hold exactly.
 *
 * Source: OTLP Specification 1.x, "OTLP/HTTP", "JSON Protobuf Encoding"; opentelemetry/proto/trace/v1/trace.proto.
 * @module
 */
import type { Attributes, Span } from './spans.js';

/** SPAN_KIND_INTERNAL. */
const INTERNAL = 1;
/** STATUS_CODE_OK, STATUS_CODE_ERROR. */
const OK = 1;
const ERROR = 2;

/** What sends the spans. */
export interface TraceResource {
  readonly version: string;
  /** Names this server among others. */
  readonly instance: string;
}

/** The body of one request. @example JSON.stringify(exportRequest(spans, { version: '0.1.0', instance: 'a' })) */
export function exportRequest(
  spans: readonly Span[],
  { version, instance }: TraceResource,
): object {
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({
            'service.name': 'millrace',
            'service.version': version,
            'service.instance.id': instance,
          }),
        },
        scopeSpans: [{ scope: { name: 'millrace', version }, spans: spans.map(toOtlp) }],
      },
    ],
  };
}

function toOtlp(span: Span): object {
  const { traceId, spanId, parentSpanId, name, start, end = start, failure, links } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(Math.max(start, end)),
    attributes: attributesOf(span.attributes),
    ...(links === undefined ? {} : { links }),
    status: failure === undefined ? { code: OK } : { code: ERROR, message: failure },
  };
}

function nanoseconds(ms: number): string {
  return `${Math.trunc(ms)}000000`;
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }));
}

function toValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
