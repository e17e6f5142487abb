/**
 * Lists of check results by what they are filtered by, for one team and for who sees all.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVERYTHING, ofTeam, type Scope } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;

beforeAll(async () => {
  test = await openTimedEngine();
  const fails = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Broken' } } };
  await test.deploy('good', {}, { team: 'parcels' });
  await test.deploy('bad', {}, { team: 'parcels', definition: fails });
  await test.deploy('worse', {}, { team: 'claims', definition: fails });
  for (const pipeline of ['good', 'bad', 'worse', 'good']) {
    await test.engine.executions.start(EVERYTHING, { pipeline });
    await test.settled();
  }
});
afterAll(() => test.close());

it.each([
  ['all of one status, of all teams', EVERYTHING, { status: ['CRITICAL'] }, ['worse', 'bad']],
  ['of one status, of a team', ofTeam('parcels'), { status: ['CRITICAL'] }, ['bad']],
  ['of a pipeline', EVERYTHING, { pipeline: 'good' }, ['good', 'good']],
  ['of a pipeline and a status', EVERYTHING, { pipeline: 'good', status: ['CRITICAL'] }, []],
  ['everything', EVERYTHING, {}, ['good', 'worse', 'bad', 'good']],
] as const)('lists %s, the newest first', async (_, scope, filter, pipelines) => {
  const { items } = await test.engine.checks.list(scope as Scope, filter);
  expect(items.map(({ pipeline }) => pipeline)).toEqual(pipelines);
});
