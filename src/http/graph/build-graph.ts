/**
 * Reads a definition as a graph: states are boxes, Parallel and Map are boxes with boxes inside, transitions are lines.
 *
 * Nothing is laid out here; `layouts.ts` sends the result to ELK.
 * @module
 */
import type { MachineDefinition, StateDefinition, StatesDefinition } from '../../asl/definition.js';
import type { JsonObject } from '../../asl/json.js';

export interface Box {
  id: string;
  kind: 'state' | 'container' | 'start' | 'end';
  name: string;
  type: string;
  resource?: string;
  width: number;
  height: number;
  children: Box[];
  lines: Line[];
}

export interface Line {
  id: string;
  from: string;
  to: string;
  kind: 'next' | 'choice' | 'default' | 'catch';
  label?: string;
}

const HEIGHT = 48;
const MIN_WIDTH = 132;
const MAX_WIDTH = 236;
/** Room for text in a box, in pixels a character at the console's font size. */
const CHARACTER = 7.6;

/**
 * The root box of a definition: it holds a start, an end and all states.
 * @example buildGraph(definition).children.map((box) => box.name)
 */
export function buildGraph(definition: MachineDefinition): Box {
  const root = box('', 'container', '', 'Machine');
  fill(root, definition, '');
  const start = box('#start', 'start', 'Start', 'Start');
  const end = box('#end', 'end', 'End', 'End');
  root.children.unshift(start);
  root.children.push(end);
  root.lines.unshift(line(start.id, statePointer('', definition.StartAt), 'next'));
  for (const [name, state] of Object.entries(definition.States)) {
    const ends = state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';
    if (ends) root.lines.push(line(statePointer('', name), end.id, 'next'));
  }
  return root;
}

function fill(parent: Box, scope: StatesDefinition, pointer: string): void {
  for (const [name, state] of Object.entries(scope.States)) {
    parent.children.push(stateBox(name, state, statePointer(pointer, name)));
    parent.lines.push(...transitions(name, state, pointer));
  }
}

function stateBox(name: string, state: StateDefinition, pointer: string): Box {
  const own = box(pointer, 'state', name, state.Type);
  if (typeof state.Resource === 'string') own.resource = state.Resource;
  if (state.Type === 'Parallel') {
    for (const [i, branch] of ((state.Branches ?? []) as StatesDefinition[]).entries()) {
      const branchPointer = `${pointer}/Branches/${i}`;
      const child = box(branchPointer, 'container', `Branch ${i + 1}`, 'Branch');
      fill(child, branch, branchPointer);
      own.children.push(child);
    }
  }
  if (state.Type === 'Map') {
    const field = state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
    const processor = state[field] as StatesDefinition | undefined;
    if (processor !== undefined) fill(own, processor, `${pointer}/${field}`);
  }
  return own;
}

function transitions(name: string, state: StateDefinition, scope: string): Line[] {
  const from = statePointer(scope, name);
  const to = (target: unknown): string => statePointer(scope, String(target));
  const lines: Line[] = [];
  if (typeof state.Next === 'string') lines.push(line(from, to(state.Next), 'next'));
  for (const [i, choice] of ((state.Choices ?? []) as JsonObject[]).entries()) {
    lines.push(line(from, to(choice.Next), 'choice', choiceLabel(choice), `c${i}`));
  }
  if (typeof state.Default === 'string') {
    lines.push(line(from, to(state.Default), 'default', 'otherwise'));
  }
  for (const [i, catcher] of (state.Catch ?? []).entries()) {
    const label = catcher.ErrorEquals.map((error) => error.replace('States.ALL', 'any error')).join(
      ', ',
    );
    lines.push(line(from, to(catcher.Next), 'catch', shorten(label), `x${i}`));
  }
  return lines;
}

function choiceLabel(choice: JsonObject): string {
  if (typeof choice.Condition === 'string') {
    return shorten(choice.Condition.replace(/^\{%\s*/, '').replace(/\s*%\}$/, ''));
  }
  const variable = typeof choice.Variable === 'string' ? choice.Variable.trim() : '';
  const operator = Object.keys(choice).find(
    (key) => !['Variable', 'Next', 'Comment', 'Assign', 'Output'].includes(key),
  );
  if (operator === undefined) return variable;
  const operand = choice[operator];
  const shown = typeof operand === 'object' ? '…' : String(operand);
  return shorten(`${variable} ${operator} ${shown}`.trim());
}

function shorten(text: string): string {
  return text.length > 34 ? `${text.slice(0, 33)}…` : text;
}

function box(id: string, kind: Box['kind'], name: string, type: string): Box {
  const round = kind === 'start' || kind === 'end';
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, Math.ceil(name.length * CHARACTER) + 56));
  return {
    id,
    kind,
    name,
    type,
    width: round ? 64 : width,
    height: round ? 32 : HEIGHT,
    children: [],
    lines: [],
  };
}

function line(from: string, to: string, kind: Line['kind'], label?: string, mark = ''): Line {
  return { id: `${from}→${to}${mark}`, from, to, kind, ...(label ? { label } : {}) };
}

function statePointer(scope: string, name: string): string {
  return `${scope}/States/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
