/**
 * Tells by its content what a file is that is no pipeline file: a definition of Step Functions as it is, or a template of
 * CloudFormation, SAM or the CDK that holds some.
 * @module
 */
import { isObject, type Json } from '../../asl/json.js';

export type PlainKind = 'machine' | 'template';

/** Only files of Millrace's own begin with one of these. */
const OWN_FIELDS = ['pipeline', 'steps', 'template', 'extends', 'tests', 'simulations', 'bindings'];
const ASL_NAME = /\.asl\.(json|ya?ml)$/;

/**
 * @param file its name decides only for a mapping that could be anything
 * @example plainKindOf({ StartAt: 'A', States: {} }, 'orders.json') // 'machine'
 */
export function plainKindOf(value: Json, file: string): PlainKind | undefined {
  if (!isObject(value)) return undefined;
  if (OWN_FIELDS.some((field) => Object.hasOwn(value, field))) return undefined;
  const { Resources: resources } = value;
  if (isObject(resources) && Object.values(resources).some(isResource)) return 'template';
  if ('StartAt' in value || 'States' in value || ASL_NAME.test(file)) return 'machine';
  return undefined;
}

/** Types of CloudFormation are written `AWS::Service::Thing`. */
function isResource(resource: Json): boolean {
  return isObject(resource) && typeof resource.Type === 'string' && resource.Type.includes('::');
}
