/**
 * Text of others in the markup of Jira Server and Data Center, where it is to be no markup.
 *
 * Every sign that begins some is escaped by a backslash; a backslash itself, two of which would break the line and take the effect from the next
 * sign, becomes an entity. A colon is escaped too, so that no address becomes a link.
 * https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=texteffects
 * @module
 */
import type { Message } from '../message.js';
import { oneLine, severalLines, webLinks } from '../plain-text.js';

/** Characters of a description or comment are 32,767 at most by default; escaped they may be twice as many. */
const MOST = 12_000;

/** @example escapeWiki('{code} [~admin]') // '\\{code\\} \\[\\~admin\\]' */
export function escapeWiki(text: string): string {
  return text
    .replaceAll(/[&\\#]|[{}[\]*_\-+^~?!|():;@<>"]/g, (sign) => ENTITIES[sign] ?? `\\${sign}`)
    .replaceAll(/^(\s*)(h[1-6]|bq)\./gim, '$1$2\\.');
}

/** A number sign escaped by a backslash would end an entity before it. */
const ENTITIES: { readonly [sign: string]: string } = {
  '&': '&#38;',
  '\\': '&#92;',
  '#': '&#35;',
};

/**
 * @example wikiOf(message) // 'orders failed\n\nNoDisk\\: full\n\nOwner\\: Ada\n\n[State|https://…]'
 */
export function wikiOf({ title, text, facts, links }: Message): string {
  const parts = [
    escapeWiki(oneLine(title, 300)),
    escapeWiki(severalLines(text, 4_000)),
    facts
      .slice(0, 20)
      .map(({ name, value }) => escapeWiki(`${oneLine(name, 60)}: ${oneLine(value, 200)}`))
      .join('\n'),
    webLinks(links)
      .slice(0, 20)
      // A bar or a bracket would end the address.
      .map(
        ({ name, url }) =>
          `[${plainName(name)}|${url.replaceAll(/[|[\]{}\\]/g, encodeURIComponent)}]`,
      )
      .join('\n'),
  ];
  const all = parts.filter((part) => part !== '').join('\n\n');
  return all.length <= 32_000 ? all : escapeWiki(oneLine(title, MOST));
}

function plainName(name: string): string {
  return oneLine(name.replaceAll(/[^\p{L}\p{N} .,]/gu, ' '), 60) || 'link';
}
