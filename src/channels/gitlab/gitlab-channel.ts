/**
 * GitLab: an issue for each thread, on gitlab.com or a server of one's own. It is found again by a line of its description that nobody sees.
 * https://docs.gitlab.com/api/issues/
 * https://docs.gitlab.com/api/notes/
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema, SendContext } from '../channel.js';
import { ticketLabels } from '../github/github-channel.js';
import { type Asked, askJson } from '../json-request.js';
import type { Message } from '../message.js';
import { oneLine } from '../plain-text.js';
import { hidden, markdownOf } from '../tickets/markdown.js';
import { lookAt, type Ticket, type Tracker, tellTracker } from '../tickets/ticket.js';
import { headerValue, webAddress } from '../webhook/webhook-channel.js';

export interface GitlabConfig {
  /** Default: `https://gitlab.com`. */
  url: string;
  token: string;
  /** Path of the project, `group/name`, or its number. */
  project: string;
  /** Default: millrace. */
  labels: string[];
  /** Whether an issue that is closed there acknowledges here. Default: true. */
  follow: boolean;
}

const config: ConfigSchema<GitlabConfig> = z.strictObject({
  url: webAddress.default('https://gitlab.com'),
  token: headerValue,
  project: z
    .string()
    .regex(/^(\d{1,12}|[\p{L}\p{N}_.-]+(\/[\p{L}\p{N}_.-]+){1,20})$/u, 'expected group/name')
    .max(500),
  labels: ticketLabels,
  follow: z.boolean().default(true),
});

const issue = z.looseObject({
  iid: z.int().positive(),
  state: z.string(),
  description: z.string().nullish(),
});

const MOST_BYTES = 1024 * 1024;

export const GITLAB: Channel<GitlabConfig> = {
  type: 'gitlab',
  description: 'opens an issue on GitLab for each incident, comments on it and closes it',
  config,
  secrets: ['token'],
  perSecond: 2,
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
  { url, project, token }: GitlabConfig,
  context: Pick<SendContext, 'ports' | 'now' | 'signal'>,
  [method, path]: readonly ['GET' | 'POST' | 'PUT', string],
  shape: z.ZodType<Value>,
  body?: unknown,
): Promise<Asked<Value>> {
  const at = `/api/v4/projects/${encodeURIComponent(project)}/issues${path}`;
  const request = {
    ...{ url: `${url.replace(/\/$/, '')}${at}`, method, mostBytes: MOST_BYTES },
    headers: { 'private-token': token },
    ...(body === undefined ? {} : { body }),
  };
  return askJson(context, request, shape);
}

function trackerOf(message: Message, written: GitlabConfig, context: SendContext): Tracker {
  const { mark } = context;
  const ticketOf = ({ iid }: { iid: number }): Ticket => ({ id: String(iid), name: `#${iid}` });
  return {
    async find() {
      const path = `?search=${encodeURIComponent(mark)}&in=description&state=all&per_page=20`;
      const asked = await ask(written, context, ['GET', path], z.array(issue));
      if (asked.type !== 'done') return asked;
      const ours = asked.value.find(({ description }) =>
        description?.trimEnd().endsWith(hidden(mark)),
      );
      return { type: 'done', value: ours && ticketOf(ours) };
    },
    async open() {
      const asked = await ask(written, context, ['POST', ''], issue, {
        title: oneLine(message.title, 240),
        description: markdownOf(message, mark),
        labels: written.labels.join(','),
      });
      return asked.type === 'done' ? { type: 'done', value: ticketOf(asked.value) } : asked;
    },
    comment: ({ id }) =>
      ask(written, context, ['POST', `/${id}/notes`], z.looseObject({ id: z.number() }), {
        body: markdownOf(message, undefined),
      }),
    async move({ id }, to) {
      const body = { state_event: to === 'closed' ? 'close' : 'reopen' };
      const asked = await ask(written, context, ['PUT', `/${id}`], issue, body);
      if (asked.type !== 'done') return asked;
      return { type: 'done', value: to === 'closed' ? 'closed' : 'opened again' };
    },
  };
}
