/**
 * What every query of the store costs, by its plan: none may grow with what is kept.
 *
 * Every method is called with every combination of its filters, on a driver that notes each text that is prepared. Of each
 * text the plan is read: a table that is gone through, or rows that are sorted, need a reason here.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED } from '../../test/support/allowed-plans.js';
import { DECLARED_TABLES as TABLES } from '../../test/support/declared-tables.js';
import { callsOf, executionQueries, prepareWrites } from '../../test/support/store-calls.js';
import { type Driver, openDriver, type SqlValue } from './driver.js';
import { giveBack } from './free-pages.js';
import { queriesOf } from './queries.js';
import { joinTables, migrate } from './upgrade.js';

/** Of these a look-up may still find many rows, each of which is looked at; why that is bounded. */
const RESIDUAL: { readonly [query: string]: string } = {
  'SELECT * FROM published_versions WHERE team = ? AND pipeline': 'versions of one pipeline',
  "SELECT * FROM attempts WHERE status = 'scheduled' AND position": 'at a start: open attempts',
  "SELECT * FROM attempts WHERE status = 'submitted' AND position": 'at a start: open attempts',
  'SELECT a.* FROM attempts a JOIN executions e': 'at a start: open attempts',
  "SELECT * FROM timers WHERE at < ? AND kind <> 'continue'":
    'those of the other kind are of executions in the middle of a turn',
  'SELECT COUNT(*) AS count FROM executions WHERE map_run':
    'children of one map run that is redriven; counted beside the main loop',
};

/** A database with all tables. */
function openTables(driver: Driver): void {
  migrate(driver);
  joinTables(driver, TABLES);
}

interface Watched {
  driver: Driver;
  texts: Set<string>;
  /** Rows that were given out since it was set to 0. */
  rows: number;
}

function watched(driver: Driver): Watched {
  const seen: Watched = { driver, texts: new Set(), rows: 0 };
  seen.driver = {
    ...driver,
    prepare(sql) {
      seen.texts.add(sql.replaceAll(/\s+/g, ' ').trim());
      const statement = driver.prepare(sql);
      return {
        ...statement,
        all(...values: SqlValue[]) {
          const rows = statement.all(...values);
          seen.rows += rows.length + 1;
          return rows;
        },
        get(...values: SqlValue[]) {
          seen.rows += 1;
          return statement.get(...values);
        },
      };
    },
  };
  return seen;
}

/** Executions of two teams and pipelines in a fixed pattern; every tenth is a child of map run 1. */
function fill(driver: Driver, count: number): void {
  const insert = driver.prepare(
    `INSERT INTO executions (number, id, name, pipeline, team, tags, pointer, context, started_at, map_run, map_child,
       machine, status, header, redrive_count, alias, published_version, for_interval)
     VALUES (?, ?, ?, ?, ?, '{}', '', ?, 0, ?, ?, 1, ?, '{}', ?, ?, ?, ?)`,
  );
  const context = JSON.stringify({ Execution: { Input: 1 } });
  const event = driver.prepare(
    `INSERT INTO events (number, bus, id, team, source, detail_type, stored_at, envelope, matched)
     VALUES (?, ?, ?, ?, 's', 't', 0, '{}', '[]')`,
  );
  for (let number = 1; number <= count; number += 1) {
    const child = number % 10 === 0;
    const [id, alias] = [`id-${number}`, number % 3 === 0 ? 'live' : null];
    const status = number % 7 === 0 ? 'FAILED' : 'SUCCEEDED';
    insert.run(
      ...[number, id, id, number % 4 === 0 ? 'p' : 'q', number % 2 === 0 ? 'a' : 'b', context],
      ...[child ? 1 : null, child ? number : null, status, number % 14 === 0 ? 1 : 0],
      ...[alias, alias === null ? null : 2, number % 5 === 0 ? '2026-11-01' : null],
    );
    event.run(number, number % 3 === 0 ? 'default' : 'other', id, number % 2 === 0 ? 'a' : 'b');
  }
}

function planOf(driver: Driver, text: string): string[] {
  const given = Array.from(text.matchAll(/\?/g), () => 1);
  return driver
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all(...given)
    .map((row) => String(row.detail));
}

/** What of a plan goes through more than it finds by an index. */
function unbounded(text: string, plan: readonly string[]): string[] {
  const allowed = ALLOWED.find(({ query }) => text.startsWith(query))?.steps ?? [];
  const suspicious = plan.filter(
    (step) => /^SCAN |^USE TEMP B-TREE/.test(step) && !allowed.includes(step),
  );
  const isBounded = Object.keys(RESIDUAL).some((query) => text.startsWith(query));
  if (isBounded || !text.startsWith('SELECT')) return suspicious;
  return [...suspicious, ...unused(text, plan)];
}

/** Conditions on columns that the index does not answer: rows that do not meet them are read all the same. */
function unused(text: string, plan: readonly string[]): string[] {
  const where = /^SELECT [^(]* FROM (\w+) WHERE ([^(]*?)( ORDER BY .*| LIMIT .*|)$/.exec(text);
  const [, table = '', conditions = ''] = where ?? [];
  const step = plan.find((one) => one.startsWith(`SEARCH ${table} `));
  if (step === undefined) return [];
  const wanted = [...conditions.matchAll(/(\w+) (?:=|<|>|<=|>=) \?/g)].map(([, column]) => column);
  return wanted.flatMap((column) => {
    const isKey = column === 'number' || column === 'position' || column === 'version';
    const isUsed = new RegExp(`\\b${column}[=<>]`).test(step) || (isKey && /rowid[=<>]/.test(step));
    return isUsed ? [] : [`${column} is not answered by: ${step}`];
  });
}

describe('the queries of the store', () => {
  let seen: Watched;
  beforeAll(() => {
    const driver = openDriver(':memory:');
    openTables(driver);
    fill(driver, 2_000);
    seen = watched(driver);
    for (const call of Object.values(callsOf(queriesOf(seen.driver))).flat()) call();
    prepareWrites((sql) => {
      seen.driver.prepare(sql);
      return () => {};
    });
    joinTables(seen.driver, TABLES);
    giveBack(seen.driver, 1);
  });

  it('are looked at, all methods and the texts of writing too', () => {
    expect(seen.texts.size).toBeGreaterThan(110);
    for (const word of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
      expect([...seen.texts].some((text) => text.startsWith(word))).toBe(true);
    }
  });

  it('go through no table and sort nothing that grows with the store', () => {
    const driver = openDriver(':memory:');
    openTables(driver);
    const refused = [...seen.texts]
      .filter((text) => /^(SELECT|INSERT|UPDATE|DELETE)/.test(text))
      .map((text) => ({ text, steps: unbounded(text, planOf(driver, text)) }))
      .filter(({ steps }) => steps.length > 0);
    expect(refused).toEqual([]);
  });

  it('need every exception that is made here', () => {
    const texts = [...seen.texts];
    const driver = openDriver(':memory:');
    openTables(driver);
    for (const { query, steps } of ALLOWED) {
      const plans = texts
        .filter((text) => text.startsWith(query))
        .flatMap((text) => planOf(driver, text));
      expect(plans, query).toEqual(expect.arrayContaining([...steps]));
    }
    for (const query of Object.keys(RESIDUAL)) {
      expect(
        texts.some((text) => text.startsWith(query)),
        query,
      ).toBe(true);
    }
  });

  it.each([
    ['SELECT * FROM executions WHERE map_run IS NULL ORDER BY number DESC LIMIT ?'],
    ["SELECT number FROM executions WHERE status = 'FAILED' AND team = ? AND number < ? LIMIT ?"],
    ['SELECT number FROM executions WHERE map_run IS NULL AND team = ? AND alias = ? LIMIT ?'],
    ['SELECT * FROM events WHERE bus = ? ORDER BY number DESC LIMIT ?'],
    ['SELECT * FROM logs WHERE execution = ? ORDER BY number LIMIT ?'],
  ])('would be refused like this: %s', (text) => {
    const driver = openDriver(':memory:');
    openTables(driver);
    expect(unbounded(text, planOf(driver, text))).not.toEqual([]);
  });

  it('read as many rows of a store of 400 executions as of one of 4,000, whatever is asked for', () => {
    const [few, many] = [400, 4_000].map((count) => {
      const driver = openDriver(':memory:');
      openTables(driver);
      fill(driver, count);
      const counted = watched(driver);
      const store = queriesOf(counted.driver);
      return [...executionQueries()].map((query) => {
        counted.rows = 0;
        store.listExecutions(query);
        return counted.rows;
      });
    }) as [number[], number[]];
    // Three rows are shown; the rest are look-ups: at most five statuses, three teams, two numbers of redrives.
    expect(Math.max(...many)).toBeLessThanOrEqual(Math.max(...few) + 10);
    expect(Math.max(...many)).toBeLessThan(120);
  });
});
