/**
 * Alerts of Opsgenie, and of Jira Service Management whose integration API speaks the same: one alert for each thread, whose alias
 * is the thread's mark. While an alert with an alias is open, another with it is counted and not opened.
 *
 *     opened, reopened, repeated, escalated ──▶ create     acknowledged ──▶ acknowledge     resolved ──▶ close     others ──▶ note
 *
 * https://docs.opsgenie.com/docs/alert-api
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-integration-events/
 * @module
 */
import { z } from 'zod';
import type { SendContext, SendOutcome } from '../channel.js';
import { askJson } from '../json-request.js';
import type { Message } from '../message.js';
import { oneLine, plainText } from '../plain-text.js';

export interface AlertApi {
  /** Address before `/v2/alerts`. */
  readonly url: string;
  readonly key: string;
}

/** Whatever is taken is done later; the answer has an id of the request. */
const answer = z.looseObject({ requestId: z.string() });

const DONE = {
  create: 'alert created or counted',
  acknowledge: 'alert acknowledged',
  close: 'alert closed',
  notes: 'note added',
} as const;

/** @example await sendAlert(message, { url: 'https://api.opsgenie.com', key }, context) */
export async function sendAlert(
  message: Message,
  { url, key }: AlertApi,
  context: SendContext,
): Promise<SendOutcome> {
  const act = actOf(message);
  const { mark } = context;
  const base = `${url.replace(/\/$/, '')}/v2/alerts`;
  const note = `${oneLine(message.title, 300)}\n\n${plainText({ ...message, actions: [] })}`;
  const asked = await askJson(
    context,
    {
      url:
        act === 'create' ? base : `${base}/${encodeURIComponent(mark)}/${act}?identifierType=alias`,
      method: 'POST',
      headers: { authorization: `GenieKey ${key}` },
      body:
        act === 'create'
          ? alertOf(message, mark)
          : { source: 'Millrace', note: note.slice(0, 20_000) },
    },
    answer,
  );
  if (asked.type === 'gone') return { type: 'refused', error: asked.error };
  return asked.type === 'done' ? { type: 'delivered', words: DONE[act] } : asked;
}

function actOf({ kind, level }: Message): keyof typeof DONE {
  if (kind === 'resolved' || level === 'good') return 'close';
  if (kind === 'acknowledged') return 'acknowledge';
  if (kind === 'test') return 'create';
  const isNews = kind === 'assigned' || kind === 'commented' || kind === 'digest';
  return isNews || level === 'info' ? 'notes' : 'create';
}

/** Limits: 130 characters of a message, 15,000 of a description, 20 tags of 50, 8,000 of details. HTML is shown in both texts. */
function alertOf(message: Message, mark: string): object {
  const { title, level, team, tags, facts } = message;
  const details = facts
    .slice(0, 15)
    .map(({ name, value }) => [withoutHtml(oneLine(name, 60)), withoutHtml(oneLine(value, 300))]);
  return {
    message: withoutHtml(oneLine(title, 130)) || 'no title',
    alias: mark,
    description: withoutHtml(plainText({ ...message, actions: [] })).slice(0, 15_000),
    priority: level === 'critical' ? 'P1' : level === 'warning' ? 'P3' : 'P5',
    source: 'Millrace',
    entity: oneLine(team, 200),
    tags: Object.entries(tags)
      .slice(0, 20)
      .map(([name, value]) => oneLine(`${name}:${value}`.replaceAll(',', ' '), 50)),
    details: Object.fromEntries(details),
  };
}

/** Angle brackets that look like them and are none: an entity would be shown as it is in mails and calls. */
function withoutHtml(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}
