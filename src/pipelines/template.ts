/**
 * Templates: a pipeline's common part in `templates/NAME@VERSION.yaml`, with typed parameters.
 *
 *     template: standard-etl
 *     version: 2
 *     parameters:
 *       county: { type: string }
 *     steps:
 *       - extract: { shell: "python3 extract.py ${with.county}" }
 *
 * Values are put into the read YAML, never into its text: a value cannot become structure. A text that consists of one
 * placeholder takes the value with its type; inside a longer text the value is spelled out. In a `shell` text a value
 * stays one word, whatever is in it. `$${` stands for `${`.
 * @module
 */
import { isMap, isPair, isScalar, type Node, type Scalar, visit } from 'yaml';
import type { Json, JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { suggest } from '../asl/validate.js';
import type { Problem } from './problem.js';
import type { TemplateParameter } from './schema.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';
import { quoteWord } from './words.js';

type Parameters = { [name: string]: TemplateParameter };

/**
 * The values of all parameters: given ones checked, defaults for the others.
 * @param pipeline the pipeline file, for the places of problems
 */
export function templateValues(
  parameters: Parameters,
  given: JsonObject,
  pipeline: SourceFile,
  problems: Problem[],
): JsonObject {
  const values: JsonObject = {};
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(parameters, name)) continue;
    const meant = suggest(name, Object.keys(parameters));
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    problems.push(
      problemAt(
        pipeline,
        ['with', name],
        'MILL1402',
        `the template has no parameter "${name}"${hint}`,
        {
          mark: 'key',
          fix:
            meant === undefined
              ? `known are ${Object.keys(parameters).join(', ')}`
              : `write "${meant}"`,
          ...(meant === undefined ? {} : { suggestion: meant }),
        },
      ),
    );
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    if (value === undefined) {
      const where: ValuePath = pipeline.document.has('with') ? ['with'] : ['template'];
      const message = `the template needs "${name}", a ${parameter.type}`;
      problems.push(
        problemAt(pipeline, where, 'MILL1403', message, {
          mark: 'key',
          fix: `add "${name}" to "with"`,
        }),
      );
      continue;
    }
    const wrong = wrongValue(value, parameter);
    if (wrong !== undefined && Object.hasOwn(given, name)) {
      problems.push(problemAt(pipeline, ['with', name], 'MILL1404', `"${name}": ${wrong}`));
    }
    values[name] = value;
  }
  return values;
}

function wrongValue(value: Json, { type, oneOf }: TemplateParameter): string | undefined {
  if (!hasType(value, type)) return `expected a ${type}, found ${JSON.stringify(value)}`;
  if (oneOf !== undefined && !oneOf.some((each) => each === value)) {
    const meant = typeof value === 'string' ? suggest(value, oneOf.map(String)) : undefined;
    const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
    return `expected one of ${oneOf.map((each) => JSON.stringify(each)).join(', ')}${hint}`;
  }
  return undefined;
}

function hasType(value: Json, type: TemplateParameter['type']): boolean {
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    case 'integer':
      return Number.isInteger(value);
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
  }
}

/**
 * Puts values into the placeholders of a template's document, in place. Its `parameters` stay as they are.
 * @param source the template, read freshly: its document is changed
 */
export function putValuesIn(source: SourceFile, values: JsonObject, problems: Problem[]): void {
  visit(source.document, {
    Pair(_, pair) {
      return isScalar(pair.key) && pair.key.value === 'parameters' && isTopLevel(source, pair)
        ? visit.SKIP
        : undefined;
    },
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return undefined;
      const parent = ancestors.at(-1);
      const isShell = isPair(parent) && isScalar(parent.key) && parent.key.value === 'shell';
      const filled = fill(node.value, values, key !== 'key' && isShell ? quoteWord : String);
      if (typeof filled === 'object' && filled !== null && 'wrong' in filled) {
        problems.push(placeholderProblem(source, node, String(filled.wrong), Object.keys(values)));
        return undefined;
      }
      if (key === 'key' || typeof filled !== 'object' || filled === null) {
        node.value = key === 'key' ? String(filled) : filled;
        return undefined;
      }
      const created = source.document.createNode(filled) as Node;
      if (node.range) created.range = node.range;
      return created;
    },
  });
}

function isTopLevel(source: SourceFile, pair: unknown): boolean {
  const { contents } = source.document;
  return isMap(contents) && (contents.items as unknown[]).includes(pair);
}

const OPEN = '${';
const OWNER = 'with.';

/** The text with its placeholders replaced, or the name of the placeholder that is wrong. */
function fill(text: string, values: JsonObject, spellIn: (value: string) => string): Json {
  const parts: string[] = [];
  let position = 0;
  for (;;) {
    const start = text.indexOf(OPEN, position);
    if (start < 0) return parts.join('') + text.slice(position);
    if (text.charAt(start - 1) === '$') {
      parts.push(text.slice(position, start - 1), OPEN);
      position = start + OPEN.length;
      continue;
    }
    const end = text.indexOf('}', start);
    const name =
      end < 0 ? text.slice(start + OPEN.length) : text.slice(start + OPEN.length, end).trim();
    const parameter = name.startsWith(OWNER) ? name.slice(OWNER.length) : undefined;
    if (end < 0 || parameter === undefined || !Object.hasOwn(values, parameter))
      return { wrong: name };
    const value = values[parameter] as Json;
    if (start === 0 && end === text.length - 1)
      return typeof value === 'string' ? spellIn(value) : value;
    parts.push(
      text.slice(position, start),
      spellIn(typeof value === 'string' ? value : JSON.stringify(value)),
    );
    position = end + 1;
  }
}

function placeholderProblem(
  source: SourceFile,
  node: Scalar,
  name: string,
  known: string[],
): Problem {
  const [start = 0, end = 0] = node.range ?? [];
  const { line, col } = source.lines.linePos(start);
  const meant = suggest(name.startsWith(OWNER) ? name.slice(OWNER.length) : name, known);
  const hint = meant === undefined ? '' : `; did you mean "\${with.${meant}}"?`;
  return {
    ...problemAt(source, [], 'MILL1405', `"\${${name}}" is no parameter of the template${hint}`, {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder that is explained
      fix: 'write ${with.NAME} for a parameter, or $${ for the characters themselves',
    }),
    line,
    column: col,
    length: Math.max(1, end - start),
  };
}
