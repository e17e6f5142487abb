/**
 * Where traces go, as an operator names it.
 *
 * A receiver mostly stands on this machine or in its network, where tasks may not go. The one address that the operator has
 * named, by number or as `localhost`, may be dialled; a name that leads to a private address may be only where tasks may
 * reach such addresses as well, because a name can be made to lead anywhere.
 * @module
 */
import { isIP } from 'node:net';
import type { TraceExporter } from '../../kernel/trace-port.js';
import { createTraceExporter, type TraceExporterOptions } from './trace-exporter.js';

export interface TraceReceiver {
  /** `http://127.0.0.1:4318`; without a path it is OTLP's own, `/v1/traces`. */
  readonly url: string;
  /** Sent along, a key for example, as OTEL_EXPORTER_OTLP_HEADERS has them: `name=value,…`. Default: none. */
  readonly headers?: string;
}

/** An address that traces cannot be sent to. Its message says why. */
export class TraceReceiverError extends Error {
  override readonly name = 'TraceReceiverError';
}

const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * The exporter for a receiver, as a part of an engine's configuration; nothing without a receiver.
 * @throws TraceReceiverError when the address is none
 * @example createEngine({ ...config, ...tracesTo({ url: 'http://127.0.0.1:4318' }, options) })
 */
export function tracesTo(
  receiver: TraceReceiver | undefined,
  options: Omit<TraceExporterOptions, 'url' | 'headers'>,
): { traces?: TraceExporter } {
  if (receiver === undefined) return {};
  const url = addressOf(receiver.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const named = host === 'localhost' ? LOOPBACK : isIP(host) ? [host] : [];
  const { allowPrivateAddresses: allowed } = options;
  return {
    traces: createTraceExporter({
      ...options,
      url: url.href,
      headers: headersIn(receiver.headers ?? ''),
      allowPrivateAddresses:
        typeof allowed === 'boolean' ? allowed || named : [...allowed, ...named],
    }),
  };
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TraceReceiverError(`${JSON.stringify(text)} is no address of a receiver of traces.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TraceReceiverError('The address of the receiver of traces holds a password.');
  }
  if (url.pathname === '/') url.pathname = '/v1/traces';
  url.hash = '';
  return url;
}

/**
 * Headers as OpenTelemetry writes them in OTEL_EXPORTER_OTLP_HEADERS.
 * @throws TraceReceiverError for a part that is no `name=value`
 * @example headersIn('api-key=k,x-team=a%20b') // { 'api-key': 'k', 'x-team': 'a b' }
 */
export function headersIn(text: string): { [name: string]: string } {
  const headers: { [name: string]: string } = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const name = part.slice(0, Math.max(0, cut)).trim().toLowerCase();
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
      throw new TraceReceiverError('A header for the receiver of traces is no name=value.');
    }
    headers[name] = decoded(part.slice(cut + 1).trim());
  }
  return headers;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
