/**
 * What watching costs: 10,000 pipelines with five expectations each, on the real engine and a real file with a clock that the
 * script moves; and what boards and lists of check results cost when there are a million.
 * @module
 */
import { CHECK_RESULTS } from '../src/engine/features/checks/check-tables.js';
import { EVERYTHING } from '../src/engine/kernel/scope.js';
import { TimedEngine } from '../test/support/timed-engine.js';
import { report, round } from './load.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Two of the five are due at a time of their own, spread over the day; the others wait for days. */
function expectOf(index: number): string[] {
  const hour = String(index % 24).padStart(2, '0');
  const minute = String(Math.floor(index / 24) % 60).padStart(2, '0');
  return [
    'succeeded',
    'runs within 8 days',
    'new data within 16 days',
    'finishes within 30 minutes',
    `starts by ${hour}:${minute}`,
  ];
}

/** @param pipelines each with five expectations */
export async function expectations(pipelines: number): Promise<void> {
  const test = new TimedEngine({ start: '2026-11-20T00:00:00Z' });
  await test.open();
  const deployed = performance.now();
  for (let from = 0; from < pipelines; from += 500) {
    const some = Array.from({ length: Math.min(500, pipelines - from) }, (_, i) => from + i);
    await Promise.all(
      some.map((index) => {
        const tags = { county: `county-${index % 58}` };
        return test.engine.pipelines.deploy({
          ...{ name: `p${index}`, team: 'parcels', tags, bindings: {}, folder: test.folder },
          definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
          sections: { expect: expectOf(index) },
        });
      }),
    );
  }
  await test.settled();
  report({
    bench: 'expectations declared',
    expectations: pipelines * 5,
    seconds: round((performance.now() - deployed) / 1000, 1),
  });

  // A day in which nothing runs: each `starts by` becomes DUE and MISSING once, 2 changes of 5 expectations.
  const before = process.cpuUsage();
  let slowest = 0;
  for (let hour = 0; hour < 24; hour += 1) {
    const at = performance.now();
    await test.pass(HOUR);
    slowest = Math.max(slowest, performance.now() - at);
  }
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1e6;
  const missing = test.engine.expectations.counts(EVERYTHING).MISSING ?? 0;
  report({
    bench: 'expectations of a day',
    expectations: pipelines * 5,
    missing,
    changes: 2 * missing,
    cpu_seconds: round(cpu, 1),
    share_of_a_core: round(cpu / 86_400, 5),
    goal: '< 0.1 of a core',
  });

  const restart = performance.now();
  await test.stop();
  await test.open();
  report({ bench: 'restart', seconds: round((performance.now() - restart) / 1000, 1) });

  // All of them at one moment: what was due within eight days while nobody was here.
  await test.stop();
  test.clock.jump(8 * DAY);
  const round_ = performance.now();
  await test.open();
  const opened = (performance.now() - round_) / 1000;
  report({
    bench: 'a week away',
    expectations: pipelines * 5,
    missing: test.engine.expectations.counts(EVERYTHING).MISSING ?? 0,
    seconds_until_all_are_judged: round(opened, 1),
  });

  // One evaluation round in which nothing is due, and one board.
  const idle = performance.now();
  await test.pass(1000);
  report({ bench: 'a second in which nothing is due', ms: round(performance.now() - idle, 2) });
  await test.close();
}

/** @param results check results in the store, of 10,000 series */
export async function checkLists(results: number, times: number): Promise<void> {
  const series = Math.min(10_000, Math.max(1, results / 10));
  const test = new TimedEngine({ start: '2026-11-20T00:00:00Z' });
  await test.open();
  for (let index = 0; index < series; index += 1) {
    await test.engine.pipelines.deploy({
      ...{ name: `p${index}`, team: 'parcels', bindings: {}, folder: test.folder },
      tags: { county: `county-${index % 58}`, kind: index % 7 === 0 ? 'rare' : 'common' },
      definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
      sections: {},
    } as Parameters<typeof test.engine.pipelines.deploy>[0]);
    await test.engine.executions.run(EVERYTHING, { pipeline: `p${index}` });
  }
  await test.settled();
  await test.stop();
  const filled = performance.now();
  fill(test, series, results);
  await test.open();
  report({ bench: `filled to ${results}`, seconds: round((performance.now() - filled) / 1000, 1) });
  const { checks, overview } = test.engine;
  const tag = (key: string, value: string) => [{ key, value }];
  const queries: { [name: string]: () => unknown } = {
    'the newest 100': () => checks.list(EVERYTHING, { limit: 100 }),
    CRITICAL: () => checks.list(EVERYTHING, { status: ['CRITICAL'], limit: 100 }),
    'of one pipeline': () => checks.list(EVERYTHING, { pipeline: 'p77', limit: 100 }),
    'of a county': () => checks.list(EVERYTHING, { tags: tag('county', 'county-5'), limit: 100 }),
    'of a common tag': () => checks.list(EVERYTHING, { tags: tag('kind', 'common'), limit: 100 }),
    'of a rarer tag, CRITICAL': () =>
      checks.list(EVERYTHING, { tags: tag('kind', 'rare'), status: ['CRITICAL'], limit: 100 }),
    'board by county': () => overview.board(EVERYTHING, 'county'),
    'the whole system': () => overview.show(EVERYTHING),
  };
  for (const [name, ask] of Object.entries(queries)) {
    const took: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const at = performance.now();
      await ask();
      took.push(performance.now() - at);
    }
    took.sort((a, b) => a - b);
    report({
      bench: `check results: ${name}`,
      results,
      p50_ms: round(took[Math.floor(took.length / 2)] ?? 0),
      p95_ms: round(took[Math.floor(took.length * 0.95)] ?? 0),
      goal: 'p95 < 100 ms',
    });
  }
  await test.close();
}

function fill(test: TimedEngine, series: number, results: number): void {
  const { store } = test;
  const at = Date.parse('2026-11-19T00:00:00Z');
  for (let from = series; from < results; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, results - from) }, (_, i) => {
      const number = from + i + 1;
      const status = number % 97 === 0 ? 'CRITICAL' : number % 11 === 0 ? 'WARNING' : 'OK';
      const row = {
        ...{ number, series: (number % series) + 1, team: 'parcels', status, cause: 'filled' },
        ...{ at: at + number, duration: 60_000 + (number % 1000), rows: number % 5000 },
      };
      return { table: CHECK_RESULTS, key: [number], row };
    });
    store.commit({ at, executions: [], rows, logs: [] });
  }
}
