/**
 * What stands for values in a template: `${Name}` in texts, and the functions `Ref`, `Fn::Sub`, `Fn::Join` …
 *
 * What is known without deploying is put in: defaults of parameters, substitutions that are written down, and pseudo
 * parameters. Everything else stays `${Name}` and is told.
 * Source: CloudFormation user guide, "Intrinsic functions"; SAM, `DefinitionSubstitutions`.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../asl/json.js';

/** Values by name, and the names that had none. */
export interface Scope {
  readonly values: ReadonlyMap<string, string>;
  readonly missing: Set<string>;
}

/** What stands in a text: `${Name}`, or `${!Name}` for the text `${Name}` itself. */
const PLACEHOLDER = /\$\{(!?)([^{}\n]{1,200})\}/g;

/** Values of every template on this machine. */
const PSEUDO: readonly (readonly [string, string])[] = [
  ['AWS::AccountId', '000000000000'],
  ['AWS::Partition', 'aws'],
  ['AWS::Region', 'us-east-1'],
  ['AWS::URLSuffix', 'amazonaws.com'],
];

/** The scope of a template: its parameters that have defaults, and pseudo parameters. */
export function templateScope(template: JsonObject): Scope {
  const values = new Map(PSEUDO);
  const parameters = isObject(template.Parameters) ? template.Parameters : {};
  for (const [name, parameter] of Object.entries(parameters)) {
    if (isObject(parameter)) define(values, name, parameter.Default);
  }
  return { values, missing: new Set() };
}

/** A scope with more values, which go before; computed ones are filled in from the outer scope. */
export function withValues(scope: Scope, more: Json | undefined): Scope {
  const values = new Map(scope.values);
  // What a substitution stands for may be missing without that anybody asks for it.
  const unasked: Scope = { values: scope.values, missing: new Set() };
  for (const [name, value] of Object.entries(isObject(more) ? more : {})) {
    const text = textOf(value, unasked);
    if (text === undefined || PLACEHOLDER.test(text)) values.delete(name);
    else values.set(name, text);
    PLACEHOLDER.lastIndex = 0;
  }
  return { values, missing: scope.missing };
}

function define(values: Map<string, string>, name: string, value: Json | undefined): void {
  if (['string', 'number', 'boolean'].includes(typeof value)) values.set(name, String(value));
}

/** A text with its placeholders filled in where their values are known. */
export function filled(text: string, scope: Scope): string {
  return text.replaceAll(PLACEHOLDER, (whole, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    return valueFor(name.trim(), scope) ?? whole;
  });
}

/**
 * JSON text with its placeholders filled in. One that stands where no text is stays as a text, so that what is around it can
 * be read: `{"TimeoutSeconds": ${Limit}}` → `{"TimeoutSeconds": "${Limit}"}`.
 */
export function filledJson(text: string, scope: Scope): string {
  let isInText = false;
  const pieces = text.match(/\\.|"|\$\{!?[^{}\n]{1,200}\}|[^\\"$]+|\$/gs) ?? [];
  return pieces
    .map((piece) => {
      if (piece === '"') isInText = !isInText;
      if (!piece.startsWith('${')) return piece;
      const value = filled(piece, scope);
      if (isInText) return JSON.stringify(value).slice(1, -1);
      return value === piece ? `"${piece}"` : value;
    })
    .join('');
}

function valueFor(name: string, { values, missing }: Scope): string | undefined {
  const value = values.get(name);
  if (value === undefined) missing.add(name);
  return value;
}

/** True for `{ Ref: … }` and `{ "Fn::…": … }`. */
export function isFunction(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const [key, another] = Object.keys(value);
  return another === undefined && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'));
}

/**
 * The text that a value gives; undefined for one that is no text.
 * @example textOf({ 'Fn::Join': ['', ['a', { Ref: 'B' }]] }, scope) // 'a${B}'
 */
export function textOf(value: Json | undefined, scope: Scope): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!isObject(value) || !isFunction(value)) return undefined;
  const [name = ''] = Object.keys(value);
  const argument = value[name];
  switch (name) {
    case 'Ref':
      return filled(`\${${String(argument)}}`, scope);
    case 'Fn::GetAtt':
      return filled(
        `\${${Array.isArray(argument) ? argument.join('.') : String(argument)}}`,
        scope,
      );
    case 'Fn::Sub': {
      const [text, more]: (Json | undefined)[] = Array.isArray(argument) ? argument : [argument];
      return typeof text === 'string' ? filled(text, withValues(scope, more)) : undefined;
    }
    case 'Fn::Join':
      return joined(argument, scope);
    default:
      return filled(`\${${name}}`, scope);
  }
}

function joined(argument: Json | undefined, scope: Scope): string | undefined {
  const [separator, parts] = Array.isArray(argument) ? argument : [];
  if (typeof separator !== 'string' || !Array.isArray(parts)) return undefined;
  const texts = parts.map((part) => textOf(part, scope));
  return texts.includes(undefined) ? undefined : texts.join(separator);
}

/** A value with every function in it replaced by its text, and every placeholder filled in. */
export function filledValue(value: Json, scope: Scope): Json {
  if (typeof value === 'string') return filled(value, scope);
  if (Array.isArray(value)) return value.map((item) => filledValue(item, scope));
  if (!isObject(value)) return value;
  if (isFunction(value)) {
    const text = textOf(value, scope);
    return text === undefined ? value : filled(text, scope);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, filledValue(item, scope)]),
  );
}
