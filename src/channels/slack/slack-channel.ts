/**
 * Slack: by an incoming webhook, or by a bot that posts (`chat.postMessage`). With a bot what belongs together is one thread.
 *
 * | | webhook | bot |
 * | --- | --- | --- |
 * | configured by | `url` | `token` and `room` |
 * | a thread | no: Slack answers no timestamp | `thread_ts` of the first message |
 * | other rooms | no: the address stands for one | any that the bot is in |
 * | wrong | status and a word | `ok: false` in an answer with 200 |
 *
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * https://docs.slack.dev/reference/methods/chat.postMessage
 * https://docs.slack.dev/apis/web-api/rate-limits (one message a second and channel)
 * @module
 */
import { z } from 'zod';
import type { Channel, ChannelAnswer, ConfigSchema, SendContext, SendOutcome } from '../channel.js';
import { judgeStatus, retryAfter } from '../http-answer.js';
import type { Message } from '../message.js';
import { oneLine } from '../plain-text.js';
import { headerValue, webAddress } from '../webhook/webhook-channel.js';
import { slackMessage } from './slack-message.js';

export interface SlackConfig {
  /** Address of an incoming webhook. */
  url?: string | undefined;
  /** Token of a bot: `xoxb-…`. */
  token?: string | undefined;
  /** Id or name of a channel of Slack. */
  room?: string | undefined;
  /** Address of Slack's API. Default: `https://slack.com/api`. */
  api?: string | undefined;
}

/** `#data-alerts`, `data-alerts`, `C0123ABCD`. */
const ROOM = /^#?[\p{L}\p{N}._-]{1,80}$/u;

const config: ConfigSchema<SlackConfig> = z.strictObject({
  url: webAddress.optional(),
  token: headerValue.optional(),
  room: z.string().regex(ROOM, 'expected the name or id of a channel of Slack').optional(),
  api: webAddress.optional(),
});

const API = 'https://slack.com/api';
/** Errors after which another try may help. */
const PASSING: ReadonlySet<string> = new Set([
  ...['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable'],
  ...['request_timeout', 'message_limit_exceeded', 'accesslimited'],
]);
const INCOMPLETE = 'give "url" of an incoming webhook, or "token" and "room" of a bot';

export const SLACK: Channel<SlackConfig> = {
  type: 'slack',
  description: 'posts messages in a channel of Slack',
  config,
  secrets: ['url', 'token'],
  incomplete({ url, token, room }) {
    if (url !== undefined) return token === undefined ? undefined : INCOMPLETE;
    return token === undefined || room === undefined ? INCOMPLETE : undefined;
  },
  perSecond: 1,
  storms: 'folded',
  addresses: { pattern: ROOM, like: '#data-alerts', by: 'token' },
  async send(message, written, context) {
    const { url, token, room } = written;
    const { address } = context;
    if (token !== undefined) {
      return await post(message, token, address ?? room ?? '', written, context);
    }
    if (url === undefined) return { type: 'refused', error: INCOMPLETE };
    if (address !== undefined) {
      const error = `an incoming webhook posts in one channel of Slack, so it does not reach ${address}: give token and room`;
      return { type: 'refused', error };
    }
    return await hook(message, url, context);
  },
};

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
async function hook(message: Message, url: string, context: SendContext): Promise<SendOutcome> {
  const { ports, people, now, signal } = context;
  const body = JSON.stringify(slackMessage(message, people));
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const answer = await ports.http({ url, method: 'POST', headers, body }, signal);
  const problem = judgeStatus(answer, now);
  if (problem !== undefined) return problem;
  const said = answer.type === 'answered' ? answer.body.trim() : '';
  if (said === 'ok') return { type: 'delivered', words: 'posted' };
  return { type: 'failed', error: `it answered 200 and not "ok": ${oneLine(said, 200)}` };
}

async function post(
  message: Message,
  token: string,
  room: string,
  { api = API }: SlackConfig,
  context: SendContext,
): Promise<SendOutcome> {
  const { ports, people, thread, now, signal } = context;
  const { ts, channel } = thread ?? {};
  const body = JSON.stringify({
    channel: typeof channel === 'string' ? channel : room,
    ...slackMessage(message, people),
    ...(typeof ts === 'string' ? { thread_ts: ts } : {}),
  });
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    authorization: `Bearer ${token}`,
  };
  const request = { url: `${api}/chat.postMessage`, method: 'POST' as const, headers, body };
  return judgePost(await ports.http(request, signal), room, now);
}

const answered = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  ts: z.string().optional(),
  channel: z.string().optional(),
});

/** An error is told in the body, mostly with status 200. */
function judgePost(answer: ChannelAnswer, room: string, now: number): SendOutcome {
  const problem = judgeStatus(answer, now);
  if (problem !== undefined || answer.type !== 'answered') {
    return problem ?? { type: 'failed', error: 'there was no answer' };
  }
  const told = answered.safeParse(readJson(answer.body));
  if (!told.success) {
    return { type: 'failed', error: `it answered 200 and no JSON: ${oneLine(answer.body, 200)}` };
  }
  const { ok, error = 'no reason', ts, channel } = told.data;
  if (ok && ts !== undefined) {
    const words = `posted in ${oneLine(room, 80)}`;
    return { type: 'delivered', reference: { ts, channel: channel ?? room }, words };
  }
  const words = ok ? 'Slack answered no timestamp' : `Slack answered ${oneLine(error, 100)}`;
  if (ok || PASSING.has(error)) return { type: 'failed', error: words, ...retryAfter(answer, now) };
  return { type: 'refused', error: words };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
