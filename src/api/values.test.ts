import { expect, test } from 'vitest';
import * as files from '../pipelines/schema.js';
import { PATHS, pathTo } from './paths.js';
import { NAME_MESSAGE, NAME_PATTERN } from './values.js';

test('names in requests are those of pipeline files', () => {
  expect(NAME_PATTERN.source).toBe(files.NAME_PATTERN.source);
  expect(NAME_PATTERN.flags).toBe(files.NAME_PATTERN.flags);
  expect(NAME_MESSAGE).toBe(files.NAME_MESSAGE);
});

test.each([
  ['night', '/executions/night/states'],
  ['orders/night', '/executions/orders%2Fnight/states'],
  ['$&?#%', '/executions/%24%26%3F%23%25/states'],
])('puts the id %j into a path', (id, path) => {
  expect(pathTo(PATHS.states, { id })).toBe(path);
});
