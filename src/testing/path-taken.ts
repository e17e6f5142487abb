/**
 * The path that an execution took through its states, read from its history: a list of visits, those inside of a Parallel
 * or Map in lists of their own, one for each branch or item, so that it does not matter how these took turns.
 *
 * Events are told apart by their links (`previousEventId`): an event belongs to the line of states that its predecessor
 * belongs to, except where a branch or an iteration begins or the state around it goes on.
 * @module
 */
import type { MachineDefinition } from '../asl/definition.js';
import { isObject, type Json, type JsonObject } from '../asl/json.js';
import type { HistoryEvent } from '../asl/transition.js';

/** One visit of a state. */
export interface Visit {
  readonly state: string;
  /** Of a Parallel or Map: the visits of each branch or item, by its number. */
  inner: Visit[][];
}

interface Line {
  readonly visits: Visit[];
  /** The line of the state around it. */
  readonly around: Line | undefined;
  /** The state that was entered and not left. */
  open: string | undefined;
}

const ENTERED = /StateEntered$/;
const EXITED = /StateExited$/;
/** What happens to a Parallel or Map as a whole, linked to the last event inside of it. */
const WHOLE =
  /^(Parallel|Map)State(Succeeded|Failed|Aborted)$|^MapRun(Started|Succeeded|Failed|Aborted)$/;

/**
 * Visits of an execution in the order in which states were entered.
 * @param history from its first event on
 */
export function pathTaken(
  history: readonly HistoryEvent[],
  definition: MachineDefinition,
): Visit[] {
  const root: Line = { visits: [], around: undefined, open: undefined };
  const lines = new Map<number, Line>([[0, root]]);
  const branches = branchesOf(definition);
  for (const { id, prev, type, details } of history) {
    const before = lines.get(prev) ?? root;
    const name = String(details.name ?? '');
    let line = before;
    if (type === 'MapIterationStarted') line = begin(outOf(before, name), Number(details.index));
    else if (ENTERED.test(type)) {
      const branch = branches.get(name);
      // A first state of a branch follows its Parallel, which stands open in that line.
      if (branch !== undefined && before.open === branch.parallel)
        line = begin(before, branch.index);
      line.visits.push({ state: name, inner: [] });
      line.open = name;
    } else if (EXITED.test(type)) {
      line = outOf(before, name);
      line.open = undefined;
    } else if (/^(Parallel|Map)StateStarted$/.test(type)) {
      // Again after a Retry: the last try is the one that counts.
      const visit = before.visits.at(-1);
      if (visit !== undefined) visit.inner = [];
    } else if (WHOLE.test(type))
      line = before.open === undefined ? (before.around ?? root) : before;
    lines.set(id, line);
  }
  return root.visits;
}

/** The line in which that state stands open: this one, or one around it. */
function outOf(line: Line, state: string): Line {
  for (let at: Line | undefined = line; at !== undefined; at = at.around) {
    if (at.open === state) return at;
  }
  return line;
}

/** A new line inside of the state that stands open. */
function begin(around: Line, index: number): Line {
  const visits: Visit[] = [];
  const visit = around.visits.at(-1);
  if (visit !== undefined) visit.inner[index] = visits;
  return { visits, around, open: undefined };
}

/** Which branch of which Parallel begins with a state. */
function branchesOf(machine: MachineDefinition): Map<string, { parallel: string; index: number }> {
  const found = new Map<string, { parallel: string; index: number }>();
  const look = (holder: Json | undefined): void => {
    if (!isObject(holder) || !isObject(holder.States)) return;
    for (const [name, state] of Object.entries(holder.States)) {
      if (!isObject(state)) continue;
      const branches = Array.isArray(state.Branches) ? state.Branches : [];
      for (const [index, branch] of branches.entries()) {
        if (isObject(branch)) found.set(String(branch.StartAt), { parallel: name, index });
        look(branch);
      }
      look(state.ItemProcessor);
      look(state.Iterator);
    }
  };
  look(machine as unknown as JsonObject);
  return found;
}

/** Names of all states of a path, outer ones before those inside of them. */
export function statesVisited(path: readonly Visit[]): string[] {
  return path.flatMap(({ state, inner }) => [state, ...inner.flatMap(statesVisited)]);
}

/** A path in one line: `extract → each [load ×2] → report`. */
export function pathText(path: readonly Visit[]): string {
  return path
    .map(({ state, inner }) => {
      if (inner.length === 0) return state;
      const texts = inner.map(pathText);
      const same = texts.every((text) => text === texts[0]);
      const shown = same && texts.length > 1 ? [`${texts[0]} ×${texts.length}`] : texts;
      return `${state} [${shown.slice(0, 5).join(' | ')}${shown.length > 5 ? ' | …' : ''}]`;
    })
    .join(' → ');
}
