/**
 * Finds the state under test and makes a machine around it alone: the state is named `StateName`, and the states it
 * could go to exist but do nothing.
 * @module
 */
import { type CompiledState, compileMachine, type Machine, stateOf } from '../compile.js';
import type { MachineDefinition, QueryLanguage } from '../definition.js';
import { refusalOf } from '../definition-verdict.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { validateDefinition, validateDefinitionText } from '../validate.js';
import type { Diagnostic } from '../validation/diagnostic.js';
import { invalid, TestStateRefused } from './request.js';

/** What a state without a name is called. */
export const STATE_NAME = 'StateName';

export interface TestedState {
  machine: Machine;
  state: CompiledState;
}

/**
 * Reads the definition of a request.
 * @param text one state, or a whole definition when `stateName` is given
 * @throws TestStateRefused when the definition is invalid or has no such state
 */
export function readTestedState(text: string, stateName: string | undefined): TestedState {
  const { definition, diagnostics } = validateDefinitionText(text);
  if (definition === undefined) throw invalidDefinition(diagnostics);
  if (stateName === undefined) {
    const wrapped = wrap(definition, undefined);
    refuseErrors(validateDefinition(wrapped));
    return compile(wrapped);
  }
  refuseErrors(diagnostics);
  const machine = definition as unknown as MachineDefinition;
  const found = findState(definition, stateName);
  if (found === undefined) throw invalid('State not found in definition');
  return compile(wrap(found, machine.QueryLanguage));
}

function wrap(state: Json, language: QueryLanguage | undefined): JsonObject {
  const targets = targetsOf(state).map((name): [string, Json] => [name, { Type: 'Succeed' }]);
  const states = Object.fromEntries([...targets, [STATE_NAME, state]]);
  const definition: JsonObject = { StartAt: STATE_NAME, States: states };
  if (language !== undefined) definition.QueryLanguage = language;
  return definition;
}

function compile(definition: JsonObject): TestedState {
  const machine = compileMachine(definition as unknown as MachineDefinition);
  return { machine, state: stateOf(machine, '', STATE_NAME) };
}

function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  const wrong = diagnostics.filter(({ severity }) => severity === 'ERROR');
  if (wrong.length > 0) throw invalidDefinition(wrong);
}

/** Names of the states that a state may go to. */
function targetsOf(state: Json): string[] {
  if (!isObject(state)) return [];
  const targets = [state.Next, state.Default];
  for (const field of ['Choices', 'Catch']) {
    const rules = state[field];
    if (!Array.isArray(rules)) continue;
    for (const rule of rules) if (isObject(rule)) targets.push(rule.Next);
  }
  return targets.filter((target): target is string => typeof target === 'string' && target !== '');
}

/** Looks for a state by name, also inside the branches of Parallel and the processors of Map states. */
export function findState(scope: Json | undefined, name: string): Json | undefined {
  if (!isObject(scope) || !isObject(scope.States)) return undefined;
  if (Object.hasOwn(scope.States, name)) return scope.States[name];
  for (const state of Object.values(scope.States)) {
    const found = findInside(state, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks for a state inside a Map or Parallel state. */
export function findInside(state: Json | undefined, name: string): Json | undefined {
  if (!isObject(state)) return undefined;
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  for (const scope of [state.ItemProcessor, state.Iterator, ...branches]) {
    const found = findState(scope, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function invalidDefinition(wrong: readonly Diagnostic[]): TestStateRefused {
  return new TestStateRefused('InvalidDefinition', refusalOf(wrong));
}
