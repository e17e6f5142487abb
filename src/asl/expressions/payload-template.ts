/**
 * Payload templates: Parameters, ResultSelector, ItemSelector and Assign of the JSONPath query language.
 *
 * A key that ends in `.$` holds a path or an intrinsic function and loses the `.$`; everything else is taken as it is.
 * Compiled once into a tree in which parts without expressions are kept whole and shared, so rendering costs only what
 * there is to compute. Source: Step Functions developer guide, "Manipulate parameters in workflows".
 * @module
 */
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { ExpressionFailure } from './failure.js';
import { compileIntrinsic, evaluateIntrinsic, type Intrinsic, isIntrinsic } from './intrinsic.js';
import { compilePath, findPath, type Path } from './path.js';
import { setOwn } from './property.js';
import type { Draws } from './random.js';
import type { Scope } from './scope.js';

export type PayloadTemplate =
  | { readonly type: 'constant'; readonly value: Json }
  | { readonly type: 'object'; readonly fields: readonly TemplateField[] }
  | { readonly type: 'array'; readonly items: readonly PayloadTemplate[] };

type TemplateField =
  | { readonly key: string; readonly type: 'template'; readonly template: PayloadTemplate }
  /** `field`: the key as written, with its `.$`. */
  | { readonly key: string; readonly type: 'path'; readonly field: string; readonly path: Path }
  | {
      readonly key: string;
      readonly type: 'intrinsic';
      readonly field: string;
      readonly intrinsic: Intrinsic;
    };

/**
 * Reads a template.
 * @throws ExpressionFailure States.Runtime when the value of a `.$` key is neither a path nor an intrinsic function
 * @example compilePayloadTemplate({ 'name.$': '$.customer', kind: 'order' })
 */
export function compilePayloadTemplate(value: Json): PayloadTemplate {
  if (Array.isArray(value)) {
    const items = value.map(compilePayloadTemplate);
    return items.every((item) => item.type === 'constant')
      ? { type: 'constant', value }
      : { type: 'array', items };
  }
  if (!isObject(value)) return { type: 'constant', value };
  const fields = Object.keys(value).map((key) => compileField(key, value[key] as Json));
  return fields.every((field) => field.type === 'template' && field.template.type === 'constant')
    ? { type: 'constant', value }
    : { type: 'object', fields };
}

function compileField(field: string, value: Json): TemplateField {
  if (!field.endsWith('.$')) {
    return { key: field, type: 'template', template: compilePayloadTemplate(value) };
  }
  const key = field.slice(0, -2);
  if (typeof value !== 'string') {
    throw new ExpressionFailure(
      'States.Runtime',
      `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`,
    );
  }
  return isIntrinsic(value)
    ? { key, type: 'intrinsic', field, intrinsic: compileIntrinsic(value) }
    : { key, type: 'path', field, path: compilePath(value) };
}

/**
 * Computes the payload.
 * @param field name of the state's field that holds the template; part of the randomness
 * @throws ExpressionFailure States.Runtime when a path finds nothing, States.IntrinsicFailure
 * @example renderPayloadTemplate(template, scope, 'Parameters') // { name: 'Ann', kind: 'order' }
 */
export function renderPayloadTemplate(
  template: PayloadTemplate,
  scope: Scope,
  field: string,
): Json {
  return render(template, scope, { seed: `${scope.seed}/${field}`, made: 0 });
}

function render(template: PayloadTemplate, scope: Scope, draws: Draws): Json {
  switch (template.type) {
    case 'constant':
      return template.value;
    case 'array':
      return template.items.map((item) => render(item, scope, draws));
    case 'object': {
      const rendered = {};
      for (const field of template.fields) {
        setOwn(rendered, field.key, renderField(field, scope, draws));
      }
      return rendered;
    }
  }
}

function renderField(field: TemplateField, scope: Scope, draws: Draws): Json {
  switch (field.type) {
    case 'template':
      return render(field.template, scope, draws);
    case 'intrinsic':
      return evaluateIntrinsic(field.intrinsic, scope, draws);
    case 'path': {
      const value = findPath(field.path, scope);
      return value === undefined ? missingPath(field.path, scope, field.field) : value;
    }
  }
}

/** The failure of a path that a named field holds, as AWS words it. */
export function missingPath(path: Path, scope: Scope, field: string): never {
  throw new ExpressionFailure(
    'States.Runtime',
    `The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(scope.input)}'`,
  );
}
