/**
 * Puts a failed execution back on its feet: from where it failed, or from an earlier state, with the definition it had
 * or with a newer one.
 *
 * What has finished is not done again. Its outputs are already where they are needed: in the input of the failed state,
 * in the variables, in the finished children of a Parallel or Map. With a newer definition each of these is checked, and
 * every reason why something cannot be used again is named.
 *
 * Source: Step Functions developer guide, "Restarting state machine executions with redrive"; changing the definition
 * is ours.
 * @module
 */

import { type CompiledState, type Machine, scopeOf, stateOf } from './compile.js';
import type { ExecutionState, Thread } from './execution-state.js';
import { setOwn } from './expressions/property.js';
import type { Json, JsonObject } from './json.js';
import { formatTimestamp } from './timestamp.js';
import type { HistoryEvent } from './transition.js';

export interface RedriveOptions {
  /** Name of a top-level state to go back to; without it the execution goes on where it failed. */
  from?: string;
  /**
   * A top-level state whose work is gone: when what comes needs it, it is performed anew first, with the input of the state from which the
   * execution goes on. It must hand on its input, and give its work in a variable.
   */
  anew?: { state: string; variable: string };
  /** History of the execution; needed with `from`, and to tell which finished states have changed. */
  history: readonly HistoryEvent[];
  /** Time of the redrive, milliseconds since the epoch. */
  at: number;
}

export interface RedriveProblem {
  code: 'NotRedrivable' | 'StateMissing' | 'StateNeverReached' | 'StateNotTopLevel';
  state: string | undefined;
  message: string;
  fix: string;
}

/** Something worth knowing about a state before the redrive is confirmed. */
export interface RedriveNote {
  state: string;
  /** `restarted`: runs again. `reused`: finished and kept. `changed`: kept although its definition is another now. */
  effect: 'restarted' | 'reused' | 'changed' | 'not-reused';
  reason: string;
}

export type RedrivePlan =
  | { state: ExecutionState; notes: RedriveNote[] }
  | { problems: RedriveProblem[] };

/**
 * Prepares the state from which a redriven execution goes on; the host then sends it a `Redrive` event.
 *
 * @param old the machine that the execution ran with
 * @param current the machine it shall go on with; the same one for a plain redrive
 * @param state the state of the ended execution; not changed
 * @returns the new state with notes, or all reasons why it cannot be
 * @example
 * const plan = prepareRedrive(machine, fixed, state, { history, at: 0 });
 * if ('problems' in plan) report(plan.problems);
 */
export function prepareRedrive(
  old: Machine,
  current: Machine,
  state: ExecutionState,
  options: RedriveOptions,
): RedrivePlan {
  const { status } = state.header;
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    return {
      problems: [
        {
          code: 'NotRedrivable',
          state: undefined,
          message: `Execution is ${status} and cannot be redriven`,
          fix:
            status === 'RUNNING'
              ? 'Wait until it has ended, or stop it first.'
              : 'Start a new execution to run the pipeline again.',
        },
      ],
    };
  }
  const next = reopened(state, options.at);
  const notes = finishedNotes(old, current, options);
  const problem =
    options.from === undefined
      ? goOn(old, current, next, notes)
      : goBack(current, next, options.from, options.history, notes);
  if (problem !== undefined) return { problems: [problem] };
  if (options.anew !== undefined) performAnew(current, next, options.anew, notes);
  return { state: next, notes };
}

/** Sets the execution before a state whose work is gone, after which it goes on where it was to go on. */
function performAnew(
  current: Machine,
  next: ExecutionState,
  { state, variable }: NonNullable<RedriveOptions['anew']>,
  notes: RedriveNote[],
): void {
  const root = next.threads[0];
  const { states } = scopeOf(current, current.root);
  if (root === undefined || root.state === state || !states.has(state)) return;
  if (!needsVariable(current, root.state, variable)) return;
  dropChildren(next, 0);
  restart(root);
  root.returnTo = root.state;
  root.state = state;
  const reason = `what it made for the states after it is gone; then '${root.returnTo}' begins anew`;
  notes.push({ state, effect: 'restarted', reason });
}

/** Whether a state, or one that may come after it, reads a variable. */
function needsVariable(machine: Machine, from: string, variable: string): boolean {
  const { states } = scopeOf(machine, machine.root);
  const ahead = [from];
  const seen = new Set(ahead);
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    const state = states.get(name);
    if (state === undefined) continue;
    if (JSON.stringify(state.definition).includes(`$${variable}`)) return true;
    const ways = [state.next, state.defaultNext, ...waysOf(state)];
    for (const way of ways) {
      if (way === undefined || seen.has(way)) continue;
      seen.add(way);
      ahead.push(way);
    }
  }
  return false;
}

function waysOf({ catchers, choices }: CompiledState): (string | undefined)[] {
  return [...catchers, ...choices].map(({ next }) => next);
}

/**
 * Prepares an ended execution to run from its very beginning: an express one, or one that never began.
 * @param at time of the redrive, milliseconds since the epoch
 */
export function restartExecution(
  machine: Machine,
  state: ExecutionState,
  at: number,
): ExecutionState {
  const next = reopened(state, at);
  next.header.forks = {};
  next.threads = {
    0: {
      id: 0,
      parent: null,
      index: 0,
      scope: machine.root,
      state: scopeOf(machine, machine.root).startAt,
      phase: 'ready',
      sequence: (state.threads[0]?.sequence ?? 0) + 1,
      input: next.context.Execution.Input,
      variables: {},
      enteredAt: at,
      enteredEvent: 0,
      previousEvent: 0,
    },
  };
  return next;
}

/** A deep copy of the state, RUNNING again, with the redrive counted. */
function reopened(state: ExecutionState, at: number): ExecutionState {
  const next = JSON.parse(JSON.stringify(state)) as ExecutionState;
  next.header.status = 'RUNNING';
  delete next.header.error;
  delete next.header.cause;
  delete next.header.output;
  next.context.Execution.RedriveCount = (state.context.Execution.RedriveCount ?? 0) + 1;
  next.context.Execution.RedriveTime = formatTimestamp(at);
  return next;
}

/** Finished top-level states, and whether their definition is still the same. */
function finishedNotes(old: Machine, current: Machine, options: RedriveOptions): RedriveNote[] {
  const notes: RedriveNote[] = [];
  const before = scopeOf(old, old.root).states;
  const now = scopeOf(current, current.root).states;
  const entered = options.history.findIndex((event) => isEntryOf(event, options.from));
  const upTo = options.from === undefined || entered < 0 ? options.history.length : entered;
  const seen = new Set<string>();
  for (const event of options.history.slice(0, upTo)) {
    const name = event.details.name;
    if (!event.type.endsWith('StateExited') || typeof name !== 'string' || seen.has(name)) continue;
    const earlier = before.get(name);
    if (earlier === undefined) continue;
    seen.add(name);
    const later = now.get(name);
    if (later !== undefined && sameDefinition(earlier, later)) {
      notes.push({ state: name, effect: 'reused', reason: 'finished; its output is kept' });
    } else {
      const what = later === undefined ? 'is gone from' : 'has changed in';
      notes.push({
        state: name,
        effect: 'changed',
        reason: `finished, and ${what} the new definition; its old output is kept. To run it again, redrive from '${name}' or from a state before it`,
      });
    }
  }
  return notes;
}

function sameDefinition(a: CompiledState, b: CompiledState): boolean {
  return sameJson(a.definition as Json, b.definition as Json);
}

function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) &&
      sameJson((a as JsonObject)[key] ?? null, (b as JsonObject)[key] ?? null),
  );
}

/** Sets every failed thread before its state again; finished children stay as they are. */
function goOn(
  old: Machine,
  current: Machine,
  next: ExecutionState,
  notes: RedriveNote[],
): RedriveProblem | undefined {
  const root = next.threads[0];
  if (root === undefined) return undefined;
  return revive(old, current, next, root, notes);
}

function revive(
  old: Machine,
  current: Machine,
  next: ExecutionState,
  thread: Thread,
  notes: RedriveNote[],
): RedriveProblem | undefined {
  const now = current.scopes.get(thread.scope)?.states.get(thread.state);
  if (now === undefined) {
    return {
      code: 'StateMissing',
      state: thread.state,
      message: `The execution stands at '${thread.state}', which the new definition does not have`,
      fix: `Keep a state of that name, or redrive from an earlier one with --from.`,
    };
  }
  if (now.distributed && typeof thread.memory?.mapRunArn === 'string') {
    const earlier = old.scopes.get(thread.scope)?.states.get(thread.state);
    if (earlier !== undefined && sameDefinition(earlier, now)) {
      notes.push(goOnWithMapRun(thread, thread.memory.mapRunArn));
      return undefined;
    }
  }
  const fork = next.header.forks[thread.id];
  const obstacle = fork === undefined ? undefined : forkObstacle(old, current, next, thread, now);
  if (fork === undefined || obstacle !== undefined) {
    dropChildren(next, thread.id);
    restart(thread);
    notes.push({
      state: thread.state,
      effect: 'restarted',
      reason: obstacle ?? 'it had not finished',
    });
    return undefined;
  }
  thread.phase = 'forked';
  thread.sequence += 1;
  delete thread.failure;
  for (let i = 0; i < fork.next; i++) {
    const child = next.threads[fork.first + i];
    if (child === undefined || child.phase === 'succeeded') continue;
    const problem = revive(old, current, next, child, notes);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The host goes on with the map run that the state had: see `redriven` in `advance.ts`. */
function goOnWithMapRun(thread: Thread, mapRunArn: string): RedriveNote {
  const before = Number(thread.memory?.redriveCount ?? 0);
  thread.memory = { mapRunArn, redriveCount: before + 1, isRedriven: true };
  thread.phase = 'mapRun';
  thread.sequence += 1;
  delete thread.failure;
  return {
    state: thread.state,
    effect: 'restarted',
    reason:
      'its map run goes on: items that succeeded are kept, the others are done again or begun',
  };
}

/** Why the finished children of a fork cannot be used with the new definition; undefined when they can. */
function forkObstacle(
  old: Machine,
  current: Machine,
  next: ExecutionState,
  thread: Thread,
  now: CompiledState,
): string | undefined {
  const before = stateOf(old, thread.scope, thread.state);
  if (before.type !== now.type) return `it was a ${before.type} and is a ${now.type} now`;
  if (before.branches.length !== now.branches.length) {
    return `it had ${before.branches.length} branches and has ${now.branches.length} now`;
  }
  const fork = next.header.forks[thread.id];
  if (fork === undefined) return undefined;
  for (let i = 0; i < fork.next; i++) {
    const child = next.threads[fork.first + i];
    if (child === undefined) return 'the outcome of one of its branches is gone';
    if (child.phase !== 'succeeded') continue;
    if (!sameScope(old, current, child.scope)) {
      return now.type === 'Map'
        ? 'its item processor has changed, so finished items cannot be used'
        : `branch ${i} had finished and has changed`;
    }
  }
  return undefined;
}

function sameScope(old: Machine, current: Machine, pointer: string): boolean {
  const a = old.scopes.get(pointer);
  const b = current.scopes.get(pointer);
  if (a === undefined || b === undefined) return false;
  if (a.startAt !== b.startAt || a.states.size !== b.states.size) return false;
  for (const [name, state] of a.states) {
    const other = b.states.get(name);
    if (other === undefined || !sameDefinition(state, other)) return false;
  }
  return true;
}

function restart(thread: Thread): void {
  thread.phase = 'ready';
  thread.sequence += 1;
  delete thread.failure;
  delete thread.memory;
  delete thread.retries;
  delete thread.retryCount;
}

function dropChildren(next: ExecutionState, id: number): void {
  const fork = next.header.forks[id];
  if (fork === undefined) return;
  for (let i = 0; i < fork.next; i++) {
    dropChildren(next, fork.first + i);
    delete next.threads[fork.first + i];
  }
  delete next.header.forks[id];
}

function isEntryOf(event: HistoryEvent, name: string | undefined): boolean {
  return event.type.endsWith('StateEntered') && event.details.name === name;
}

/** Sets the execution before a state that it has already entered once, with the input and variables of that time. */
function goBack(
  current: Machine,
  next: ExecutionState,
  from: string,
  history: readonly HistoryEvent[],
  notes: RedriveNote[],
): RedriveProblem | undefined {
  const top = scopeOf(current, current.root).states;
  if (!top.has(from)) {
    const nested = [...current.scopes.values()].some((scope) => scope.states.has(from));
    return nested
      ? {
          code: 'StateNotTopLevel',
          state: from,
          message: `'${from}' lies inside a Parallel or Map state`,
          fix: 'Redrive from the Parallel or Map state around it.',
        }
      : {
          code: 'StateMissing',
          state: from,
          message: `The definition has no state '${from}'`,
          fix: `Its states are: ${[...top.keys()].join(', ')}.`,
        };
  }
  const entries = history.filter((event) => isEntryOf(event, from));
  const entry = entries.at(-1);
  if (entry === undefined) {
    return {
      code: 'StateNeverReached',
      state: from,
      message: `The execution never reached '${from}', so its input is not known`,
      fix: 'Redrive from a state that it entered.',
    };
  }
  const root = next.threads[0];
  if (root === undefined) return undefined;
  dropChildren(next, 0);
  restart(root);
  delete root.returnTo;
  root.state = from;
  root.input = entry.details.input ?? null;
  root.variables = variablesBefore(current, history, entry.id);
  notes.push({ state: from, effect: 'restarted', reason: 'asked for' });
  return undefined;
}

/** The variables as top-level states had assigned them before an event. */
function variablesBefore(
  machine: Machine,
  history: readonly HistoryEvent[],
  eventId: number,
): JsonObject {
  const top = scopeOf(machine, machine.root).states;
  const variables: JsonObject = {};
  for (const event of history) {
    if (event.id >= eventId) break;
    const { name, assignedVariables } = event.details;
    if (!event.type.endsWith('StateExited') || typeof name !== 'string' || !top.has(name)) continue;
    for (const [key, text] of Object.entries((assignedVariables ?? {}) as JsonObject)) {
      setOwn(variables, key, JSON.parse(String(text)) as Json);
    }
  }
  return variables;
}
