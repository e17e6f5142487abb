/**
 * Where copies of log lines go, as an operator writes it: `stdout`, `file:PATH`, `otlp:URL`, `loki:URL`.
 *
 * Headers of requests come from the environment: `OTEL_EXPORTER_OTLP_HEADERS` (OpenTelemetry's own variable) for otlp,
 * `MILLRACE_LOKI_HEADERS` for loki, as `name=value,name=value` with values percent-encoded.
 * @module
 */
import type { Destinations } from '../../../kernel/ports.js';
import { lokiSink, otlpSink } from './http-sinks.js';
import type { LogSink } from './log-copy.js';
import { fileSink, streamSink } from './text-sinks.js';

/** What cannot be a place for a copy. */
export class LogCopyError extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.name = 'LogCopyError';
    this.fix = fix;
  }
}

const FIX =
  'Write stdout, file:PATH, otlp:URL or loki:URL, for example otlp:http://localhost:4318 or loki:https://loki.example:3100.';

/**
 * Opens a place.
 * @throws LogCopyError
 * @example openLogSink('loki:http://loki:3100', { destinations, environment: process.env })
 */
export function openLogSink(
  place: string,
  parts: {
    destinations: Destinations;
    environment: { readonly [name: string]: string | undefined };
  },
): LogSink {
  const { destinations, environment } = parts;
  if (place === 'stdout') return streamSink('stdout', process.stdout);
  const [, kind, rest = ''] = /^(file|otlp|loki):(.+)$/s.exec(place) ?? [];
  switch (kind) {
    case 'file':
      return fileSink(rest);
    case 'otlp': {
      const headers = headersOf(environment, 'OTEL_EXPORTER_OTLP_HEADERS');
      return otlpSink({ url: urlOf(place, rest), headers, destinations });
    }
    case 'loki': {
      const headers = headersOf(environment, 'MILLRACE_LOKI_HEADERS');
      return lokiSink({ url: urlOf(place, rest), headers, destinations });
    }
    default:
      throw new LogCopyError(`'${place}' is no place for a copy of logs.`, FIX);
  }
}

function urlOf(place: string, text: string): string {
  // URL.parse came with Node 22.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  throw new LogCopyError(`There is no http or https address in '${place}'.`, FIX);
}

function headersOf(
  environment: { readonly [name: string]: string | undefined },
  variable: string,
): { [name: string]: string } {
  const pairs = (environment[variable] ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/s.exec(pair) ?? [];
      if (name === '') {
        throw new LogCopyError(
          `${variable} is no list of headers.`,
          'Write name=value, several with commas between them; percent-encode commas in values.',
        );
      }
      return [name.toLowerCase(), decoded(value.trim())];
    }),
  );
}

/** A value that is no percent-encoding is taken as it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
