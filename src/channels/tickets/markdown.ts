/**
 * A message in the Markdown of GitHub and GitLab.
 *
 * What others have written stands in a fenced block, whose fence is longer than any within it: nothing there is markup, nobody is mentioned,
 * and GitLab's commands (`/close`) are none. Outside of it are our own links alone.
 * https://github.github.com/gfm/#fenced-code-blocks
 * https://docs.gitlab.com/user/project/quick_actions/
 * @module
 */
import type { Message } from '../message.js';
import { oneLine, plainText, webLinks } from '../plain-text.js';

/** Characters of what others have written: with links it stays below the 65,536 of GitHub. */
const MOST = 20_000;

/**
 * @example fenced('a\n```\nb') // '````text\na\n```\nb\n````'
 */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/**
 * The body of an issue or of a comment.
 * @param last a line at the end that nobody sees, without `--` in it
 * @example markdownOf(message, 'millrace-incident-42-…')
 */
export function markdownOf(message: Message, last: string | undefined): string {
  const told = plainText({ ...message, links: [], actions: [] }).slice(0, MOST);
  const links = webLinks(message.links)
    .slice(0, 20)
    .map(
      ({ name, url }) => `- [${linkName(name)}](<${url.replaceAll(/[<>]/g, encodeURIComponent)}>)`,
    );
  const parts = [
    fenced(`${oneLine(message.title, 300)}\n\n${told}`.trimEnd()),
    ...(links.length === 0 ? [] : [links.join('\n')]),
    ...(last === undefined ? [] : [hidden(last)]),
  ];
  return parts.join('\n\n');
}

/** What a body is known by. @example hidden('a') // '<!-- a -->' */
export function hidden(mark: string): string {
  return `<!-- ${mark} -->`;
}

/** Letters, digits and little else: our own names consist of nothing more. */
function linkName(name: string): string {
  return oneLine(name.replaceAll(/[^\p{L}\p{N} .,-]/gu, ' '), 60) || 'link';
}
