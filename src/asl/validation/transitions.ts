/**
 * Checks the ways between states: every target exists, every state is reached, and some state ends it all.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { at, meantName, type Place } from './place.js';

/** One way out of a state. */
interface Transition {
  target: string;
  /** The field that names it. */
  place: Place;
}

/**
 * Checks the states of one scope.
 * @param holder what has StartAt and States
 * @param isWhole it is the whole machine: only there the service asks for an end
 */
export function checkTransitions(
  holder: JsonObject,
  states: JsonObject,
  place: Place,
  isWhole: boolean,
): void {
  const start: Transition[] =
    typeof holder.StartAt === 'string'
      ? [{ target: holder.StartAt, place: at(place, 'StartAt') }]
      : [];
  const ways = new Map(
    Object.entries(states).map(([name, state]): [string, Transition[]] => [
      name,
      waysOut(state, at(place, 'States', name)),
    ]),
  );
  for (const way of [...start, ...[...ways.values()].flat()]) checkTarget(way, states);
  if (isWhole && ways.size > 0 && Object.values(states).every(leadsOn)) {
    const spot = { pointer: at(place, 'States').pointer, location: '' };
    place.report.error('MISSING_END_STATE', spot, 'Workflow has no terminal state');
  } else if (start.length > 0) {
    checkReached(start, ways, place);
  }
}

function checkTarget({ target, place }: Transition, states: JsonObject): void {
  if (Object.hasOwn(states, target)) return;
  const meant = meantName(place, target, Object.keys(states));
  // The service says 'Next' whichever field names the target.
  place.report.error('MISSING_TRANSITION_TARGET', place, `Missing 'Next' target: ${target}`, meant);
}

function checkReached(
  start: Transition[],
  ways: ReadonlyMap<string, Transition[]>,
  place: Place,
): void {
  const reached = new Set<string>();
  const pending = start.map(({ target }) => target);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const { target } of ways.get(name) ?? []) pending.push(target);
  }
  for (const name of ways.keys()) {
    if (reached.has(name)) continue;
    const message = `State "${name}" is not reachable.`;
    place.report.error('MISSING_TRANSITION_TARGET', at(place, 'States', name), message);
  }
}

/** True for a state that only leads to others. One that says nothing of it is wrong for another reason. */
function leadsOn(state: Json): boolean {
  if (!isObject(state)) return false;
  return state.Type === 'Choice' || (state.Next !== undefined && state.End !== true);
}

function waysOut(state: Json | undefined, place: Place): Transition[] {
  if (!isObject(state)) return [];
  const ways: Transition[] = [];
  const add = (target: Json | undefined, field: string, ...keys: (string | number)[]): void => {
    if (typeof target === 'string') ways.push({ target, place: at(place, ...keys, field) });
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
