/**
 * What a target gets of an event: all of it, a part (InputPath), a constant (Input), or a text made from parts
 * (InputTransformer).
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import type { EventError } from '../pattern/refusal.js';
import { type InputPath, parseInputPath, readInputPath } from './input-path.js';
import {
  fillTemplate,
  type InputTemplate,
  parseInputTemplate,
  placeholdersOf,
} from './input-template.js';

/** As a target says it (PutTargets, Target). At most one of the three. */
export interface InputSettings {
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | {
        readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
        readonly InputTemplate: string;
      }
    | undefined;
}

/** Checked settings. */
export type TargetInput =
  | { readonly type: 'event' }
  | { readonly type: 'constant'; readonly text: string }
  | { readonly type: 'path'; readonly path: InputPath }
  | {
      readonly type: 'transformer';
      readonly paths: ReadonlyMap<string, InputPath>;
      readonly template: InputTemplate;
    };

/** What the predefined placeholders `<aws.events.…>` tell besides the event. */
export interface DeliveryContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** When the bus took the event: ISO 8601, as it is to be shown. */
  readonly ingestionTime: string;
}

/** Characters of an InputTemplate, and entries of an InputPathsMap (PutTargets, InputTransformer). */
const MAX_TEMPLATE = 8192;
const MAX_PATHS = 100;

const PREDEFINED: ReadonlySet<string> = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event',
  'aws.events.event.json',
  'aws.events.event.ingestion-time',
]);

/**
 * Checks what a target says about its input.
 *
 * @param targetId for the message of an error.
 * @example parseTargetInput('t1', { InputPath: '$.detail' }) // { input: … }
 */
export function parseTargetInput(
  targetId: string,
  settings: InputSettings,
): { input: TargetInput } | { error: EventError } {
  const { Input, InputPath, InputTransformer } = settings;
  const given = [Input, InputPath, InputTransformer].filter((one) => one !== undefined);
  if (given.length > 1) {
    return refused(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${targetId}.`,
    );
  }
  if (Input !== undefined) {
    return isJson(Input)
      ? { input: { type: 'constant', text: Input } }
      : refused(`JSON syntax error in input for target ${targetId}.`);
  }
  if (InputPath !== undefined) {
    const path = parseInputPath(InputPath);
    if (path === undefined) return refused(`InputPath for target ${targetId} is invalid.`);
    return { input: { type: 'path', path } };
  }
  if (InputTransformer === undefined) return { input: { type: 'event' } };
  return parseTransformer(targetId, InputTransformer);
}

function parseTransformer(
  targetId: string,
  { InputPathsMap = {}, InputTemplate }: NonNullable<InputSettings['InputTransformer']>,
): { input: TargetInput } | { error: EventError } {
  if (InputTemplate === '' || InputTemplate.length > MAX_TEMPLATE) {
    return refused(
      `InputTemplate for target ${targetId} must have between 1 and ${MAX_TEMPLATE} characters.`,
    );
  }
  const entries = Object.entries(InputPathsMap);
  if (entries.length > MAX_PATHS) {
    return refused(`InputPathsMap for target ${targetId} has more than ${MAX_PATHS} entries.`);
  }
  const paths = new Map<string, InputPath>();
  for (const [name, text] of entries) {
    const path = parseInputPath(text);
    if (path === undefined || /^aws/i.test(name)) {
      return refused(`InputPathsMap for target ${targetId} contains invalid entry ${name}.`);
    }
    paths.set(name, path);
  }
  const template = parseInputTemplate(InputTemplate);
  for (const name of placeholdersOf(template)) {
    if (!paths.has(name) && !PREDEFINED.has(name)) {
      return refused(`InputTemplate for target ${targetId} contains invalid placeholder ${name}.`);
    }
  }
  return { input: { type: 'transformer', paths, template } };
}

function refused(message: string): { error: EventError } {
  return { error: { code: 'ValidationException', message } };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The text that a target gets; undefined when it gets nothing because a template did not become JSON.
 *
 * A path without a value gives `null`.
 */
export function renderInput(
  input: TargetInput,
  event: JsonObject,
  context: DeliveryContext,
): string | undefined {
  switch (input.type) {
    case 'event':
      return JSON.stringify(event);
    case 'constant':
      return input.text;
    case 'path':
      return JSON.stringify(readInputPath(input.path, event) ?? null);
    case 'transformer':
      return fillTemplate(input.template, (name) => {
        const path = input.paths.get(name);
        return path === undefined ? predefined(name, event, context) : readInputPath(path, event);
      });
  }
}

function predefined(name: string, event: JsonObject, context: DeliveryContext): Json | undefined {
  switch (name) {
    case 'aws.events.rule-arn':
      return context.ruleArn;
    case 'aws.events.rule-name':
      return context.ruleName;
    case 'aws.events.event.ingestion-time':
      return context.ingestionTime;
    case 'aws.events.event.json':
      return event;
    case 'aws.events.event': {
      const { detail: _, ...envelope } = event;
      return envelope;
    }
    default:
      return undefined;
  }
}
