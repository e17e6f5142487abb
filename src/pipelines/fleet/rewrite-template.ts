/**
 * Gives a pipeline file another template: the reference is replaced where it stands, and nothing else of the text changes:
 * comments, quotes, line ends and the order of keys stay. The new text is read again, and must say the same but for that.
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, type Scalar } from 'yaml';
import type { JsonObject } from '../../asl/json.js';
import { isObject } from '../../asl/json.js';
import type { Problem } from '../problem.js';
import { readSource, type SourceFile } from '../source-file.js';

export type Rewritten = { readonly text: string } | { readonly reason: string };

/**
 * @param text of a pipeline file
 * @param from the reference that it has, `NAME@VERSION`
 * @param to the one that it gets
 * @returns the new text, or why it cannot be had without touching more
 * @example rewriteTemplate('pipeline: a\ntemplate: etl@1 # all of ours\n', 'etl@1', 'etl@2')
 */
export function rewriteTemplate(text: string, from: string, to: string): Rewritten {
  const source = read(text);
  const value = source === undefined ? undefined : objectOf(source);
  if (source === undefined || value === undefined) return { reason: 'the file cannot be read' };
  if (value.template !== from) return { reason: `the file does not use ${from}` };
  const place = placeOf(source, from);
  if (place === undefined) {
    return { reason: `${from} is not written beside "template": it is an alias, or folded text` };
  }
  const changed = text.slice(0, place.start) + to + text.slice(place.end);
  const after = read(changed);
  const said = after === undefined ? undefined : objectOf(after);
  if (said === undefined || !isDeepStrictEqual(said, { ...value, template: to })) {
    return {
      reason: `more than the template would change: its text is used elsewhere in the file`,
    };
  }
  return { text: changed };
}

/** Undefined when there are mistakes in it: what it says is not certain then. */
function read(text: string): SourceFile | undefined {
  const problems: Problem[] = [];
  const source = readSource('', text, problems);
  return problems.some(({ severity }) => severity === 'error') ? undefined : source;
}

function objectOf({ value }: SourceFile): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** From where to where the reference stands in the text, without its quotes. */
function placeOf({ document, text }: SourceFile, from: string) {
  const { contents } = document;
  if (!isMap(contents)) return undefined;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === 'template');
  if (!isScalar(pair?.value)) return undefined;
  const [start = 0, end = 0] = (pair.value as Scalar).range ?? [];
  const at = text.slice(start, end).indexOf(from);
  return at < 0 ? undefined : { start: start + at, end: start + at + from.length };
}
