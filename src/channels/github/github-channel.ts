/**
 * GitHub: an issue for each thread, on github.com or a server of one's own.
 *
 * An issue is found again by a line of its body that nobody sees, among those with the channel's label: GitHub's search lags, its lists do
 * not. They are read from the newest to those that are older than what is told.
 * https://docs.github.com/en/rest/issues/issues
 * https://docs.github.com/en/rest/issues/comments
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema, SendContext } from '../channel.js';
import { type Asked, askJson } from '../json-request.js';
import type { Message } from '../message.js';
import { oneLine } from '../plain-text.js';
import { hidden, markdownOf } from '../tickets/markdown.js';
import { lookAt, type Ticket, type Tracker, tellTracker } from '../tickets/ticket.js';
import { headerValue, webAddress } from '../webhook/webhook-channel.js';

export interface GithubConfig {
  /** Address of the API. Default: `https://api.github.com`; of a server of one's own `https://HOST/api/v3`. */
  url: string;
  token: string;
  /** `owner/name`. */
  repository: string;
  /** Default: millrace. */
  labels: string[];
  /** Whether an issue that is closed there acknowledges here. Default: true. */
  follow: boolean;
}

/** Without a comma, which separates them in addresses. */
export const ticketLabels: z.ZodType<string[]> = z
  .array(z.string().regex(/^[^,\p{Cc}]{1,50}$/u, 'expected labels of at most 50 characters'))
  .min(1, 'expected a label: tickets are found again by it')
  .max(20)
  .default(['millrace']);

const config: ConfigSchema<GithubConfig> = z.strictObject({
  url: webAddress.default('https://api.github.com'),
  token: headerValue,
  repository: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,39}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, 'expected owner/name'),
  labels: ticketLabels,
  follow: z.boolean().default(true),
});

const issue = z.looseObject({
  number: z.int().positive(),
  state: z.string(),
  body: z.string().nullish(),
  created_at: z.string().optional(),
  labels: z.array(z.unknown()).optional(),
});

/** Issues of a page, pages that are read, and bytes of one. */
const PAGE = 50;
const PAGES = 6;
const PAGE_BYTES = 2 * 1024 * 1024;
/** Milliseconds that clocks may differ, and that a message was tried for before. */
const OLDER = 26 * 3_600_000;

export const GITHUB: Channel<GithubConfig> = {
  type: 'github',
  description: 'opens an issue on GitHub for each incident, comments on it and closes it',
  config,
  secrets: ['token'],
  perSecond: 1,
  storms: 'one by one',
  addresses: undefined,
  send: (message, written, context) =>
    tellTracker(message, trackerOf(message, written, context), context),
  look: (reference, written, context) =>
    lookAt(reference, written.follow, async (id) => {
      const asked = await ask(written, context, ['GET', `/${id}`], issue);
      return asked.type === 'done'
        ? { type: 'done', value: asked.value.state === 'closed' }
        : asked;
    }),
};

function ask<Value>(
  { url, repository, token }: GithubConfig,
  context: Pick<SendContext, 'ports' | 'now' | 'signal'>,
  [method, path]: readonly ['GET' | 'POST' | 'PATCH', string],
  shape: z.ZodType<Value>,
  body?: unknown,
): Promise<Asked<Value>> {
  const request = {
    url: `${url.replace(/\/$/, '')}/repos/${repository}/issues${path}`,
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    mostBytes: PAGE_BYTES,
    ...(body === undefined ? {} : { body }),
  };
  return askJson(context, request, shape);
}

function trackerOf(message: Message, written: GithubConfig, context: SendContext): Tracker {
  const { labels } = written;
  const { mark } = context;
  const ticketOf = ({ number }: { number: number }): Ticket => ({
    id: String(number),
    name: `#${number}`,
  });
  return {
    async find() {
      const filter = `state=all&sort=created&direction=desc&per_page=${PAGE}`;
      const label = encodeURIComponent(labels[0] ?? '');
      for (let page = 1; page <= PAGES; page += 1) {
        const path = `?labels=${label}&${filter}&page=${page}`;
        const asked = await ask(written, context, ['GET', path], z.array(issue));
        if (asked.type !== 'done') return asked;
        const ours = asked.value.find(({ body }) => body?.trimEnd().endsWith(hidden(mark)));
        if (ours !== undefined) return { type: 'done', value: ticketOf(ours) };
        const last = Date.parse(asked.value.at(-1)?.created_at ?? '');
        if (asked.value.length < PAGE || last < message.at - OLDER) break;
      }
      return { type: 'done', value: undefined };
    },
    async open() {
      const asked = await ask(written, context, ['POST', ''], issue, {
        title: oneLine(message.title, 240),
        body: markdownOf(message, mark),
        labels,
      });
      if (asked.type !== 'done') return asked;
      // GitHub drops labels without a word where the token may not set them.
      const isLabelled = (asked.value.labels ?? []).length > 0;
      const words = isLabelled
        ? {}
        : {
            words:
              '; its labels were not set, so a lost answer would open another: let the token write',
          };
      return { type: 'done', value: { ...ticketOf(asked.value), ...words } };
    },
    comment: ({ id }) =>
      ask(written, context, ['POST', `/${id}/comments`], z.looseObject({ id: z.number() }), {
        body: markdownOf(message, undefined),
      }),
    async move({ id }, to) {
      const body =
        to === 'closed' ? { state: 'closed', state_reason: 'completed' } : { state: 'open' };
      const asked = await ask(written, context, ['PATCH', `/${id}`], issue, body);
      if (asked.type !== 'done') return asked;
      return { type: 'done', value: to === 'closed' ? 'closed' : 'opened again' };
    },
  };
}
