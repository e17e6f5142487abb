/**
 * Walks a machine: its states, the machines inside of Parallel and Map states, and the ways between them.
 * @module
 */
import type { QueryLanguage, StateType } from '../definition.js';
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { checkFields, type Fields, requireFields } from './fields.js';
import { checkProcessorConfig, isDistributed, processorConfig } from './map-fields.js';
import {
  anything,
  at,
  didYouMean,
  integer,
  kind,
  meantName,
  nonEmptyText,
  notOneOf,
  oneOf,
  type Place,
  text,
  wrong,
} from './place.js';
import { hasTransition, MOST_SECONDS, rulesOf, STATE_TYPES } from './state-fields.js';
import { checkTransitions } from './transitions.js';

/** Longest name of a state. */
const MAX_NAME = 80;

/** What is known about the machine around a state. */
interface Surroundings {
  /** The machine says JSONata for all its states: none of them may go back. */
  readonly allJsonata: boolean;
  /** Every state's name so far, with where it is. */
  readonly names: Map<string, string>;
}

/** `QueryLanguage` and `StartAt`, `States` are what a machine and a branch have in common. */
const BRANCH: Fields = {
  Comment: text,
  StartAt: nonEmptyText,
  States: anything,
};
const MACHINE: Fields = {
  ...BRANCH,
  Version: oneOf('1.0'),
  QueryLanguage: oneOf('JSONPath', 'JSONata'),
  TimeoutSeconds: integer(1, MOST_SECONDS),
};
const PROCESSOR: Fields = { ...BRANCH, ProcessorConfig: checkProcessorConfig };

/** Checks a whole document. */
export function checkMachine(machine: JsonObject, place: Place): void {
  const missing = ['States', 'StartAt'].filter((name) => machine[name] === undefined);
  if (missing.length > 0) wrong(place, `These fields are required: [${missing.join(', ')}]`);
  checkFields(machine, MACHINE, place, 'a state machine');
  const language = languageOf(machine, 'JSONPath');
  checkStates(
    machine,
    { ...place, language },
    { allJsonata: language === 'JSONata', names: new Map() },
  );
}

function checkStates(holder: JsonObject, place: Place, around: Surroundings): void {
  const { States: states } = holder;
  if (states === undefined) return;
  if (!isObject(states)) {
    wrong(at(place, 'States'), `Expected value of type Object, found ${kind(states)}`);
    return;
  }
  if (Object.keys(states).length === 0)
    wrong(at(place, 'States'), 'At least one state is required');
  for (const [name, state] of Object.entries(states)) {
    const here = at(place, 'States', name);
    checkName(name, here, around);
    if (isObject(state)) checkState(state, here, around);
    else wrong(here, `Expected value of type Object, found ${kind(state)}`);
  }
  checkTransitions(holder, states, place);
}

function checkName(name: string, place: Place, around: Surroundings): void {
  if (name.length === 0 || name.length > MAX_NAME) {
    wrong(place, `The name of a state has 1 to ${MAX_NAME} characters`);
  }
  const first = around.names.get(name);
  if (first === undefined) {
    around.names.set(name, place.pointer);
  } else {
    place.report.error(
      'DUPLICATE_STATE_NAME',
      place.pointer,
      `Duplicate State name: ${name}, also at ${first}`,
    );
  }
}

function checkState(state: JsonObject, outer: Place, around: Surroundings): void {
  const language = languageOf(state, around.allJsonata ? 'JSONata' : 'JSONPath');
  const place: Place = { ...outer, language };
  if (around.allJsonata && state.QueryLanguage === 'JSONPath') {
    wrong(
      place,
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    );
  }
  const type = typeOf(state, place);
  if (type === undefined) return;
  const rules = rulesOf(type);
  requireFields(state, rules.required, place);
  checkFields(state, rules.fields, place, `a ${type} state`);
  rules.together?.(state, place);
  if (hasTransition(type)) checkNextOrEnd(state, place);
  if (type === 'Parallel') checkBranches(state.Branches, at(place, 'Branches'), around);
  if (type === 'Map') checkProcessor(state, place, around);
}

function typeOf(state: JsonObject, place: Place): StateType | undefined {
  const { Type: type } = state;
  if (type === undefined) {
    wrong(place, "The field 'Type' is required but was missing");
    return undefined;
  }
  const known = STATE_TYPES.find((candidate) => candidate === type);
  if (known === undefined) {
    const meant = typeof type === 'string' ? meantName(place, type, STATE_TYPES) : undefined;
    const hint = didYouMean(meant);
    wrong(at(place, 'Type'), notOneOf('Type', STATE_TYPES) + hint, meant);
  }
  return known;
}

function checkNextOrEnd(state: JsonObject, place: Place): void {
  if (state.Next !== undefined && state.End === true) {
    wrong(place, "A state has either 'Next' or 'End': true, not both");
  } else if (state.Next === undefined && state.End !== true) {
    wrong(place, "A state needs 'Next' or 'End': true");
  }
}

function checkBranches(branches: Json | undefined, place: Place, around: Surroundings): void {
  if (!Array.isArray(branches)) return;
  for (const [index, branch] of branches.entries()) {
    if (isObject(branch)) checkHolder(branch, BRANCH, at(place, index), around, 'a Branch');
  }
}

function checkProcessor(state: JsonObject, place: Place, around: Surroundings): void {
  const field = state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
  const processor = state[field];
  if (!isObject(processor)) return;
  const express = isDistributed(state) && processorConfig(state)?.ExecutionType === 'EXPRESS';
  const here = at(place, field);
  const inner: Place = express ? { ...here, machineType: 'EXPRESS' } : here;
  checkHolder(processor, PROCESSOR, inner, around, `an ${field}`);
}

function checkHolder(
  holder: JsonObject,
  fields: Fields,
  place: Place,
  around: Surroundings,
  what: string,
): void {
  requireFields(holder, ['StartAt', 'States'], place);
  checkFields(holder, fields, place, what);
  checkStates(holder, place, around);
}

function languageOf(holder: JsonObject, fallback: QueryLanguage): QueryLanguage {
  const { QueryLanguage: language } = holder;
  return language === 'JSONata' || language === 'JSONPath' ? language : fallback;
}
