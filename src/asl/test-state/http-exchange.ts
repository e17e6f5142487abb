/**
 * Shows the request of an HTTP Task and the response to it, inspection level TRACE.
 *
 * `arn:aws:states:::http:invoke` and `millrace:http` name the same things differently; what is shown is in AWS's names.
 * Source: Step Functions API reference, InspectionDataRequest and InspectionDataResponse.
 * @module
 */
import { plainText } from '../form-encoding.js';
import { httpTaskRequest, NO_ADDITIONS, pairsOfQuery, withQuery } from '../http-request.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import type { HttpRequestShown, HttpResponseShown } from './request.js';

interface Names {
  url: string;
  method: string;
  query: string;
  headers: string;
  body: string;
  answer: { status: string; message?: string; headers: string; body: string };
}

const HTTP_INVOKE = 'arn:aws:states:::http:invoke';

const NAMES: { readonly [resource: string]: Names } = {
  [HTTP_INVOKE]: {
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
  const headers = text(args[names.headers]);
  const body = bodyText(resource, args, args[names.body]);
  return {
    protocol: protocolOf(url),
    method: text(args[names.method]) ?? 'GET',
    url: withQuery(url, pairsOfQuery(args[names.query])),
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

/** As it is sent: `http:invoke` may write it as a form. */
function bodyText(resource: string, args: JsonObject, body: Json | undefined): string | undefined {
  if (body === undefined || resource !== HTTP_INVOKE) return text(body);
  const built = httpTaskRequest(args, NO_ADDITIONS);
  return 'problem' in built ? text(body) : built.body;
}

function text(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return plainText(value);
}
