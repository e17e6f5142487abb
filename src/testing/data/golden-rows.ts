/**
 * Puts new rows into a test file where it writes them itself. All else in the file stays as it is, letter by letter.
 * @module
 */
import { isMap, isScalar, isSeq, type Node, parseDocument, stringify } from 'yaml';
import type { ValuePath } from '../../pipelines/source-file.js';
import type { Row } from './data-schema.js';

/**
 * @param text of the test file
 * @param path where the rows stand in it
 * @returns undefined when they do not stand there by themselves: an alias stands for rows that others use, too
 * @example withRows('rows: [{ a: 1 }]', ['rows'], [{ a: 2 }])
 */
export function withRows(text: string, path: ValuePath, rows: readonly Row[]): string | undefined {
  const document = parseDocument(text, { logLevel: 'error' });
  let node = document.contents as Node | null;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      node = (pair?.value ?? null) as Node | null;
    } else node = isSeq(node) ? ((node.items[Number(step)] ?? null) as Node | null) : null;
  }
  const range = node?.range;
  if (!isSeq(node) || node.anchor !== undefined || range === undefined || range === null) {
    return undefined;
  }
  const [start] = range;
  // A list ends with the line after its last row; that row says where it ends itself.
  const last = node.flow === true ? node : ((node.items.at(-1) ?? node) as Node);
  const end = start + text.slice(start, last.range?.[1] ?? range[1]).trimEnd().length;
  const lines = rows.map((row) => flow(row));
  if (node.flow === true) {
    const inside = lines.length === 0 ? '[]' : `[${lines.join(', ')}]`;
    return `${text.slice(0, start)}${inside}${text.slice(end)}`;
  }
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  const list = lines.length === 0 ? '[]' : lines.map((line) => `- ${line}`).join(`\n${indent}`);
  return `${text.slice(0, start)}${list}${text.slice(end)}`;
}

function flow(row: Row): string {
  return stringify(row, {
    collectionStyle: 'flow',
    lineWidth: 0,
    flowCollectionPadding: true,
  }).trim();
}
