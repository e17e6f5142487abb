import { afterAll, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../asl/definition.js';
import { createGraphLayouts } from './layouts.js';

const layouts = createGraphLayouts();
afterAll(() => layouts.close());

const definition: MachineDefinition = {
  StartAt: 'Check',
  States: {
    Check: {
      Type: 'Choice',
      Choices: [{ Variable: '$.n', NumericEquals: 1, Next: 'Both' }],
      Default: 'Stop',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
        { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Stop' }],
      End: true,
    },
    Stop: { Type: 'Fail' },
  },
} as unknown as MachineDefinition;

describe('the layout of a state machine', () => {
  it('places every state, inside its container, without overlaps', async () => {
    const graph = await layouts.layout('one', definition);
    const named = new Map(graph.nodes.map((node) => [node.name, node]));
    expect([...named.keys()].sort()).toEqual(
      ['A', 'B', 'Both', 'Branch 1', 'Branch 2', 'Check', 'End', 'Start', 'Stop'].sort(),
    );
    expect(named.get('A')?.parent).toBe(named.get('Branch 1')?.id);
    const siblings = graph.nodes.filter((node) => node.parent === undefined);
    for (const a of siblings) {
      for (const b of siblings) {
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(a === b || apart, `${a.name} overlaps ${b.name}`).toBe(true);
      }
    }
  });

  it('makes a container wide enough for its title, and no higher than it must be', async () => {
    const inner = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
    const map = { Type: 'Map', ItemProcessor: inner, End: true };
    const machine = { StartAt: 'ForEachCounty', States: { ForEachCounty: map } };
    const graph = await layouts.layout('two', machine as unknown as MachineDefinition);
    const named = new Map(graph.nodes.map((node) => [node.name, node]));
    expect(named.get('ForEachCounty')?.width).toBeGreaterThan(200);
    expect(named.get('ForEachCounty')?.height).toBeLessThan(120);
  });

  it('draws every transition with corners, and labels choices and catches', async () => {
    const { edges } = await layouts.layout('one', definition);
    expect(edges.every((edge) => edge.points.length >= 2)).toBe(true);
    const labels = edges.map(({ kind, label }) => [kind, label]);
    expect(labels).toContainEqual(['choice', '$.n NumericEquals 1']);
    expect(labels).toContainEqual(['catch', 'any error']);
  });
});
