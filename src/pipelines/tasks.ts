/**
 * Walks all states of a machine, those inside of Parallel and Map states too.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';

export interface StateAt {
  readonly name: string;
  readonly state: JsonObject;
  /** JSON pointer in the definition. */
  readonly pointer: string;
}

/** Every state, outer ones before those inside of them. */
export function statesOf(holder: JsonObject, pointer = ''): StateAt[] {
  if (!isObject(holder.States)) return [];
  return Object.entries(holder.States).flatMap(([name, state]) => {
    if (!isObject(state)) return [];
    const here = `${pointer}/States/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [{ name, state, pointer: here }, ...insideOf(state, here)];
  });
}

/** Every Task state. */
export function tasksOf(definition: JsonObject): StateAt[] {
  return statesOf(definition).filter(({ state }) => state.Type === 'Task');
}

function insideOf(state: JsonObject, pointer: string): StateAt[] {
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  const holders = [
    ...['ItemProcessor', 'Iterator'].map((field) => [state[field], `${pointer}/${field}`] as const),
    ...branches.map((branch, index) => [branch, `${pointer}/Branches/${index}`] as const),
  ];
  return holders.flatMap(([holder, here]) => (isObject(holder) ? statesOf(holder, here) : []));
}
