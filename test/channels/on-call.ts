/**
 * Stand-ins of on-call services and of Microsoft Teams, on loopback: they refuse what the real ones would refuse by their documentation.
 * @module
 */
import type { ServerResponse } from 'node:http';
import type { Received } from './sinks.js';

export const ROUTING_KEY = '0123456789abcdef0123456789ABCDEF';

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
export function pagerduty({ path, method, json, body }: Received, response: ServerResponse): void {
  const errors = pagerdutyErrors(json, body);
  if (path !== '/v2/enqueue' || method !== 'POST') answer(response, 404, {});
  else if (errors.length > 0)
    answer(response, 400, { status: 'invalid event', message: 'Event object is invalid', errors });
  else
    answer(response, 202, {
      status: 'success',
      message: 'Event processed',
      dedup_key: json.dedup_key,
    });
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at.
function pagerdutyErrors(json: any, body: string): string[] {
  const errors: string[] = [];
  const {
    routing_key: key,
    event_action: action,
    dedup_key: dedup,
    payload,
    links = [],
  } = json ?? {};
  if (body.length > 512 * 1024) errors.push('too large');
  if (key !== ROUTING_KEY) errors.push('Invalid routing key');
  if (!['trigger', 'acknowledge', 'resolve'].includes(action))
    errors.push("'event_action' is invalid");
  if (typeof dedup !== 'string' || dedup.length > 255) errors.push("'dedup_key' is invalid");
  if (action !== 'trigger') return errors;
  const { summary, source, severity, timestamp } = payload ?? {};
  if (typeof summary !== 'string' || summary === '' || summary.length > 1_024)
    errors.push("'payload.summary' is invalid");
  if (typeof source !== 'string' || source === '')
    errors.push("'payload.source' is missing or blank");
  if (!['critical', 'error', 'warning', 'info'].includes(severity))
    errors.push("'payload.severity' is invalid");
  if (Number.isNaN(Date.parse(timestamp))) errors.push("'payload.timestamp' is invalid");
  if (links.some(({ href }: { href: string }) => !href.startsWith('https://')))
    errors.push("'links' are invalid");
  return errors;
}

/** https://docs.opsgenie.com/docs/alert-api @param base before `/v2/alerts` */
export function opsgenie(base: string) {
  return (received: Received, response: ServerResponse): void => {
    const field = wrongField(received, base);
    if (field === undefined) {
      answer(response, 202, { result: 'Request will be processed', took: 0.1, requestId: 'r-1' });
    } else {
      const status = { key: 403, path: 404 }[field] ?? 422;
      answer(response, status, { message: 'not processable', errors: { [field]: 'is wrong' } });
    }
  };
}

function wrongField({ path, method, headers, json }: Received, base: string): string | undefined {
  if (headers.authorization !== 'GenieKey canary-key') return 'key';
  const acts = /^\/v2\/alerts(?:\/([\w-]+)\/(acknowledge|close|notes)\?identifierType=alias)?$/;
  const at = acts.exec(path.slice(base.length));
  if (!path.startsWith(base) || method !== 'POST' || at === null) return 'path';
  if (at[1] !== undefined) {
    const { note } = json;
    const isNote = typeof note === 'string' && note !== '' && note.length <= 25_000;
    return isNote ? undefined : 'note';
  }
  const { message, alias, description, priority, tags, details } = json;
  if (typeof message !== 'string' || message === '' || message.length > 130) return 'message';
  if (typeof alias !== 'string' || alias.length > 512) return 'alias';
  if (typeof description !== 'string' || description.length > 15_000) return 'description';
  if (!/^P[1-5]$/.test(priority)) return 'priority';
  if (tags.length > 20 || tags.some((tag: string) => tag.length > 50)) return 'tags';
  return JSON.stringify(details).length > 8_000 ? 'details' : undefined;
}

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook */
export function teams({ json, body }: Received, response: ServerResponse): void {
  const [attachment] = json?.attachments ?? [];
  const card = attachment?.content;
  if (Buffer.byteLength(body) > 28 * 1024) return void response.writeHead(413).end('too large');
  const isCard =
    json?.type === 'message' &&
    attachment?.contentType === 'application/vnd.microsoft.card.adaptive' &&
    card?.type === 'AdaptiveCard' &&
    /^1\.[0-5]$/.test(card.version) &&
    card.body.every(isBlock) &&
    card.actions.every(
      ({ type, url }: { type: string; url: string }) =>
        type === 'Action.OpenUrl' && url.startsWith('https://'),
    );
  response.writeHead(isCard ? 202 : 400).end(isCard ? '' : 'Bad payload');
}

/** A text block would read Markdown: what others have written is in runs only. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at.
function isBlock({ type, inlines }: any): boolean {
  const isRun = (run: { type: string; text: string }): boolean =>
    run.type === 'TextRun' && run.text !== '' && !run.text.includes('{{');
  return type === 'RichTextBlock' && inlines.length > 0 && inlines.every(isRun);
}
