/**
 * What Step Functions itself demands of the parameters of its optimized integrations, before it calls the service. What
 * only the service demands is the service's business, or of whatever is bound in its place.
 *
 * Source: the syntax of each integration, https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 * @module
 */
import { isObject, type Json, type JsonObject } from './json.js';
import type { TaskResource } from './task-resource.js';

interface Demands {
  required: readonly string[];
  /** Fields that must have a form; absent and null ones are well. */
  forms?: { readonly [field: string]: (value: Json) => boolean };
}

const HTTP_LISTS = { Headers: isListsOfTexts, QueryParameters: isListsOfTexts };

const DEMANDS: { readonly [resource: string]: Demands } = {
  'apigateway:invoke': { required: ['ApiEndpoint', 'Method'], forms: HTTP_LISTS },
  'events:putEvents': { required: ['Entries'] },
  'glue:startJobRun': { required: ['JobName'] },
  'http:invoke': { required: ['ApiEndpoint', 'Method'] },
  'lambda:invoke': { required: ['FunctionName'] },
  'sns:publish': { required: ['Message'] },
  'sqs:sendMessage': { required: ['QueueUrl', 'MessageBody'] },
  'states:startExecution': { required: ['StateMachineArn'] },
};

/**
 * Everything that is wrong with a task's parameters, in the words of the service; empty when nothing is.
 * @example parameterProblems(parseResource('arn:aws:states:::lambda:invoke'), {}) // ["The field 'FunctionName' is required but was missing"]
 */
export function parameterProblems(resource: TaskResource, parameters: Json): string[] {
  const demands = demandsOf(resource);
  if (demands === undefined || !isObject(parameters)) return [];
  const missing = demands.required.filter((field) => parameters[field] === undefined);
  const misshapen = Object.entries(demands.forms ?? {}).filter(
    ([field, hasForm]) => !hasForm(parameters[field] ?? null),
  );
  return [
    ...missing.map((field) => `The field '${field}' is required but was missing`),
    ...misshapen.map(([field]) => `The value of the field '${field}' has an invalid format`),
  ];
}

/**
 * Parameters that a definition can be seen to lack before anything is computed: `FunctionName.$` counts as given.
 * @param parameters as they are written
 */
export function missingParameters(resource: TaskResource, parameters: JsonObject): string[] {
  const required = demandsOf(resource)?.required ?? [];
  return required.filter(
    (field) => parameters[field] === undefined && parameters[`${field}.$`] === undefined,
  );
}

function demandsOf(resource: TaskResource): Demands | undefined {
  const action = resource.action.replace(/\.(sync|sync:2|waitForTaskToken)$/, '');
  const name = `${resource.service}:${action}`;
  return Object.hasOwn(DEMANDS, name) ? DEMANDS[name] : undefined;
}

/** `{ name: [text, …] }`: HTTP allows a header, and a query parameter, more than once. */
function isListsOfTexts(value: Json): boolean {
  if (value === null) return true;
  if (!isObject(value)) return false;
  return Object.values(value).every(
    (list) => Array.isArray(list) && list.every((text) => typeof text === 'string'),
  );
}
