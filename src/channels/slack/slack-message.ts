/**
 * A message as Slack shows it.
 *
 * What others have written goes into `plain_text` objects, where nothing is markup and nobody is mentioned; the line that is read out
 * in notifications has the three characters escaped that Slack reads, and is no mrkdwn. Only our own links and the ids of members, which are
 * checked, are mrkdwn.
 * https://docs.slack.dev/messaging/formatting-message-text/#escaping
 * https://docs.slack.dev/reference/block-kit/composition-objects/text-object
 * @module
 */
import type { Person } from '../channel.js';
import type { Message, MessageLevel } from '../message.js';
import { oneLine, severalLines, webLinks } from '../plain-text.js';

const MARKS: { readonly [Level in MessageLevel]: string } = {
  critical: '🔴',
  warning: '🟡',
  info: '🔵',
  good: '🟢',
};
/** Limits of Slack: a header, a text of a section, fields of a section. */
const HEADER = 140;
const SECTION = 2_900;
const FIELDS = 10;
const FIELD = 1_900;

/** Member ids of Slack. */
export const MEMBER_ID: RegExp = /^[UW][A-Z0-9]{5,20}$/;

/**
 * Escapes what Slack reads as the beginning of a link, a mention or an entity.
 * @example escapeSlack('<!channel> & co') // '&lt;!channel&gt; &amp; co'
 */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * What is posted, but for where.
 * @example slackMessage(message, []).text // '🔴 orders failed'
 */
export function slackMessage(message: Message, people: readonly Person[]): object {
  const { title, text, facts, links, actions, level } = message;
  const mark = MARKS[level];
  const plain = (words: string): object => ({ type: 'plain_text', text: words, emoji: false });
  const blocks: object[] = [{ type: 'header', text: plain(oneLine(`${mark} ${title}`, HEADER)) }];
  const told = severalLines(text, SECTION).trim();
  if (told !== '') blocks.push({ type: 'section', text: plain(told) });
  const fields = facts
    .slice(0, FIELDS)
    .map(({ name, value }) => plain(oneLine(`${name}: ${value}`, FIELD)));
  if (fields.length > 0) blocks.push({ type: 'section', fields });
  const mentions = people.flatMap(({ slack }) =>
    slack !== undefined && MEMBER_ID.test(slack) ? [`<@${slack}>`] : [],
  );
  const where = [...webLinks(actions), ...webLinks(links)]
    .slice(0, 20)
    // A bar would end the address, and an angle bracket the link.
    .map(({ name, url }) => `<${escapeSlack(url).replaceAll('|', '%7C')}|${linkName(name)}>`);
  const last = fitting([...mentions, ...where], SECTION);
  if (last !== '') {
    blocks.push({ type: 'section', text: { type: 'mrkdwn', text: last, verbatim: true } });
  }
  return {
    text: escapeSlack(oneLine(`${mark} ${title}`, 300)),
    mrkdwn: false,
    blocks,
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** As many of them as have room, whole. */
function fitting(parts: readonly string[], most: number): string {
  let all = '';
  for (const part of parts) {
    if (all.length + part.length + 2 > most) break;
    all += all === '' ? part : `  ${part}`;
  }
  return all;
}

/** The name of a link: markup has no place in it. */
function linkName(name: string): string {
  return escapeSlack(name.replaceAll(/[|*_~`]/g, ' '));
}
