import { describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../asl/definition.js';
import type { HistoryEvent } from '../asl/transition.js';
import { pathTaken, pathText, statesVisited } from './path-taken.js';

const pass = (next?: string): object =>
  next === undefined ? { Type: 'Pass', End: true } : { Type: 'Pass', Next: next };

const MACHINE = {
  StartAt: 'P',
  States: {
    P: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'A', States: { A: pass('B'), B: pass() } },
        { StartAt: 'C', States: { C: pass() } },
      ],
      Next: 'Z',
    },
    Z: pass(),
  },
} as unknown as MachineDefinition;

/** Events as `type name ← prev`, numbered from 1. */
function history(
  ...lines: [type: string, name: string, prev: number, index?: number][]
): HistoryEvent[] {
  return lines.map(([type, name, prev, index], place) => ({
    id: place + 1,
    prev,
    at: 0,
    type,
    details: { ...(name === '' ? {} : { name }), ...(index === undefined ? {} : { index }) },
  }));
}

describe('the path taken', () => {
  it('keeps branches apart that took turns, and goes on after them', () => {
    const events = history(
      ['ExecutionStarted', '', 0],
      ['ParallelStateEntered', 'P', 0],
      ['ParallelStateStarted', '', 2],
      ['PassStateEntered', 'C', 3],
      ['PassStateEntered', 'A', 3],
      ['PassStateExited', 'A', 5],
      ['PassStateExited', 'C', 4],
      ['PassStateEntered', 'B', 6],
      ['PassStateExited', 'B', 8],
      ['ParallelStateSucceeded', '', 9],
      ['ParallelStateExited', 'P', 10],
      ['PassStateEntered', 'Z', 11],
    );
    const path = pathTaken(events, MACHINE);
    expect(pathText(path)).toBe('P [A → B | C] → Z');
    expect(statesVisited(path)).toEqual(['P', 'A', 'B', 'C', 'Z']);
  });

  it('puts iterations of a Map in the order of its items', () => {
    const machine = {
      StartAt: 'M',
      States: {
        M: { Type: 'Map', ItemProcessor: { StartAt: 'A', States: { A: pass() } }, End: true },
      },
    } as unknown as MachineDefinition;
    const events = history(
      ['ExecutionStarted', '', 0],
      ['MapStateEntered', 'M', 0],
      ['MapStateStarted', '', 2],
      ['MapIterationStarted', 'M', 3, 1],
      ['MapIterationStarted', 'M', 3, 0],
      ['PassStateEntered', 'A', 5],
      ['PassStateEntered', 'A', 4],
    );
    const [map] = pathTaken(events, machine);
    expect(map?.inner.map((line) => line.map(({ state }) => state))).toEqual([['A'], ['A']]);
    expect(pathText(pathTaken(events, machine))).toBe('M [A ×2]');
  });
});
