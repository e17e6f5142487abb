/**
 * Which variables each state of a definition reads: `variableReferences` of DescribeStateMachine.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
 * @module
 */
import type { MachineDefinition } from './definition.js';
import { isObject, type Json, type JsonObject } from './json.js';

/** Fields that hold other states: those are told by themselves. */
const MACHINES: ReadonlySet<string> = new Set(['ItemProcessor', 'Iterator', 'Branches']);
/** Fields of JSONPath states whose text is a path, beside all that end in `Path`. */
const PATHS: ReadonlySet<string> = new Set(['Variable']);

/**
 * State name → names of variables, sorted, without `$`. States that read none are left out.
 * @example variableReferences({ StartAt: 'A', States: { A: { Type: 'Pass', InputPath: '$x', End: true } } }) // { A: ['x'] }
 */
export function variableReferences(definition: MachineDefinition): { [state: string]: string[] } {
  const references: { [state: string]: string[] } = {};
  walkMachine(definition as unknown as JsonObject, 'JSONPath', references);
  return references;
}

function walkMachine(
  machine: JsonObject,
  outer: string,
  references: { [state: string]: string[] },
): void {
  const language = languageOf(machine, outer);
  const { States: states } = machine;
  if (!isObject(states)) return;
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) continue;
    const own = languageOf(state, language);
    const found = new Set<string>();
    for (const [field, value] of Object.entries(state)) {
      if (!MACHINES.has(field)) collect(field, value, own === 'JSONata', found);
      else
        for (const inner of [value].flat())
          if (isObject(inner)) walkMachine(inner, language, references);
    }
    if (found.size > 0) {
      Object.defineProperty(references, name, {
        value: [...found].sort(),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
}

function languageOf(place: JsonObject, outer: string): string {
  return typeof place.QueryLanguage === 'string' ? place.QueryLanguage : outer;
}

function collect(field: string, value: Json, isJsonata: boolean, found: Set<string>): void {
  if (typeof value === 'string') {
    if (isJsonata) {
      if (value.startsWith('{%')) for (const name of inJsonata(value)) found.add(name);
    } else if (field.endsWith('.$') || field.endsWith('Path') || PATHS.has(field)) {
      for (const name of inPath(value)) found.add(name);
    }
  } else if (Array.isArray(value)) {
    for (const item of value) collect(field, item, isJsonata, found);
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) collect(key, inner, isJsonata, found);
  }
}

/** Paths may stand inside intrinsic functions; quoted texts there hold none. */
function inPath(text: string): string[] {
  const bare = text.replaceAll(/'(?:[^'\\]|\\.)*'/g, '');
  return [...bare.matchAll(/(?<!\$)\$([\p{L}_][\p{L}\p{N}_]*)/gu)].map(
    ([, name]) => name as string,
  );
}

/** `$name` that is neither a function, nor `$states`, nor bound by the expression itself. */
function inJsonata(text: string): string[] {
  const bare = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '');
  const bound = new Set<string>(['states']);
  for (const [, name] of bare.matchAll(/\$([\p{L}_][\p{L}\p{N}_]*)\s*:=/gu))
    bound.add(name as string);
  for (const [, parameters = ''] of bare.matchAll(/(?:function|λ)\s*\(([^)]*)\)/g)) {
    for (const [, name] of parameters.matchAll(/\$([\p{L}_][\p{L}\p{N}_]*)/gu))
      bound.add(name as string);
  }
  return [...bare.matchAll(/(?<!\$)\$([\p{L}_][\p{L}\p{N}_]*)(?![\p{L}\p{N}_])(?!\s*\()/gu)]
    .map(([, name]) => name as string)
    .filter((name) => !bound.has(name));
}
