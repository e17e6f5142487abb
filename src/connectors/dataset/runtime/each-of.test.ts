import { expect, test } from 'vitest';
import { eachOf } from './each-of.js';

/** Some turns of the event loop later: the first of ten are done last. */
async function later(number: number): Promise<void> {
  for (let turn = 0; turn < 10 - (number % 10); turn += 1) {
    await new Promise((done) => setImmediate(done));
  }
}

test('answers in the order of the items, whatever is done first, and has a bounded number under way', async () => {
  const items = Array.from({ length: 100 }, (_, at) => at);
  let open = 0;
  let most = 0;
  const made = await eachOf(items, async (item) => {
    open += 1;
    most = Math.max(most, open);
    await later(item);
    open -= 1;
    return item * 2;
  });
  expect(made).toEqual(items.map((item) => item * 2));
  expect(most).toBe(16);
});

test('begins no more after a failure, and rejects when what was begun has ended', async () => {
  const items = Array.from({ length: 100 }, (_, at) => at);
  let begun = 0;
  let ended = 0;
  const failing = eachOf(items, async (item) => {
    begun += 1;
    await later(item);
    ended += 1;
    if (item === 9) throw new Error('no disk');
  });
  await expect(failing).rejects.toThrow('no disk');
  expect(begun).toBeLessThan(100);
  expect(ended).toBe(begun);
});

test('has nothing to do for no items', async () => {
  expect(await eachOf([], async () => 1)).toEqual([]);
});
