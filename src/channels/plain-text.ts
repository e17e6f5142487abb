/**
 * A message in plain text, and what makes texts of others fit for one line.
 *
 * Control characters and those that turn the direction of writing are taken out: a line of a message never looks like another.
 * @module
 */
import type { Message, MessageLink } from './message.js';

/** C0, C1, DEL, and marks that reorder or hide what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu;

/**
 * A text on one line, without what cannot be seen.
 * @param most characters of it; what is longer ends with an ellipsis
 * @example oneLine('failed:\r\nBcc: x', 100) // 'failed: Bcc: x'
 */
export function oneLine(text: string, most: number): string {
  const line = text
    .slice(0, most * 4)
    .replaceAll(UNSEEN, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}

/**
 * Several lines, each without what cannot be seen.
 * @example severalLines('a\r\nb\u0000', 100) // 'a\nb'
 */
export function severalLines(text: string, most: number): string {
  const lines = text.slice(0, most).split(/\r\n|\r|\n/);
  return lines.map((line) => oneLine(line, most)).join('\n');
}

/**
 * Links that lead to the web and nowhere else; of any other address nothing is told.
 * @example webLinks([{ name: 'x', url: 'javascript:alert(1)' }]) // []
 */
export function webLinks(links: readonly MessageLink[]): MessageLink[] {
  return links.flatMap(({ name, url }) => {
    if (!URL.canParse(url)) return [];
    const parsed = new URL(url);
    const isWeb = parsed.protocol === 'https:' || parsed.protocol === 'http:';
    return isWeb ? [{ name: oneLine(name, 100), url: parsed.href }] : [];
  });
}

/**
 * All of a message but its title, in plain text.
 * @example plainText(message) // 'No space left\n\nPipeline: orders\n\nState: https://…'
 */
export function plainText({ text, facts, links, actions }: Message): string {
  const parts = [
    severalLines(text, 8_000),
    facts.map(({ name, value }) => `${oneLine(name, 60)}: ${oneLine(value, 500)}`).join('\n'),
    [...webLinks(links), ...webLinks(actions)].map(({ name, url }) => `${name}: ${url}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}
