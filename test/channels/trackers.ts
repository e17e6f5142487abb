/**
 * Stand-ins of systems of tickets, on loopback: they keep tickets, and refuse what the real ones would refuse by their documentation.
 * @module
 */
import type { ServerResponse } from 'node:http';
import type { Received } from './sinks.js';

/** A ticket over there. */
export interface Kept {
  readonly id: string;
  readonly title: string;
  readonly body: unknown;
  readonly labels: readonly string[];
  readonly fields: { readonly [name: string]: unknown };
  readonly comments: unknown[];
  isClosed: boolean;
}

type Answer = readonly [status: number, body?: unknown];

export class StandIn {
  /** By what the API knows them by. */
  readonly tickets: Map<string, Kept> = new Map();
  /** Takes what it is asked for and does not answer, so often. */
  loses = 0;
  /** Answers nothing but 503. */
  isDown = false;
  readonly #judge: (received: Received, kept: StandIn) => Answer;

  constructor(judge: (received: Received, kept: StandIn) => Answer) {
    this.#judge = judge;
  }

  get all(): Kept[] {
    return [...this.tickets.values()];
  }

  open(kept: Omit<Kept, 'id' | 'comments' | 'isClosed'>): Kept {
    const id = String(this.tickets.size + 12);
    const one = { ...kept, id, comments: [], isClosed: false };
    this.tickets.set(id, one);
    return one;
  }

  readonly service = (received: Received, response: ServerResponse): void => {
    const [status, body] = this.isDown ? ([503] as const) : this.#judge(received, this);
    if (received.method !== 'GET' && status === 201 && this.loses > 0) {
      this.loses -= 1;
      response.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  };
}

const JIRA_ERROR = (errors: object): Answer => [400, { errorMessages: [], errors }];

/**
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/ and REST API 2 of Server.
 * @param api 3: texts are documents; 2: texts are texts
 */
export function jiraServer(api: 2 | 3): StandIn {
  return new StandIn(({ method, path, headers, json }, kept) => {
    const who =
      api === 3
        ? `Basic ${Buffer.from('ada@example.org:canary-token').toString('base64')}`
        : 'Bearer canary-token';
    if (headers.authorization !== who) return [401, { errorMessages: ['no'] }];
    const base = `/rest/api/${api}/`;
    if (!path.startsWith(base)) return [404, { errorMessages: ['no such API'] }];
    const [route = '', query] = path.slice(base.length).split('?');
    const isText = (text: unknown): boolean =>
      api === 3 ? isDocument(text) : typeof text === 'string' && text.length <= 32_767;
    if (method === 'POST' && route === (api === 3 ? 'search/jql' : 'search')) {
      const said = /^project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC$/.exec(
        json.jql,
      );
      if (said === null) return [400, { errorMessages: ['the JQL is wrong'] }];
      const issues = kept.all.filter(({ labels }) => labels.includes(said[2] ?? ''));
      return [
        200,
        { issues: issues.slice(0, json.maxResults).map(({ id }) => ({ key: `PIPE-${id}` })) },
      ];
    }
    if (method === 'POST' && route === 'issue') {
      const { project, issuetype, summary, description, labels, priority, ...fields } = json.fields;
      if (project?.key !== 'PIPE') return JIRA_ERROR({ project: 'valid project is required' });
      if (issuetype?.name !== 'Bug')
        return JIRA_ERROR({ issuetype: 'The issue type selected is invalid.' });
      if (
        typeof summary !== 'string' ||
        summary === '' ||
        summary.length > 255 ||
        /[\r\n]/.test(summary)
      )
        return JIRA_ERROR({ summary: 'The summary is invalid.' });
      if (!isText(description))
        return JIRA_ERROR({ description: 'Operation value must be an Atlassian Document' });
      if (labels.some((one: string) => /\s/.test(one) || one.length > 255))
        return JIRA_ERROR({ labels: "The label can't contain spaces." });
      if (priority !== undefined && !['Highest', 'Medium'].includes(priority.name))
        return JIRA_ERROR({ priority: 'The priority selected is invalid.' });
      const { id } = kept.open({
        title: summary,
        body: description,
        labels,
        fields: { ...fields, priority },
      });
      return [201, { id: `100${id}`, key: `PIPE-${id}`, self: 'x' }];
    }
    const [, id = '', rest = ''] = /^issue\/PIPE-(\d+)\/?(\w*)$/.exec(route) ?? [];
    const ticket = kept.tickets.get(id);
    if (ticket === undefined)
      return [
        404,
        { errorMessages: ['Issue does not exist or you do not have permission to see it.'] },
      ];
    if (method === 'GET' && rest === '' && query === 'fields=status') {
      return [
        200,
        {
          key: `PIPE-${id}`,
          fields: { status: { statusCategory: { key: ticket.isClosed ? 'done' : 'new' } } },
        },
      ];
    }
    if (method === 'GET' && rest === 'transitions') {
      const name = ticket.isClosed ? 'Reopen' : 'Done';
      return [200, { transitions: [{ id: ticket.isClosed ? '11' : '31', name }] }];
    }
    if (method === 'POST' && rest === 'transitions') {
      const wanted = ticket.isClosed ? '11' : '31';
      if (json.transition?.id !== wanted) return JIRA_ERROR({ transition: 'is not valid' });
      ticket.isClosed = !ticket.isClosed;
      return [204];
    }
    if (method === 'POST' && rest === 'comment') {
      if (!isText(json.body)) return JIRA_ERROR({ comment: 'Comment body is not valid!' });
      ticket.comments.push(json.body);
      return [201, { id: String(ticket.comments.length) }];
    }
    return [405, {}];
  });
}

/** https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/: what of it this may consist of. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at.
function isDocument(doc: any): boolean {
  if (doc?.type !== 'doc' || doc.version !== 1 || !Array.isArray(doc.content)) return false;
  if (JSON.stringify(doc).length > 60_000) return false;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at.
  return doc.content.every(({ type, content }: any) => {
    if (type !== 'paragraph' || !Array.isArray(content)) return false;
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at.
    return content.every((node: any) => {
      if (node.type === 'hardBreak') return true;
      if (node.type !== 'text' || typeof node.text !== 'string' || node.text === '') return false;
      return (node.marks ?? []).every(
        ({ type: mark, attrs }: { type: string; attrs?: { href: string } }) =>
          mark === 'strong' || (mark === 'link' && attrs?.href.startsWith('https://') === true),
      );
    });
  });
}

/** https://docs.github.com/en/rest/issues/issues */
export function githubServer(): StandIn {
  return new StandIn(({ method, path, headers, json }, kept) => {
    // Without it GitHub answers 403 to everything.
    if (headers['user-agent'] === undefined) return [403, { message: 'Request forbidden' }];
    if (headers.authorization !== 'Bearer canary-token')
      return [401, { message: 'Bad credentials' }];
    const [route = '', query = ''] = path.split('?');
    const at = /^\/repos\/acme\/data\/issues(?:\/(\d+))?(\/comments)?$/.exec(route);
    if (at === null) return [404, { message: 'Not Found' }];
    const shown = ({ id, body, labels, isClosed }: Kept): object => ({
      ...{ number: Number(id), body, state: isClosed ? 'closed' : 'open' },
      ...{ labels: labels.map((name) => ({ name })), created_at: '2026-11-01T00:00:00Z' },
    });
    const invalid: Answer = [422, { message: 'Validation Failed' }];
    if (at[1] === undefined) {
      if (method === 'GET') {
        const wanted = new URLSearchParams(query);
        const all = kept.all
          .filter(({ labels }) => labels.includes(wanted.get('labels') ?? ''))
          .filter(({ isClosed }) => wanted.get('state') === 'all' || !isClosed)
          .toReversed();
        const size = Number(wanted.get('per_page'));
        const from = (Number(wanted.get('page')) - 1) * size;
        return [200, all.slice(from, from + size).map(shown)];
      }
      const { title, body, labels } = json;
      if (typeof title !== 'string' || title === '' || title.length > 256) return invalid;
      if (typeof body !== 'string' || body.length > 65_536) return invalid;
      return [201, shown(kept.open({ title, body, labels, fields: {} }))];
    }
    const ticket = kept.tickets.get(at[1]);
    if (ticket === undefined) return [410, { message: 'This issue was deleted' }];
    if (at[2] === '/comments') {
      if (typeof json.body !== 'string' || json.body === '' || json.body.length > 65_536)
        return invalid;
      ticket.comments.push(json.body);
      return [201, { id: ticket.comments.length }];
    }
    if (method === 'PATCH') {
      if (!['open', 'closed'].includes(json.state)) return invalid;
      ticket.isClosed = json.state === 'closed';
    }
    return [200, shown(ticket)];
  });
}

/** https://docs.gitlab.com/api/issues/ */
export function gitlabServer(): StandIn {
  return new StandIn(({ method, path, headers, json }, kept) => {
    if (headers['private-token'] !== 'canary-token') return [401, { message: '401 Unauthorized' }];
    const [route = '', query = ''] = path.split('?');
    const at = /^\/api\/v4\/projects\/acme%2Fdata\/issues(?:\/(\d+))?(\/notes)?$/.exec(route);
    if (at === null) return [404, { message: '404 Project Not Found' }];
    const shown = ({ id, body, isClosed }: Kept): object => ({
      ...{ id: 9_000 + Number(id), iid: Number(id), description: body },
      state: isClosed ? 'closed' : 'opened',
    });
    if (at[1] === undefined) {
      if (method === 'GET') {
        const wanted = new URLSearchParams(query);
        const mark = wanted.get('search') ?? '';
        if (wanted.get('in') !== 'description') return [400, { message: 'in' }];
        return [200, kept.all.filter(({ body }) => String(body).includes(mark)).map(shown)];
      }
      const { title, description, labels } = json;
      if (typeof title !== 'string' || title === '' || title.length > 255)
        return [400, { message: { title: ['is too long'] } }];
      if (typeof description !== 'string' || description.length > 1_048_576) return [400, {}];
      return [
        201,
        shown(kept.open({ title, body: description, labels: labels.split(','), fields: {} })),
      ];
    }
    const ticket = kept.tickets.get(at[1]);
    if (ticket === undefined) return [404, { message: '404 Not found' }];
    if (at[2] === '/notes') {
      if (typeof json.body !== 'string' || json.body === '')
        return [400, { message: 'body is missing' }];
      ticket.comments.push(json.body);
      return [201, { id: ticket.comments.length }];
    }
    if (method === 'PUT') {
      if (!['close', 'reopen'].includes(json.state_event)) return [400, { message: 'state_event' }];
      ticket.isClosed = json.state_event === 'close';
    }
    return [200, shown(ticket)];
  });
}
