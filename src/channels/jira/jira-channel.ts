/**
 * Jira: an issue for each thread, by the API of the Cloud (3) or of Server and Data Center (2).
 *
 * | | Cloud, `api: 3` | Server, `api: 2` |
 * | --- | --- | --- |
 * | texts | documents (ADF) | wiki markup, escaped |
 * | search | `POST search/jql` | `POST search` |
 * | who | `user` (a mail address) and `token` | `user` and `token` as password, or `token` alone |
 *
 * An issue is found again by a label that is the thread's mark.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
 * https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema, SendContext } from '../channel.js';
import { type Asked, askJson } from '../json-request.js';
import type { Message, MessageLevel } from '../message.js';
import { oneLine } from '../plain-text.js';
import { lookAt, type Ticket, type Tracker, tellTracker } from '../tickets/ticket.js';
import { headerValue, webAddress } from '../webhook/webhook-channel.js';
import { adfOf } from './adf.js';
import { wikiOf } from './wiki.js';

export interface JiraConfig {
  /** `https://example.atlassian.net`. */
  url: string;
  /** 3: Cloud. 2: Server and Data Center. Default: 3. */
  api: 2 | 3;
  user?: string | undefined;
  token: string;
  /** Key of the project. */
  project: string;
  /** Default: Task. */
  issueType: string;
  /** Besides the mark. Default: millrace. */
  labels: string[];
  /** Names of priorities by level. Default: the project's own. */
  priorities?: { critical?: string | undefined; warning?: string | undefined } | undefined;
  /** Further fields, as the API takes them. */
  fields?: { [name: string]: z.core.util.JSONType } | undefined;
  /** Name of the transition when it is over, and when it begins again. Default: only a comment. */
  resolve?: string | undefined;
  reopen?: string | undefined;
  /** Whether an issue that is closed there acknowledges here. Default: true. */
  follow: boolean;
}

const word = z.string().min(1).max(100);

const config: ConfigSchema<JiraConfig> = z.strictObject({
  url: webAddress,
  api: z.union([z.literal(2), z.literal(3)]).default(3),
  user: z
    .string()
    .min(1)
    .max(254)
    .regex(/^[^:\s]+$/, 'expected a name without a colon')
    .optional(),
  token: headerValue,
  project: z.string().regex(/^[A-Z][A-Z0-9_]{1,49}$/, 'expected the key of a project: PIPE'),
  issueType: word.default('Task'),
  labels: z
    .array(z.string().regex(/^[^\s"\\]{1,100}$/, 'expected labels without spaces'))
    .max(20)
    .default(['millrace']),
  priorities: z.strictObject({ critical: word.optional(), warning: word.optional() }).optional(),
  fields: z
    .record(z.string().regex(/^[A-Za-z0-9_]{1,100}$/), z.json())
    .refine((fields) => JSON.stringify(fields).length <= 8_000, { message: 'too large' })
    .optional(),
  resolve: word.optional(),
  reopen: word.optional(),
  follow: z.boolean().default(true),
});

const issue = z.looseObject({ key: z.string().regex(/^[A-Z][A-Z0-9_]*-\d+$/) });
const found = z.looseObject({ issues: z.array(issue) });
const status = z.looseObject({
  fields: z.looseObject({
    status: z.looseObject({ statusCategory: z.looseObject({ key: z.string() }) }),
  }),
});
const transitions = z.looseObject({
  transitions: z.array(z.looseObject({ id: z.string(), name: z.string() })),
});

export const JIRA: Channel<JiraConfig> = {
  type: 'jira',
  description: 'opens an issue in Jira for each incident, comments on it and resolves it',
  config,
  secrets: ['token'],
  incomplete: ({ api, user }) =>
    (api ?? 3) === 3 && user === undefined
      ? 'Jira Cloud knows a token by its "user", a mail address; a Server without one needs "api: 2"'
      : undefined,
  perSecond: 2,
  storms: 'one by one',
  addresses: undefined,
  send: (message, written, context) =>
    tellTracker(message, trackerOf(message, written, context), context),
  look: (reference, written, context) =>
    lookAt(reference, written.follow, (key) => isDone(key, written, context)),
};

type Context = Pick<SendContext, 'ports' | 'now' | 'signal'>;

function ask<Value>(
  { url, api, user, token }: JiraConfig,
  context: Context,
  [method, path]: readonly ['GET' | 'POST', string],
  shape: z.ZodType<Value>,
  body?: unknown,
): Promise<Asked<Value>> {
  const authorization =
    user === undefined
      ? `Bearer ${token}`
      : `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
  const request = { url: `${url.replace(/\/$/, '')}/rest/api/${api}/${path}`, method };
  // Server takes a request of a browser for an attack without it.
  const headers = { authorization, 'x-atlassian-token': 'no-check' };
  return askJson(context, { ...request, headers, ...(body === undefined ? {} : { body }) }, shape);
}

async function isDone(key: string, written: JiraConfig, context: Context): Promise<Asked<boolean>> {
  const path = `issue/${encodeURIComponent(key)}?fields=status`;
  const asked = await ask(written, context, ['GET', path], status);
  if (asked.type !== 'done') return asked;
  return { type: 'done', value: asked.value.fields.status.statusCategory.key === 'done' };
}

function trackerOf(message: Message, written: JiraConfig, context: SendContext): Tracker {
  const { api, project, issueType, labels, fields, resolve, reopen } = written;
  const { mark } = context;
  const body = api === 3 ? adfOf(message) : wikiOf(message);
  const ticketOf = ({ key }: { key: string }): Ticket => ({ id: key, name: key });
  return {
    async find() {
      const jql = `project = "${project}" AND labels = "${mark}" ORDER BY created ASC`;
      const path = api === 3 ? 'search/jql' : 'search';
      const wanted = { jql, maxResults: 1, fields: ['status'] };
      const asked = await ask(written, context, ['POST', path], found, wanted);
      if (asked.type !== 'done') return asked;
      const [first] = asked.value.issues;
      return { type: 'done', value: first && ticketOf(first) };
    },
    async open() {
      const priority = priorityOf(written, message.level);
      const wanted = {
        ...fields,
        project: { key: project },
        issuetype: { name: issueType },
        summary: oneLine(message.title, 240),
        description: body,
        labels: [...labels, mark],
        ...(priority === undefined ? {} : { priority: { name: priority } }),
      };
      const asked = await ask(written, context, ['POST', 'issue'], issue, { fields: wanted });
      return asked.type === 'done' ? { type: 'done', value: ticketOf(asked.value) } : asked;
    },
    comment: ({ id }) =>
      ask(written, context, ['POST', `issue/${id}/comment`], z.looseObject({ id: z.string() }), {
        body,
      }),
    async move({ id }, to) {
      const wanted = to === 'closed' ? resolve : reopen;
      if (wanted === undefined) return { type: 'done', value: '' };
      const done = await isDone(id, written, context);
      if (done.type !== 'done') return done;
      if (done.value === (to === 'closed')) return { type: 'done', value: '' };
      const offered = await ask(written, context, ['GET', `issue/${id}/transitions`], transitions);
      if (offered.type !== 'done') return offered;
      const all = offered.value.transitions;
      const chosen = all.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
      if (chosen === undefined) {
        const names = all.map(({ name }) => oneLine(name, 40)).join(', ');
        return { type: 'done', value: `it offers no transition "${wanted}", only ${names}` };
      }
      const body = { transition: { id: chosen.id } };
      // It is answered with 204 and nothing.
      const moved = await ask(
        written,
        context,
        ['POST', `issue/${id}/transitions`],
        z.unknown(),
        body,
      );
      return moved.type === 'done' ? { type: 'done', value: wanted } : moved;
    },
  };
}

function priorityOf({ priorities }: JiraConfig, level: MessageLevel): string | undefined {
  return level === 'critical' || level === 'warning' ? priorities?.[level] : undefined;
}
