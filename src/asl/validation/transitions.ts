/**
 * Checks the ways between states: every target exists, every state is reached, and some state ends it all.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { at, didYouMean, meantName, type Place } from './place.js';

/** One way out of a state. */
interface Transition {
  target: string;
  place: Place;
  /** The field that names the target, for the message. */
  field: string;
}

/**
 * Checks the states of one scope.
 * @param holder what has StartAt and States
 */
export function checkTransitions(holder: JsonObject, states: JsonObject, place: Place): void {
  const names = Object.keys(states);
  const reached = new Set<string>();
  const pending: string[] = [];
  const follow = ({ target, place: here, field }: Transition): void => {
    if (Object.hasOwn(states, target)) {
      if (!reached.has(target)) pending.push(target);
      reached.add(target);
    } else {
      const meant = meantName(here, target, names);
      const hint = didYouMean(meant);
      here.report.error(
        'MISSING_TRANSITION_TARGET',
        here.pointer,
        `Missing '${field}' target: ${target}${hint}`,
        meant,
      );
    }
  };

  if (typeof holder.StartAt === 'string') {
    follow({ target: holder.StartAt, place: at(place, 'StartAt'), field: 'StartAt' });
  }
  const visited = new Set<string>();
  let next = pending.pop();
  while (next !== undefined) {
    visited.add(next);
    for (const way of waysOut(states[next], at(place, 'States', next))) follow(way);
    next = pending.pop();
  }
  const startsSomewhere = reached.size > 0;
  for (const name of names) {
    if (visited.has(name)) continue;
    const here = at(place, 'States', name);
    for (const way of waysOut(states[name], here)) {
      if (!Object.hasOwn(states, way.target)) follow(way);
    }
    // Without a valid StartAt nothing is reached, and saying so for each state would bury the cause.
    if (!startsSomewhere) continue;
    here.report.error(
      'MISSING_TRANSITION_TARGET',
      here.pointer,
      `State "${name}" is not reachable.`,
    );
  }
  if (names.length > 0 && !Object.values(states).some(endsHere)) {
    place.report.warning(
      'MISSING_END_STATE',
      at(place, 'States').pointer,
      "No state ends the machine: an execution can only fail or be stopped. Give one state 'End': true",
    );
  }
}

function endsHere(state: Json): boolean {
  return (
    isObject(state) && (state.End === true || state.Type === 'Succeed' || state.Type === 'Fail')
  );
}

function waysOut(state: Json | undefined, place: Place): Transition[] {
  if (!isObject(state)) return [];
  const ways: Transition[] = [];
  const add = (target: Json | undefined, field: string, ...keys: (string | number)[]): void => {
    if (typeof target === 'string') ways.push({ target, field, place: at(place, ...keys, field) });
  };
  if (state.Type === 'Choice') {
    add(state.Default, 'Default');
    for (const [index, rule] of entries(state.Choices)) add(rule.Next, 'Next', 'Choices', index);
  } else if (state.Type !== 'Succeed' && state.Type !== 'Fail') {
    add(state.Next, 'Next');
  }
  for (const [index, catcher] of entries(state.Catch)) add(catcher.Next, 'Next', 'Catch', index);
  return ways;
}

function entries(list: Json | undefined): [number, JsonObject][] {
  if (!Array.isArray(list)) return [];
  return [...list.entries()].filter((entry): entry is [number, JsonObject] => isObject(entry[1]));
}
