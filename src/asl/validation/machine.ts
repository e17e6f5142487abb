/**
 * Walks a machine: its states, the machines inside of Parallel and Map states, and the ways between them.
 * @module
 */
import type { QueryLanguage, StateType } from '../definition.js';
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { checkFields, type Fields, requireFields, tooFew, tooMany } from './fields.js';
import { checkProcessorConfig, isDistributed, processorConfig } from './map-fields.js';
import {
  anything,
  at,
  integer,
  meantName,
  nonEmptyText,
  oneOf,
  type Place,
  text,
  wrong,
  wrongType,
} from './place.js';
import { hasTransition, MOST_SECONDS, rulesOf, STATE_TYPES } from './state-fields.js';
import { checkTransitions } from './transitions.js';

/** Longest name of a state. */
const MAX_NAME = 80;

/** What is known about the machine around a state. */
interface Surroundings {
  /** The machine says JSONata for all its states: none of them may go back. */
  readonly allJsonata: boolean;
  /** Names of the states so far. */
  readonly names: Set<string>;
  /** Labels of the Map states so far. */
  readonly labels: Set<string>;
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
  TimeoutSeconds: integer(0, MOST_SECONDS),
};
const PROCESSOR: Fields = { ...BRANCH, ProcessorConfig: checkProcessorConfig };

/** Checks a whole document. */
export function checkMachine(machine: JsonObject, place: Place): void {
  requireFields(machine, ['StartAt', 'States'], place);
  checkFields(machine, MACHINE, place);
  const language = languageOf(machine, 'JSONPath');
  checkStates(
    machine,
    { ...place, language },
    { allJsonata: language === 'JSONata', names: new Set(), labels: new Set() },
    true,
  );
}

function checkStates(
  holder: JsonObject,
  place: Place,
  around: Surroundings,
  isWhole = false,
): void {
  const { States: states } = holder;
  if (states === undefined) return;
  if (!isObject(states)) {
    wrongType(at(place, 'States'), 'Object');
    return;
  }
  if (Object.keys(states).length === 0) wrong(at(place, 'States'), 'Value cannot be empty');
  for (const [name, state] of Object.entries(states)) {
    const here = at(place, 'States', name);
    checkName(name, here, around);
    if (isObject(state)) checkState(state, here, around);
    else wrongType(here, 'Object');
  }
  checkTransitions(holder, states, place, isWhole);
}

function checkName(name: string, place: Place, { names }: Surroundings): void {
  if (name === '') place.report.error('INVALID_STATE_NAME', place, 'A state name cannot be empty');
  if (name.length > MAX_NAME) {
    const message = `The state name '${name}' exceeds the ${MAX_NAME}-character limit allowed by the service`;
    place.report.error('INVALID_STATE_NAME', place, message);
  }
  if (names.has(name)) {
    place.report.error('DUPLICATE_STATE_NAME', place, `Duplicate State name: ${name}`);
  }
  names.add(name);
}

function checkLabel(label: Json | undefined, place: Place, { labels }: Surroundings): void {
  if (typeof label !== 'string') return;
  if (labels.has(label)) {
    place.report.error('DUPLICATE_LABEL_NAME', place, `Duplicate Label name: ${label}`);
  }
  labels.add(label);
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
  checkFields(state, rules.fields, place);
  rules.together?.(state, place);
  if (hasTransition(type)) checkNextOrEnd(state, place);
  if (type === 'Parallel') checkBranches(state.Branches, at(place, 'Branches'), around);
  if (type === 'Map') {
    checkLabel(state.Label, at(place, 'Label'), around);
    checkProcessor(state, place, around);
  }
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
    const known = STATE_TYPES.join(', ');
    wrong(at(place, 'Type'), `The field 'Type' should have one of these values: [${known}]`, meant);
  }
  return known;
}

function checkNextOrEnd(state: JsonObject, place: Place): void {
  if (state.Next !== undefined && state.End === true) tooMany(['Next', 'End'], place);
  else if (state.Next === undefined && state.End !== true) tooFew(['Next', 'End'], place);
}

function checkBranches(branches: Json | undefined, place: Place, around: Surroundings): void {
  if (!Array.isArray(branches)) return;
  for (const [index, branch] of branches.entries()) {
    if (isObject(branch)) checkHolder(branch, BRANCH, at(place, index), around);
  }
}

function checkProcessor(state: JsonObject, place: Place, around: Surroundings): void {
  const field = state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
  const processor = state[field];
  if (!isObject(processor)) return;
  const express = isDistributed(state) && processorConfig(state)?.ExecutionType === 'EXPRESS';
  const here = at(place, field);
  const inner: Place = express ? { ...here, machineType: 'EXPRESS' } : here;
  checkHolder(processor, PROCESSOR, inner, around);
}

function checkHolder(holder: JsonObject, fields: Fields, place: Place, around: Surroundings): void {
  requireFields(holder, ['StartAt', 'States'], place);
  checkFields(holder, fields, place);
  checkStates(holder, place, around);
}

function languageOf(holder: JsonObject, fallback: QueryLanguage): QueryLanguage {
  const { QueryLanguage: language } = holder;
  if (language === undefined) return fallback;
  // What is neither is wrong, and is taken for the newer language.
  return language === 'JSONPath' ? 'JSONPath' : 'JSONata';
}
