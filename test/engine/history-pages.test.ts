import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/asl/transition.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTestEngine, type TestEngine } from './test-engine.js';

let it: TestEngine;
beforeEach(async () => {
  it = await openTestEngine();
});
afterEach(() => it.close());

const STATES = 12;
const MOST_BYTES = 2 * 1024 ** 2;

/** States in a row that hand on what they get: each event carries the whole input. */
function chain(last: object): object {
  const names = Array.from({ length: STATES }, (_, at) => `Pass${at}`);
  const States: { [name: string]: object } = { Last: last };
  for (const [at, name] of names.entries()) {
    States[name] = { Type: 'Pass', Next: names[at + 1] ?? 'Last' };
  }
  return { StartAt: 'Pass0', States };
}

async function pagesOf(
  id: string,
  order: 'oldest-first' | 'newest-first',
): Promise<HistoryEvent[][]> {
  const pages: HistoryEvent[][] = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const at = cursor === undefined ? {} : { cursor };
    const page = await it.engine.executions.history(EVERYTHING, id, { limit: 1000, order, ...at });
    pages.push(page.items);
    cursor = page.next;
    more = cursor !== undefined;
  }
  return pages;
}

test.each([
  ['that has ended', { Type: 'Succeed' }, 2 * STATES + 4],
  ['that runs', { Type: 'Wait', Seconds: 1000, End: true }, 2 * STATES + 2],
])(
  'a page of the history of an execution %s ends before it is too large',
  async (_what, last, events) => {
    await it.deploy('large', chain(last));
    const input = { text: 'x'.repeat(240_000) };
    const { id } = await it.engine.executions.start(EVERYTHING, { pipeline: 'large', input });
    await expect
      .poll(async () => {
        const { items } = await it.engine.executions.history(EVERYTHING, id, {
          order: 'newest-first',
          limit: 1,
        });
        return items[0]?.id;
      })
      .toBe(events);
    for (const order of ['oldest-first', 'newest-first'] as const) {
      const pages = await pagesOf(id, order);
      expect(pages.length).toBeGreaterThan(2);
      for (const page of pages) {
        expect(page.length).toBeGreaterThan(0);
        expect(JSON.stringify(page).length).toBeLessThanOrEqual(MOST_BYTES + 1_000);
      }
      const ids = pages.flat().map((event) => event.id);
      const upwards = Array.from({ length: events }, (_, at) => at + 1);
      expect(ids).toEqual(order === 'oldest-first' ? upwards : upwards.reverse());
    }
  },
);
