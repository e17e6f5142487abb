import { expect, test } from 'vitest';
import type { GraphNode, StateVisit } from '../../api/types.js';
import { stateRows, stateTree, surroundings } from './state-tree.js';

let events = 0;

function visit(name: string, rest: Partial<StateVisit> = {}): StateVisit {
  events += 1;
  return {
    name,
    type: 'Pass',
    status: 'succeeded',
    enteredEvent: events,
    enteredAt: events,
    exitedAt: events + 1,
    iterations: [],
    attempts: 0,
    ...rest,
  };
}

function node(id: string, name: string): GraphNode {
  return { id, kind: 'state', name, type: 'Pass', x: 0, y: 0, width: 1, height: 1 };
}

const NODES = [
  node('/States/Each', 'Each'),
  node('/States/Each/ItemProcessor/States/Split', 'Split'),
  node('/States/Each/ItemProcessor/States/Split/Branches/0/States/Left', 'Left'),
  node('/States/Each/ItemProcessor/States/Split/Branches/1/States/a~1b', 'a/b'),
];

function shape(visits: StateVisit[], chosen = new Map<string, boolean>()): string[] {
  const tree = stateTree(visits, surroundings(NODES));
  return stateRows(tree, chosen).map((row) =>
    row.kind === 'visit'
      ? `${'  '.repeat(row.depth)}${row.visit.name}`
      : `${'  '.repeat(row.depth)}${row.label} ${row.status}`,
  );
}

test('reads branches and Maps around a state from its pointer', () => {
  expect(surroundings(NODES).get('a/b')).toEqual([
    { state: 'Each', branch: undefined },
    { state: 'Split', branch: 1 },
  ]);
});

test('puts the mixed visits of iterations and branches below what they belong to', () => {
  const first = [{ state: 'Each', index: 0 }];
  const second = [{ state: 'Each', index: 1 }];
  const visits = [
    visit('Each', { type: 'Map' }),
    visit('Split', { iterations: first }),
    visit('Split', { iterations: second }),
    visit('a/b', { iterations: second, status: 'failed' }),
    visit('Left', { iterations: first }),
    visit('a/b', { iterations: first }),
  ];
  expect(shape(visits)).toEqual([
    'Each',
    '  Iteration 0 succeeded',
    '    Split',
    '      Branch 1 succeeded',
    '        Left',
    '      Branch 2 succeeded',
    '        a/b',
    '  Iteration 1 succeeded',
    '    Split',
    '      Branch 2 failed',
    '        a/b',
  ]);
});

test('shows many iterations closed, but those that failed open', () => {
  const each = visit('Each', { type: 'Map' });
  const visits = [
    each,
    ...[0, 1, 2, 3].map((index) =>
      visit('Split', {
        iterations: [{ state: 'Each', index }],
        status: index === 2 ? 'failed' : 'succeeded',
      }),
    ),
  ];
  expect(shape(visits)).toEqual([
    'Each',
    '  Iteration 0 succeeded',
    '  Iteration 1 succeeded',
    '  Iteration 2 failed',
    '    Split',
    '  Iteration 3 succeeded',
  ]);
  const opened = new Map([[`${each.enteredEvent}/0`, true]]);
  expect(shape(visits, opened).slice(1, 3)).toEqual(['  Iteration 0 succeeded', '    Split']);
});

test('keeps the iterations of two visits of one Map apart', () => {
  const item = { iterations: [{ state: 'Each', index: 0 }] };
  const visits = [visit('Each'), visit('Split', item), visit('Each'), visit('Split', item)];
  expect(shape(visits)).toEqual([
    'Each',
    '  Iteration 0 succeeded',
    '    Split',
    'Each',
    '  Iteration 0 succeeded',
    '    Split',
  ]);
});
