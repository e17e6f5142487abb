import { expect, test } from 'vitest';
import type { Graph, GraphEdge, GraphNode, StateVisit, VisitStatus } from '../api/types.js';
import { countsText, machineProgress } from './machine-progress.js';

function graphOf(
  names: string[],
  lines: [from: string, to: string, kind?: GraphEdge['kind']][],
): Graph {
  const pointer = (name: string): string => (name.startsWith('#') ? name : `/States/${name}`);
  return {
    width: 0,
    height: 0,
    nodes: names.map(
      (name): GraphNode => ({
        id: pointer(name),
        kind: 'state',
        name,
        type: 'Task',
        x: 0,
        y: 0,
        width: 1,
        height: 1,
      }),
    ),
    edges: lines.map(([from, to, kind = 'next']) => ({
      id: `${from}>${to} ${kind}`,
      from: pointer(from),
      to: pointer(to),
      kind,
      points: [],
    })),
  };
}

function visits(...steps: [name: string, status: VisitStatus][]): StateVisit[] {
  return steps.map(([name, status], index) => ({
    name,
    type: 'Task',
    status,
    enteredEvent: index,
    enteredAt: index * 10,
    ...(status === 'running' ? {} : { exitedAt: index * 10 + 5 }),
    iterations: [],
    attempts: 1,
  }));
}

const GRAPH = graphOf(
  ['A', 'B', 'C'],
  [
    ['#start', 'A'],
    ['A', 'B'],
    ['A', 'C', 'choice'],
    ['B', 'C'],
    ['B', 'C', 'catch'],
    ['C', '#end'],
  ],
);

test('marks the lines that were taken, and no other between the same states', () => {
  const { taken } = machineProgress(
    GRAPH,
    visits(['A', 'succeeded'], ['B', 'caught'], ['C', 'succeeded']),
  );
  expect([...taken]).toEqual([
    ['#start>A next', 'taken'],
    ['A>B next', 'taken'],
    ['B>C catch', 'taken'],
    ['C>#end next', 'taken'],
  ]);
});

test('marks the way to a failure', () => {
  const { taken, states } = machineProgress(GRAPH, visits(['A', 'succeeded'], ['B', 'failed']));
  expect([...taken]).toEqual([
    ['#start>A next', 'failed'],
    ['A>B next', 'failed'],
  ]);
  expect(states.get('B')?.status).toBe('failed');
  expect(states.has('C')).toBe(false);
});

test('shows the worst of many visits and counts them', () => {
  const { states } = machineProgress(
    GRAPH,
    visits(['A', 'succeeded'], ['A', 'running'], ['A', 'failed'], ['A', 'succeeded']),
  );
  const progress = states.get('A');
  expect(progress?.status).toBe('failed');
  expect(progress && countsText(progress)).toBe('1 failed, 1 running, 2 succeeded');
});
