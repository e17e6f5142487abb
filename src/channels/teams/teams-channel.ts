/**
 * Microsoft Teams: an Adaptive Card to the address of a workflow ("post to a channel when a webhook request is received").
 *
 * What others have written goes into text runs, which know no Markdown; `{{` is parted, since cards read dates of it. A message has
 * 28 KB at most: the text is shortened until it fits. A workflow answers 202 before it has posted, so what becomes of it is seen in Teams only.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 * https://adaptivecards.io/explorer/TextRun.html
 * @module
 */
import { z } from 'zod';
import type { Channel, ConfigSchema } from '../channel.js';
import { judgeStatus } from '../http-answer.js';
import type { Message, MessageLevel } from '../message.js';
import { oneLine, severalLines, webLinks } from '../plain-text.js';
import { webAddress } from '../webhook/webhook-channel.js';

export interface TeamsConfig {
  /** Address of the workflow: whoever knows it can post. */
  url: string;
}

const config: ConfigSchema<TeamsConfig> = z.strictObject({ url: webAddress });

/** Bytes of a message, and some to spare for what Teams puts around it. */
const MOST_BYTES = 26_000;

const COLOURS: { readonly [Level in MessageLevel]: string } = {
  critical: 'attention',
  warning: 'warning',
  info: 'accent',
  good: 'good',
};

export const TEAMS: Channel<TeamsConfig> = {
  type: 'teams',
  description: 'posts cards in a channel of Microsoft Teams by a workflow',
  config,
  secrets: ['url'],
  perSecond: 1,
  storms: 'folded',
  addresses: undefined,
  async send(message, { url }, { ports, now, signal }) {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const body = teamsBody(message);
    const answer = await ports.http({ url, method: 'POST', headers, body }, signal);
    const problem = judgeStatus(answer, now);
    if (problem !== undefined) return problem;
    const said = answer.type === 'answered' ? oneLine(answer.body, 200) : '';
    // Teams' older addresses answer 200 to what they did not post.
    if (/\bfailed\b|"error"/i.test(said)) {
      return { type: 'failed', error: `it answered that it did not post: ${said}` };
    }
    return { type: 'delivered', words: 'taken by the workflow' };
  },
};

/** @example JSON.parse(teamsBody(message)).attachments[0].content.type // 'AdaptiveCard' */
export function teamsBody(message: Message): string {
  for (const most of [8_000, 4_000, 2_000, 500]) {
    const body = JSON.stringify(envelope(message, most));
    if (Buffer.byteLength(body) <= MOST_BYTES) return body;
  }
  const { title, links } = message;
  const bare = { ...message, title: title.slice(0, 200), text: '', facts: [] };
  return JSON.stringify(envelope({ ...bare, links: links.slice(0, 1), actions: [] }, 0));
}

function envelope(message: Message, most: number): object {
  const { title, text, facts, links, actions, level } = message;
  const told = severalLines(text, most).trim();
  const body = [
    rich([
      run(oneLine(title, 300) || 'no title', {
        weight: 'bolder',
        size: 'large',
        color: COLOURS[level],
      }),
    ]),
    ...(told === '' ? [] : [rich(told.split('\n').flatMap((line) => runs(line)))]),
    ...facts
      .slice(0, 12)
      .map(({ name, value }) =>
        rich([run(`${oneLine(name, 60)}: `, { weight: 'bolder' }), run(oneLine(value, 300), {})]),
      ),
  ];
  const buttons = [...webLinks(actions), ...webLinks(links)].slice(0, 6);
  const content = {
    ...{ $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard' },
    version: '1.4',
    body,
    actions: buttons.map(({ name, url }) => ({
      ...{ type: 'Action.OpenUrl', title: unread(oneLine(name, 60)) || 'Open', url },
    })),
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

function rich(inlines: readonly object[]): object {
  return { type: 'RichTextBlock', inlines };
}

function runs(line: string): object[] {
  return [run(`${line}\n`, {})];
}

function run(text: string, look: object): object {
  return { type: 'TextRun', text: unread(text), ...look };
}

/** Cards replace `{{DATE(…)}}`: between two braces stands what nobody sees. */
function unread(text: string): string {
  return text.replaceAll(/\{(?=\{)/g, '{\u2060');
}
