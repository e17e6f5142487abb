/**
 * One request of JSON to the API of a service, and what its answer means.
 * @module
 */
import type { z } from 'zod';
import type { ChannelRequest, SendContext } from './channel.js';
import { judgeStatus, type Problem, retryAfter } from './http-answer.js';
import { oneLine } from './plain-text.js';

export type Asked<Value> =
  | { readonly type: 'done'; readonly value: Value }
  /** 404 and 410: what it is about is not there. */
  | { readonly type: 'gone'; readonly error: string }
  | Problem;

export interface JsonRequest {
  readonly url: string;
  readonly method: ChannelRequest['method'];
  readonly headers: ChannelRequest['headers'];
  readonly body?: unknown;
  readonly mostBytes?: number;
}

/**
 * Asks, and reads the answer. One with 2xx that is not of the shape is a failure: a page to log in, or a proxy's, says nothing.
 *
 * 403 passes where the service says that it is a limit of its rate (GitHub does:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api).
 * @example await askJson(context, { url, method: 'GET', headers }, z.looseObject({ key: z.string() }))
 */
export async function askJson<Value>(
  { ports, now, signal }: Pick<SendContext, 'ports' | 'now' | 'signal'>,
  { body, ...request }: JsonRequest,
  shape: z.ZodType<Value>,
): Promise<Asked<Value>> {
  const headers = {
    accept: 'application/json',
    'user-agent': 'Millrace',
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...request.headers,
  };
  const written = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await ports.http({ ...request, ...written, headers }, signal);
  const problem = judgeStatus(answer, now);
  if (answer.type !== 'answered') return problem ?? { type: 'failed', error: 'no answer' };
  const { status } = answer;
  if (problem !== undefined) {
    if (status === 404 || status === 410) return { type: 'gone', error: problem.error };
    const isLimit =
      status === 403 &&
      ('retry-after' in answer.headers || answer.headers['x-ratelimit-remaining'] === '0');
    if (isLimit) return { type: 'failed', error: problem.error, ...retryAfter(answer, now) };
    return problem;
  }
  const read = shape.safeParse(parsed(answer.body));
  if (read.success) return { type: 'done', value: read.data };
  const said = oneLine(answer.body, 200);
  return { type: 'failed', error: `it answered ${status} and not what its API says: ${said}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
