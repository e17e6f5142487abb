/**
 * PagerDuty by its Events API v2: what belongs together has one `dedup_key`, so it is one alert there.
 *
 *     opened, reopened, repeated, escalated ──▶ trigger     acknowledged ──▶ acknowledge     resolved ──▶ resolve
 *
 * Events carry no comments: what only comments or assigns is not sent.
 * https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
 * https://github.com/PagerDuty/developer-docs/blob/main/docs/events-API-v2/02-Trigger-Events.md
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema } from '../channel.js';
import { askJson } from '../json-request.js';
import type { Message } from '../message.js';
import { oneLine, severalLines, webLinks } from '../plain-text.js';
import { webAddress } from '../webhook/webhook-channel.js';

export interface PagerdutyConfig {
  /** Integration key of a service. */
  routingKey: string;
  /** Address of the API. Default: `https://events.pagerduty.com`; in Europe `https://events.eu.pagerduty.com`. */
  url: string;
}

const config: ConfigSchema<PagerdutyConfig> = z.strictObject({
  routingKey: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'expected the 32 letters of an integration key'),
  url: webAddress.default('https://events.pagerduty.com'),
});

const answer = z.looseObject({ status: z.literal('success') });

export const PAGERDUTY: Channel<PagerdutyConfig> = {
  type: 'pagerduty',
  description: 'triggers, acknowledges and resolves an alert of PagerDuty for each incident',
  config,
  secrets: ['routingKey'],
  perSecond: 5,
  storms: 'one by one',
  addresses: undefined,
  async send(message, { routingKey, url }, context) {
    const action = actionOf(message);
    if (action === undefined) {
      return { type: 'delivered', words: 'PagerDuty takes no comments: nothing was sent' };
    }
    const { mark, now } = context;
    const body = {
      ...{ routing_key: routingKey, event_action: action, dedup_key: mark },
      ...(action === 'trigger' ? triggerOf(message, now) : {}),
    };
    const request = { url: `${url.replace(/\/$/, '')}/v2/enqueue`, method: 'POST' as const };
    const asked = await askJson(context, { ...request, headers: {}, body }, answer);
    if (asked.type === 'gone') return { type: 'refused', error: asked.error };
    if (asked.type !== 'done') return asked;
    const words = { trigger: 'triggered', acknowledge: 'acknowledged', resolve: 'resolved' };
    return { type: 'delivered', words: words[action] };
  },
};

function actionOf({ kind, level }: Message): 'trigger' | 'acknowledge' | 'resolve' | undefined {
  if (kind === 'resolved' || level === 'good') return 'resolve';
  if (kind === 'acknowledged') return 'acknowledge';
  if (kind === 'test') return 'trigger';
  const isNews = kind === 'assigned' || kind === 'commented' || kind === 'digest';
  return isNews || level === 'info' ? undefined : 'trigger';
}

/** A summary has 1,024 characters at most, an event 512 KB. */
function triggerOf({ title, text, facts, links, level, team, tags, at }: Message, now: number) {
  const where = webLinks(links).slice(0, 10);
  const source = facts.find(({ name }) => name === 'Pipeline')?.value ?? team;
  return {
    payload: {
      summary: oneLine(title, 1_000) || 'no title',
      source: oneLine(source, 200) || 'millrace',
      severity: level === 'critical' || level === 'warning' ? level : 'info',
      timestamp: new Date(Math.min(at, now)).toISOString(),
      group: oneLine(team, 200),
      custom_details: {
        why: severalLines(text, 8_000),
        ...named(facts.map(({ name, value }): [string, string] => [name, value])),
        ...named(Object.entries(tags)),
      },
    },
    client: 'Millrace',
    ...(where[0] === undefined ? {} : { client_url: where[0].url }),
    links: where.map(({ name, url }) => ({ href: url, text: name })),
  };
}

function named(pairs: readonly [string, string][]): { [name: string]: string } {
  const some = pairs.slice(0, 30).map(([name, value]) => [oneLine(name, 60), oneLine(value, 500)]);
  return Object.fromEntries(some) as { [name: string]: string };
}
