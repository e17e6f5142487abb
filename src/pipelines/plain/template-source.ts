/**
 * Reads a template of CloudFormation: YAML in which `!Sub text` is short for `{ "Fn::Sub": text }`.
 *
 * The file is read like every other one, so it has the same bounds. Only its value is made anew, with the short forms
 * written out; places are those of the document.
 * @module
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Json, JsonObject } from '../../asl/json.js';
import type { Problem } from '../problem.js';
import { readSource, type SourceFile } from '../source-file.js';

/** Short forms whose long one has no `Fn::` before it. */
const BARE = new Set(['Ref', 'Condition']);
const SHORT = /^!([A-Z][A-Za-z0-9]*(?:::[A-Za-z0-9]+)?)$/;

/** As `readSource`, but a short form is no problem. */
export function readTemplateSource(
  file: string,
  text: string,
  problems: Problem[],
): SourceFile | undefined {
  const found: Problem[] = [];
  const source = readSource(file, text, found);
  problems.push(...found.filter(({ message }) => !message.startsWith('Unresolved tag: !')));
  if (source === undefined) return undefined;
  const value = writtenOut(source.document.contents as Node | null, source.document);
  return { ...source, value };
}

/** Depth and number of values were bounded when the document was read. */
function writtenOut(node: Node | null, document: Document): Json {
  if (node === null) return null;
  if (isAlias(node))
    return writtenOut((node.resolve(document) as Node | undefined) ?? null, document);
  const short = SHORT.exec(node.tag ?? '')?.[1];
  const value = bareValueOf(node, document);
  return short === undefined ? value : { [BARE.has(short) ? short : `Fn::${short}`]: value };
}

function bareValueOf(node: Node, document: Document): Json {
  if (isSeq(node)) return node.items.map((item) => writtenOut(item as Node | null, document));
  if (isMap(node)) {
    const object: JsonObject = {};
    for (const { key, value } of node.items as Pair[]) {
      object[String(isScalar(key) ? key.value : key)] = writtenOut(value as Node | null, document);
    }
    return object;
  }
  if (!isScalar(node)) return null;
  const { value } = node;
  const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain ? (value as Json) : String(value);
}
