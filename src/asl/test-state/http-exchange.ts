/**
 * Shows the request of an HTTP Task and the response to it, inspection level TRACE.
 *
 * `arn:aws:states:::http:invoke` and `millrace:http` name the same things differently; what is shown is in AWS's names.
 * Source: Step Functions API reference, InspectionDataRequest and InspectionDataResponse.
 * @module
 */
import { isObject, type Json } from '../json.js';
import type { HttpRequestShown, HttpResponseShown } from './request.js';

interface Names {
  url: string;
  method: string;
  query: string;
  headers: string;
  body: string;
  answer: { status: string; message?: string; headers: string; body: string };
}

const NAMES: { readonly [resource: string]: Names } = {
  'arn:aws:states:::http:invoke': {
    url: 'ApiEndpoint',
    method: 'Method',
    query: 'QueryParameters',
    headers: 'Headers',
    body: 'RequestBody',
    answer: {
      status: 'StatusCode',
      message: 'StatusText',
      headers: 'Headers',
      body: 'ResponseBody',
    },
  },
  'millrace:http': {
    url: 'url',
    method: 'method',
    query: 'query',
    headers: 'headers',
    body: 'body',
    answer: { status: 'statusCode', headers: 'headers', body: 'body' },
  },
};

/**
 * The request that an HTTP Task makes with these arguments; undefined for other tasks.
 * @example shownRequest('millrace:http', { url: 'https://example.com', query: { page: 2 } })?.url
 * // 'https://example.com?page=2'
 */
export function shownRequest(resource: string, args: Json): HttpRequestShown | undefined {
  const names = Object.hasOwn(NAMES, resource) ? NAMES[resource] : undefined;
  if (names === undefined || !isObject(args)) return undefined;
  const url = text(args[names.url]) ?? '';
  const query = queryText(args[names.query]);
  const headers = text(args[names.headers]);
  const body = text(args[names.body]);
  return {
    protocol: protocolOf(url),
    method: text(args[names.method]) ?? 'GET',
    url: query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  };
}

/** The response that an HTTP Task got, from its result; undefined for other tasks. */
export function shownResponse(
  resource: string,
  args: Json,
  result: Json,
): HttpResponseShown | undefined {
  const names = Object.hasOwn(NAMES, resource) ? NAMES[resource] : undefined;
  if (names === undefined || !isObject(args) || !isObject(result)) return undefined;
  const { answer } = names;
  const shown: [keyof HttpResponseShown, Json | undefined][] = [
    ['protocol', protocolOf(text(args[names.url]) ?? '')],
    ['statusCode', result[answer.status]],
    ['statusMessage', answer.message === undefined ? undefined : result[answer.message]],
    ['headers', result[answer.headers]],
    ['body', result[answer.body]],
  ];
  const texts = shown.map(([name, value]) => [name, text(value)] as const);
  return Object.fromEntries(texts.filter(([, value]) => value !== undefined));
}

function protocolOf(url: string): string {
  return url.startsWith('http:') ? 'http' : 'https';
}

function queryText(query: Json | undefined): string {
  if (!isObject(query)) return '';
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => [name, text(one) ?? '']),
  );
  return pairs.map((pair) => pair.map(escapeQuery).join('=')).join('&');
}

function escapeQuery(part: string): string {
  // A lone surrogate has no bytes of its own.
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function text(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
