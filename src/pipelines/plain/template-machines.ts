/**
 * The state machines of a template: resources of CloudFormation (`AWS::StepFunctions::StateMachine`) and of SAM
 * (`AWS::Serverless::StateMachine`), with their definitions wherever they are written.
 *
 * | property | holds |
 * | --- | --- |
 * | `Definition` | the definition as a mapping |
 * | `DefinitionString` | its text, also by `Fn::Sub` or `Fn::Join`, as the CDK writes it |
 * | `DefinitionUri` (SAM) | the name of a file beside the template, or an object of S3 |
 * | `DefinitionS3Location` | an object of S3 |
 * | `DefinitionSubstitutions` | values of `${Name}` in the definition |
 *
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../asl/json.js';
import type { FoundDefinition } from '../find-definition.js';
import { pathOf } from '../find-definition.js';
import { type Loading, pathInside } from '../loading.js';
import type { Problem } from '../problem.js';
import { problemAt, readSource, type SourceFile, type ValuePath } from '../source-file.js';
import { readDefinitionText } from './definition-text.js';
import {
  filledJson,
  filledValue,
  type Scope,
  templateScope,
  textOf,
  withValues,
} from './placeholders.js';

const TYPES = new Set(['AWS::StepFunctions::StateMachine', 'AWS::Serverless::StateMachine']);

/** One state machine as it was found, not yet checked. */
export interface TemplateMachine {
  /** Its logical id. */
  readonly id: string;
  /** `Name` or `StateMachineName` where it is written down, else the logical id. */
  readonly name: string;
  readonly machineType: 'STANDARD' | 'EXPRESS';
  /** Absent when it cannot be read, or is elsewhere: a problem says so. */
  readonly found?: FoundDefinition;
  /** The resource itself. */
  readonly path: ValuePath;
  /** Placeholders of it that have no value here. */
  readonly missing: ReadonlySet<string>;
  relocate(problem: Problem): Problem;
}

/** Every state machine of a template, in the order in which they are written. */
export async function machinesOfTemplate(
  source: SourceFile,
  loading: Loading,
): Promise<TemplateMachine[]> {
  const template = source.value as JsonObject;
  const resources = template.Resources as JsonObject;
  const machines: TemplateMachine[] = [];
  for (const [id, resource] of Object.entries(resources)) {
    if (!isObject(resource) || !TYPES.has(String(resource.Type))) continue;
    const properties = isObject(resource.Properties) ? resource.Properties : {};
    const path = ['Resources', id, 'Properties'];
    const outer = templateScope(template);
    const scope = withValues(outer, properties.DefinitionSubstitutions);
    const name = properties.Name ?? properties.StateMachineName;
    const type = properties.Type ?? properties.StateMachineType;
    const read = await readDefinition(properties, path, scope, source, loading);
    machines.push({
      id,
      name: typeof name === 'string' && !name.includes('${') ? name : id,
      machineType: type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
      path: ['Resources', id],
      missing: scope.missing,
      relocate: (problem) => problem,
      ...read,
    });
  }
  return machines;
}

type Read = Partial<Pick<TemplateMachine, 'found' | 'relocate'>>;

async function readDefinition(
  properties: JsonObject,
  path: ValuePath,
  scope: Scope,
  source: SourceFile,
  loading: Loading,
): Promise<Read> {
  const { Definition: given, DefinitionString: text, DefinitionUri: uri } = properties;
  const refuse = (code: Problem['code'], message: string, at: ValuePath, warn = false): Read => {
    const severity = warn ? 'warning' : 'error';
    loading.problems.push(problemAt(source, at, code, message, { severity }));
    return {};
  };
  if (isObject(given)) return { found: written(given, source, [...path, 'Definition'], scope) };
  if (text !== undefined)
    return readString(text, [...path, 'DefinitionString'], scope, source, loading);
  if (typeof uri === 'string' && !uri.startsWith('s3://')) {
    return readFileOf(uri, [...path, 'DefinitionUri'], scope, source, loading);
  }
  const elsewhere = ['DefinitionUri', 'DefinitionS3Location'].find((field) => properties[field]);
  if (elsewhere !== undefined) {
    const message = 'the definition is an object of S3, so it is not checked';
    return refuse('MILL1208', message, [...path, elsewhere], true);
  }
  return refuse(
    'MILL1102',
    'the state machine has no definition: give Definition, DefinitionString or DefinitionUri',
    path.slice(0, -1),
  );
}

/** A definition that is written as a mapping: its parts and those of the file correspond. */
function written(
  definition: JsonObject,
  source: SourceFile,
  path: ValuePath,
  scope: Scope,
): FoundDefinition {
  return {
    definition: filledValue(definition, scope) as JsonObject,
    isComplete: true,
    origin: (pointer) => ({ source, path: [...path, ...pathOf(pointer)], isWhole: false }),
  };
}

function readString(
  value: Json,
  path: ValuePath,
  scope: Scope,
  source: SourceFile,
  loading: Loading,
): Read {
  const { text, at } = templateText(value, path, scope);
  if (text === undefined) {
    const message = 'this is no text, and no function that gives one without deploying';
    loading.problems.push(problemAt(source, path, 'MILL1103', message));
    return {};
  }
  return readDefinitionText(text, source, path, at, loading.problems);
}

/** The JSON text that a property gives, and the block that it is written in. */
function templateText(
  value: Json,
  path: ValuePath,
  scope: Scope,
): { text: string | undefined; at?: ValuePath } {
  if (typeof value === 'string') return { text: filledJson(value, scope), at: path };
  const sub = isObject(value) ? value['Fn::Sub'] : undefined;
  if (typeof sub === 'string') {
    // The short form `!Sub |` has no key of its own in the file.
    return { text: filledJson(sub, scope), at: path };
  }
  if (Array.isArray(sub) && typeof sub[0] === 'string') {
    return { text: filledJson(sub[0], withValues(scope, sub[1])), at: [...path, 0] };
  }
  // Its placeholders are filled in afterwards, when it is known which of them stand in texts.
  const whole = textOf(value, { values: new Map(), missing: new Set() });
  return { text: whole === undefined ? undefined : filledJson(whole, scope) };
}

async function readFileOf(
  name: string,
  path: ValuePath,
  scope: Scope,
  source: SourceFile,
  loading: Loading,
): Promise<Read> {
  const file = pathInside(loading, name);
  const text = file === undefined ? undefined : await loading.readFile(file);
  if (file === undefined || text === undefined) {
    const message =
      file === undefined ? `${name} is not in the template's folder` : `there is no file ${name}`;
    loading.problems.push(problemAt(source, path, 'MILL1001', message));
    return {};
  }
  loading.sources.set(file, text);
  const { found } = readPlainText(file, text, scope, loading.problems);
  return found === undefined ? {} : { found };
}

/** A file that is a definition, with its placeholders filled in. */
export function readPlainText(
  file: string,
  text: string,
  scope: Scope,
  problems: Problem[],
): { found?: FoundDefinition } {
  const isJson = text.trimStart().startsWith('{');
  const source = readSource(file, isJson ? filledJson(text, scope) : text, problems);
  if (source === undefined) return {};
  if (!isObject(source.value)) {
    problems.push(problemAt(source, [], 'MILL1103', 'a state machine is a mapping'));
    return {};
  }
  return { found: written(source.value, source, [], scope) };
}
