import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../asl/transition.js';
import { type Driver, openDriver } from './driver.js';
import { historyWrites } from './history.js';
import { queriesOf } from './queries.js';
import { migrate } from './upgrade.js';

const EVENTS = 2_350;

/** A history that one transition has written, and the number of events that were taken from the file since. */
function longHistory(): {
  read: ReturnType<typeof queriesOf>['readHistory'];
  taken(): number;
} {
  const driver = openDriver(':memory:');
  migrate(driver);
  let events = 0;
  const counting: Driver = {
    ...driver,
    prepare(sql) {
      const statement = driver.prepare(sql);
      return {
        ...statement,
        all(...values) {
          const rows = statement.all(...values);
          for (const row of rows) events += Number(row.last) - Number(row.first) + 1;
          return rows;
        },
      };
    },
  };
  historyWrites((sql) => counting.prepare(sql).run)(
    1,
    Array.from({ length: EVENTS }, (_, at) => ({ id: at + 1, at: 7 }) as unknown as HistoryEvent),
  );
  return {
    read: queriesOf(counting).readHistory,
    taken() {
      const now = events;
      events = 0;
      return now;
    },
  };
}

describe('a history of large events', () => {
  it.each(['ascending', 'descending'] as const)(
    'is read in pages of so many bytes, %s',
    (order) => {
      const driver = openDriver(':memory:');
      migrate(driver);
      const append = historyWrites((sql) => driver.prepare(sql).run);
      const history = queriesOf(driver);
      for (let first = 1; first <= 30; first += 3) {
        const events = [0, 1, 2].map((at) => ({
          id: first + at,
          at: 7,
          details: { text: 'z'.repeat(first === 13 ? 9_000 : 900) },
        }));
        append(1, events as unknown as HistoryEvent[]);
      }
      const ids: number[] = [];
      const sizes: number[] = [];
      for (let after: number | undefined; ids.length < 30; after = ids.at(-1)) {
        const at = after === undefined ? {} : { after };
        const page = history.readHistory({ execution: 1, order, limit: 8, bytes: 4_000, ...at });
        sizes.push(page.length);
        ids.push(...page.map(({ id }) => id));
      }
      const upwards = Array.from({ length: 30 }, (_, at) => at + 1);
      expect(ids).toEqual(order === 'ascending' ? upwards : upwards.reverse());
      // Four of the small ones fit; one that does not fit at all comes alone.
      expect(Math.max(...sizes)).toBe(4);
      expect(Math.min(...sizes)).toBe(1);
    },
  );
});

describe('a long history', () => {
  it.each(['ascending', 'descending'] as const)(
    'is read in pages, %s, each event once',
    (order) => {
      const { read } = longHistory();
      const ids: number[] = [];
      for (let after: number | undefined; ; after = ids.at(-1)) {
        const at = after === undefined ? {} : { after };
        const page = read({ execution: 1, order, limit: 130, ...at });
        ids.push(...page.map(({ id }) => id));
        if (page.length < 130) break;
      }
      const upwards = Array.from({ length: EVENTS }, (_, at) => at + 1);
      expect(ids).toEqual(order === 'ascending' ? upwards : upwards.reverse());
    },
  );

  it.each(['ascending', 'descending'] as const)('costs what a page holds, %s', (order) => {
    const { read, taken } = longHistory();
    for (const [limit, most] of [
      [10, 400],
      [100, 400],
      [1_000, 2_000],
    ] as const) {
      read({ execution: 1, order, limit, after: 1_500 });
      expect(taken()).toBeLessThanOrEqual(most);
    }
  });
});
