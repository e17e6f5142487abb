/**
 * A message as a document of Atlassian (ADF), as Jira Cloud wants it: texts are nodes, so nothing in them is markup.
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 * @module
 */
import type { Message } from '../message.js';
import { oneLine, severalLines, webLinks } from '../plain-text.js';

/** Characters of a text: a document has 32,767 at most. */
const MOST = 8_000;

type Node = { readonly type: string; readonly [member: string]: unknown };

/** Texts must not be empty. */
function textNode(text: string, marks: readonly object[] = []): Node[] {
  if (text === '') return [];
  return [{ type: 'text', text, ...(marks.length === 0 ? {} : { marks }) }];
}

function paragraph(lines: readonly (readonly Node[])[]): Node[] {
  const content = lines.flatMap((line, at) => (at === 0 ? line : [{ type: 'hardBreak' }, ...line]));
  return content.length === 0 ? [] : [{ type: 'paragraph', content }];
}

/** @example adfOf(message).type // 'doc' */
export function adfOf({ title, text, facts, links }: Message): Node {
  const strong = [{ type: 'strong' }];
  const where = webLinks(links).slice(0, 20);
  const content = [
    ...paragraph([textNode(oneLine(title, 300), strong)]),
    ...paragraph(
      severalLines(text, MOST)
        .split('\n')
        .map((line) => textNode(line)),
    ),
    ...paragraph(
      facts
        .slice(0, 20)
        .map(({ name, value }) => textNode(oneLine(`${name}: ${oneLine(value, 300)}`, 400))),
    ),
    ...paragraph(
      where.map(({ name, url }) =>
        textNode(oneLine(name, 60) || 'link', [{ type: 'link', attrs: { href: url } }]),
      ),
    ),
  ];
  return { type: 'doc', version: 1, content };
}
