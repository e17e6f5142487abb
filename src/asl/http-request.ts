/**
 * The request of an HTTP Task (`arn:aws:states:::http:invoke`): its parameters, with what the connection adds.
 *
 *     Parameters { ApiEndpoint, Method, Headers, QueryParameters, RequestBody, Transform } ─┐
 *     connection: headers, query and body parameters, credentials ──────── wins ────────────┴──▶ url, method, headers, body
 *
 * Source: Step Functions developer guide, "Call HTTPS APIs in Step Functions workflows"
 * (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html).
 * @module
 */
import { setOwn } from './expressions/property.js';
import { ARRAY_FORMATS, type ArrayFormat, escaped, formOf, plainText } from './form-encoding.js';
import { isObject, type Json, type JsonObject } from './json.js';

export type Pair = readonly [name: string, value: string];

/** What a connection adds to each request. */
export interface ConnectionAdditions {
  readonly headers: readonly Pair[];
  readonly query: readonly Pair[];
  readonly body: readonly Pair[];
}

/** A request that is ready to be sent. */
export interface HttpTaskRequest {
  url: string;
  method: string;
  /** By names in small letters. */
  headers: { [name: string]: string };
  body?: string;
}

/** Nothing is added. */
export const NO_ADDITIONS: ConnectionAdditions = { headers: [], query: [], body: [] };

/** Bytes of an answer that AWS takes: what a task may put out. */
export const HTTP_ANSWER_LIMIT = 262_144;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];
const FORM = 'application/x-www-form-urlencoded';
/** Members of Parameters; another one is a slip of the pen that would be sent nowhere. */
const MEMBERS = ['ApiEndpoint', 'Method', 'Authentication', 'InvocationConfig', 'Headers'].concat([
  'QueryParameters',
  'RequestBody',
  'Transform',
]);

/** Headers that a definition may not give, in small letters. */
const REFUSED = new Set(
  `a-im accept-charset accept-datetime accept-encoding authorization cache-control connection content-encoding
  content-length content-md5 date expect forwarded from host http2-settings if-match if-modified-since if-none-match if-range
  if-unmodified-since keep-alive max-forwards origin pragma proxy-authorization proxy-connection referer server te trailer
  transfer-encoding upgrade via warning`.split(/\s+/),
);
const REFUSED_PREFIX = /^x-(forwarded|amz|amzn)-/;
/** Those of the exchange itself, which a connection cannot give either. */
const OF_THE_EXCHANGE = new Set(
  `host content-length transfer-encoding connection upgrade te trailer expect keep-alive proxy-connection
  proxy-authorization`.split(/\s+/),
);
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The request, or what is wrong: the task fails with `States.Runtime` then.
 * @param args the task's parameters, computed
 * @param added by the connection: it takes the place of what the parameters say under the same name
 * @example httpTaskRequest({ ApiEndpoint: 'https://example.com', Method: 'GET', QueryParameters: { page: 2 } }, NO_ADDITIONS)
 * // { url: 'https://example.com?page=2', method: 'GET', headers: { … } }
 */
export function httpTaskRequest(
  args: Json,
  added: ConnectionAdditions,
): HttpTaskRequest | { problem: string } {
  if (!isObject(args)) return { problem: 'The parameters of an HTTP Task are an object.' };
  const unknown = Object.keys(args).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) {
    return { problem: `The field '${unknown}' is not supported by an HTTP Task.` };
  }
  const { ApiEndpoint: endpoint, Method: method } = args;
  if (typeof endpoint !== 'string' || !/^https?:\/\/[^/?#\s]/i.test(endpoint)) {
    return { problem: "The field 'ApiEndpoint' must be the URL of an HTTPS API." };
  }
  if (typeof method !== 'string' || !METHODS.includes(method)) {
    return { problem: `The field 'Method' must be one of ${METHODS.join(', ')}.` };
  }
  const headers = headersOf(args.Headers, added.headers);
  if ('problem' in headers) return headers;
  const query = queryOf(args.QueryParameters, added.query);
  if ('problem' in query) return query;
  const type = headers.headers['content-type'];
  const body = bodyOf(args, added.body);
  if ('problem' in body) return body;
  if (body.text !== undefined && type === undefined) {
    headers.headers['content-type'] = body.isForm ? FORM : 'application/json; charset=UTF-8';
  }
  return {
    url: withQuery(endpoint, query.pairs),
    method,
    headers: headers.headers,
    ...(body.text === undefined ? {} : { body: body.text }),
  };
}

/**
 * An address with parameters at the end of those that it has. What stands behind a `#` is for browsers alone.
 * @example withQuery('https://example.com?a=1', [['day', 'T&e']]) // 'https://example.com?a=1&day=T%26e'
 */
export function withQuery(url: string, query: readonly Pair[]): string {
  const [address = ''] = url.split('#', 1);
  if (query.length === 0) return address;
  const text = query.map((pair) => pair.map(escaped).join('=')).join('&');
  return `${address}${address.includes('?') ? '&' : '?'}${text}`;
}

/** Query parameters one by one: a list gives its name as often as it has items. */
export function pairsOfQuery(query: Json | undefined): Pair[] {
  if (!isObject(query)) return [];
  return Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): Pair => [name, plainText(one)]),
  );
}

function queryOf(
  given: Json | undefined,
  added: readonly Pair[],
): { pairs: Pair[] } | { problem: string } {
  if (given !== undefined && given !== null && !isObject(given)) {
    return { problem: "The field 'QueryParameters' must be an object." };
  }
  const taken = new Set(added.map(([name]) => name));
  return { pairs: [...pairsOfQuery(given).filter(([name]) => !taken.has(name)), ...added] };
}

function headersOf(
  given: Json | undefined,
  added: readonly Pair[],
): { headers: { [name: string]: string } } | { problem: string } {
  if (given !== undefined && given !== null && !isObject(given)) {
    return { problem: "The field 'Headers' must be an object." };
  }
  const headers: { [name: string]: string } = {};
  for (const [written, value] of Object.entries(given ?? {})) {
    const name = written.toLowerCase();
    if (REFUSED.has(name) || REFUSED_PREFIX.test(name)) {
      return { problem: `The header '${written}' is not allowed in an HTTP Task.` };
    }
    const text = (Array.isArray(value) ? value : [value]).map(plainText).join(', ');
    if (!HEADER_NAME.test(written) || !HEADER_VALUE.test(text)) {
      return { problem: `The header ${JSON.stringify(written)} cannot be sent as it is.` };
    }
    setOwn(headers, name, text);
  }
  headers.accept ??= '*/*';
  headers['accept-encoding'] = 'identity';
  headers['user-agent'] = 'millrace';
  headers.range = `bytes=0-${HTTP_ANSWER_LIMIT}`;
  for (const [written, value] of added) {
    const name = written.toLowerCase();
    if (OF_THE_EXCHANGE.has(name)) continue;
    if (!HEADER_NAME.test(written) || !HEADER_VALUE.test(value)) {
      return { problem: `The header ${JSON.stringify(written)} of the connection cannot be sent.` };
    }
    setOwn(headers, name, value);
  }
  return { headers };
}

function bodyOf(
  args: JsonObject,
  added: readonly Pair[],
): { text: string | undefined; isForm: boolean } | { problem: string } {
  const transform = args.Transform ?? {};
  if (!isObject(transform)) return { problem: "The field 'Transform' must be an object." };
  const { RequestBodyEncoding: encoding = 'NONE', RequestEncodingOptions: options } = transform;
  if (encoding !== 'NONE' && encoding !== 'URL_ENCODED') {
    return { problem: "The field 'RequestBodyEncoding' must be NONE or URL_ENCODED." };
  }
  const format = (isObject(options) ? options.ArrayFormat : undefined) ?? 'INDICES';
  if (!ARRAY_FORMATS.includes(format as ArrayFormat)) {
    return { problem: `The field 'ArrayFormat' must be one of ${ARRAY_FORMATS.join(', ')}.` };
  }
  const isForm = encoding === 'URL_ENCODED';
  const given = args.RequestBody;
  if (given === undefined && added.length === 0) return { text: undefined, isForm };
  if (added.length > 0 && given !== undefined && !isObject(given)) {
    const what = "The 'RequestBody' is no object";
    return { problem: `${what}, so the body parameters of the connection cannot be added to it.` };
  }
  let body: Json = given ?? {};
  if (added.length > 0) {
    const merged: JsonObject = isObject(given) ? { ...given } : {};
    for (const [name, value] of added) setOwn(merged, name, value);
    body = merged;
  }
  if (!isForm || typeof body === 'string') return { text: plainText(body), isForm };
  if (!isObject(body)) {
    return { problem: "The 'RequestBody' must be an object to be URL-encoded." };
  }
  return { text: formOf(body, format as ArrayFormat), isForm };
}
