/**
 * A store that takes no more, on the real engine with a clock that the test moves.
 * @module
 */

import { afterEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { StoreError } from '../../src/store/errors.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
afterEach(() => test.close());

describe('a full disk', () => {
  it('refuses new work with a clear error, goes on reading, and works again by itself', async () => {
    let full = false;
    test = await openTimedEngine({
      wrap: (store) => ({
        ...store,
        commit: (commit) => {
          if (full) throw new StoreError('full', 'database or disk is full');
          return store.commit(commit);
        },
      }),
    });
    await test.deploy('p');
    const before = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    full = true;
    const refused = { code: 'MILL3016' };
    await expect(test.engine.executions.start(EVERYTHING, { pipeline: 'p' })).rejects.toMatchObject(
      refused,
    );
    expect(await test.engine.executions.describe(EVERYTHING, before.id)).toMatchObject({
      status: 'SUCCEEDED',
    });
    full = false;
    await expect(test.engine.executions.start(EVERYTHING, { pipeline: 'p' })).rejects.toMatchObject(
      refused,
    );
    // It tries again after a pause.
    await test.pass(500);
    expect(await test.engine.executions.run(EVERYTHING, { pipeline: 'p' })).toMatchObject({
      status: 'SUCCEEDED',
    });
  });
});
