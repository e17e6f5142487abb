/**
 * What an answer over HTTP says about a message, where a service has no words of its own for it.
 * @module
 */
import type { ChannelAnswer, SendOutcome } from './channel.js';
import { oneLine } from './plain-text.js';

/** Milliseconds that a service may ask to be left alone, at most. */
const LONGEST_PAUSE = 900_000;

export type Problem = Exclude<SendOutcome, { type: 'delivered' }>;

type Answered = Extract<ChannelAnswer, { type: 'answered' }>;

/**
 * What is said of a request that was not answered with 2xx; undefined for one that was.
 *
 * Another try may help after 408, 425, 429 and 5xx (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4); none helps after any other
 * 4xx, or a redirect, which is not followed: it would lead a secret elsewhere.
 * @param now milliseconds since the epoch
 * @example judgeStatus({ type: 'answered', status: 503, headers: {}, body: '' }, now) // { type: 'failed', … }
 */
export function judgeStatus(answer: ChannelAnswer, now: number): Problem | undefined {
  if (answer.type === 'unreachable') return { type: 'failed', error: answer.error };
  if (answer.type === 'forbidden') return { type: 'refused', error: answer.error };
  const { status, body } = answer;
  if (status >= 200 && status < 300) return undefined;
  const said = oneLine(body, 200);
  const error = `it answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 300 && status < 400) {
    return { type: 'refused', error: `it answered ${status}, and redirects are not followed` };
  }
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) {
    return { type: 'refused', error };
  }
  return { type: 'failed', error, ...retryAfter(answer, now) };
}

/**
 * How long a service asks to be left alone: seconds or a date in Retry-After (RFC 9110 §10.2.3), for a quarter of an hour at most.
 * @example retryAfter({ …, headers: { 'retry-after': '30' } }, now) // { retryAfterMs: 30_000 }
 */
export function retryAfter({ headers }: Answered, now: number): { retryAfterMs?: number } {
  const written = headers['retry-after']?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(written) ? Number(written) * 1_000 : Date.parse(written) - now;
  return ms > 0 ? { retryAfterMs: Math.min(ms, LONGEST_PAUSE) } : {};
}
