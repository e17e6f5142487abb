import { expect, test } from 'vitest';
import { executionSearch } from '../execution/execution-search.js';
import { executionsSearch } from './executions-search.js';

test('takes from an address what it knows and leaves out the rest', () => {
  expect(executionsSearch({ pipeline: 42, status: 'FAILED', other: 'x' })).toEqual({
    pipeline: '42',
    status: 'FAILED',
  });
  expect(executionsSearch({ pipeline: '', status: 'lost' })).toEqual({});
  expect(executionsSearch({ testRuns: 'only' })).toEqual({ testRuns: 'only' });
  expect(executionsSearch({ testRuns: 'without' })).toEqual({});
  expect(executionSearch({ tab: 'graph', state: 'Load', event: '7' })).toEqual({
    tab: 'graph',
    state: 'Load',
    event: 7,
  });
  expect(executionSearch({ tab: 'states', event: -1 })).toEqual({});
});
