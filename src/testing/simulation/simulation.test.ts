/**
 * A month in a second: what starts when, played from test files as people write them.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { loadTests } from '../load-tests.js';
import { runTests } from '../run-tests.js';

const PIPELINES: { [file: string]: string } = {
  '/p/daily.yaml': `pipeline: daily
trigger: { schedule: { cron: "0 3 * * ? *" } }
steps: [{ read: { shell: [x], retry: { interval: 10m, max: 2, backoff: 1 } } }]
`,
  '/p/after.yaml': `pipeline: after
trigger: { executions: { allOf: [{ name: daily }] } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/instead.yaml': `pipeline: instead
trigger: { executions: { allOf: [{ name: daily, status: [FAILED] }] } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/orders.yaml': `pipeline: orders
trigger: { events: [{ pattern: { source: [shop] } }] }
steps: [{ read: { shell: [x] } }]
`,
  '/p/loading.yaml': `pipeline: loading
trigger: { files: { under: incoming, match: "*.csv" } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/hourly.yaml': `pipeline: hourly
trigger: { schedule: { cron: "30 * * * ? *" } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/weekly.yaml': `pipeline: weekly
trigger: { schedule: { cron: "0 1 ? * SUN *" } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/report.yaml': `pipeline: report
trigger: { executions: { allOf: [{ name: daily }, { name: hourly }, { name: weekly }] } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/ping.yaml': `pipeline: ping
trigger: { executions: { anyOf: [{ name: pong }] } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/pong.yaml': `pipeline: pong
trigger: { executions: { anyOf: [{ name: ping }] } }
steps: [{ read: { shell: [x] } }]
`,
  '/p/batched.yaml': `pipeline: batched
trigger: { events: [{ pattern: { source: [shop] }, batch: { size: 3, window: 10m } }] }
steps: [{ read: { shell: [x] } }]
`,
  '/p/partners.yaml': `pipeline: partners
trigger:
  files:
    under: incoming
    arrivals: { path: "{interval}/{partner}.csv", partners: [a, b], by: "09:00", whenMissing: start }
steps: [{ read: { shell: [x] } }]
`,
  '/p/often.yaml': `pipeline: often
trigger: { schedule: { rate: 10 minutes, start: 2026-03-01T00:00:00Z } }
concurrency: { overlap: skip }
steps: [{ read: { shell: [x] } }]
`,
};

/** Plays a test and answers the messages of its failures. */
async function play(test: string, head = '', more: readonly string[] = []): Promise<string[]> {
  const names = ['daily', 'after', 'instead', 'orders', 'loading', ...more];
  const text = `pipelines: [${names.map((name) => `${name}.yaml`).join(', ')}]
from: 2026-03-01T00:00:00Z
to: 2026-04-01T00:00:00Z
${head}
tests:
${test}`;
  const files: { [file: string]: string } = { ...PIPELINES, '/p/month.test.yaml': text };
  const { tests, problems } = await loadTests('/p/month.test.yaml', async (path) => files[path]);
  const wrong = problems
    .filter(({ severity }) => severity === 'error')
    .map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`);
  if (wrong.length > 0) return wrong;
  const { results } = await runTests(tests);
  expect(results).toHaveLength(1);
  return results.flatMap(({ failures }) => failures.map(({ message }) => message));
}

describe('a month of', () => {
  it('schedules and what follows them', async () => {
    expect(
      await play(
        `  - name: x
    expect:
      counts: { daily: 31, after: 31, instead: 0, orders: 0, loading: 0 }
      includes:
        - { pipeline: daily, interval: 2026-03-29, at: "2026-03-29T03:00:00Z", by: schedule }
        - { pipeline: after, interval: 2026-03-29, at: "2026-03-29T03:20:00Z", by: executions }
`,
        'takes: { daily: 20m, after: 5m }',
      ),
    ).toEqual([]);
  });

  it('hours and days: a day needs all of its hours, and no upstream that does not run on it', async () => {
    expect(
      await play(
        `  - name: x
    happenings:
      - { at: "2026-03-03T13:00:00Z", breaks: hourly, for: 1h }
      - { at: "2026-03-05T08:00:00Z", redrive: hourly, interval: 2026-03-03T13 }
    expect:
      counts: { hourly: 744, daily: 31, weekly: 5, report: 31 }
      includes:
        - { pipeline: report, interval: 2026-03-02, at: "2026-03-02T23:30:00Z" }
        - { pipeline: report, interval: 2026-03-03, at: "2026-03-05T08:00:00Z" }
`,
        '',
        ['hourly', 'weekly', 'report'],
      ),
    ).toEqual([]);
  });

  it('pipelines that wait for each other: the circle is cut', async () => {
    expect(
      await play(
        `  - name: x
    happenings: [{ at: "2026-03-03T13:00:00Z", start: ping, interval: 2026-03-03 }]
    expect: { counts: { ping: 26, pong: 25 } }
`,
        '',
        ['ping', 'pong'],
      ),
    ).toEqual([]);
  });

  it('failures: retries in their time, the fallback, and a redrive that others follow', async () => {
    expect(
      await play(`  - name: x
    happenings:
      - { at: "2026-03-07T02:00:00Z", breaks: daily, for: 5h }
      - { at: "2026-03-07T08:00:00Z", redrive: daily, interval: 2026-03-07 }
    expect:
      counts: { daily: 31, after: 31, instead: 1 }
      includes:
        - { pipeline: instead, interval: 2026-03-07, at: "2026-03-07T03:20:00Z" }
        - { pipeline: after, interval: 2026-03-07, at: "2026-03-07T08:00:00Z" }
      excludes:
        - { pipeline: after, interval: 2026-03-07, before: "2026-03-07T08:00:00Z" }
`),
    ).toEqual([]);
  });

  it('downtime: the latest that was missed is made up for, once', async () => {
    expect(
      await play(`  - name: x
    happenings: [{ at: "2026-03-10T01:00:00Z", down: 50h }]
    expect:
      counts: { daily: 30 }
      includes: [{ pipeline: daily, interval: 2026-03-11, at: "2026-03-12T03:00:00Z" }]
      excludes: [{ pipeline: daily, interval: 2026-03-10 }]
`),
    ).toEqual([]);
  });

  it('events, files, and people', async () => {
    expect(
      await play(
        `  - name: x
    happenings:
      - { at: "2026-03-02T10:00:00Z", event: { source: shop, detailType: Order, detail: {}, id: one } }
      - { at: "2026-03-02T11:00:00Z", event: { source: shop, detailType: Order, detail: {}, id: one } }
      - { at: "2026-03-02T12:00:00Z", event: { source: bank, detailType: Order, detail: {} } }
      - { at: "2026-03-03T10:00:00Z", file: incoming/a.csv, content: "1,2" }
      - { at: "2026-03-03T10:00:00Z", file: incoming/a.txt, content: "1,2" }
      - { at: "2026-03-04T10:00:00Z", start: orders }
      - { at: "2026-03-05T03:01:00Z", stop: daily }
    expect:
      counts: { orders: 2, loading: 1, after: 30 }
      includes:
        - { pipeline: orders, name: event-one, at: "2026-03-02T10:00:00Z", by: event }
        - { pipeline: orders, by: hand }
        - { pipeline: loading, after: "2026-03-03T10:00:00Z", before: "2026-03-03T10:00:10Z" }
        - { pipeline: daily, interval: 2026-03-05, status: ABORTED }
`,
        'takes: { daily: 20m }',
      ),
    ).toEqual([]);
  });

  it('batches: three events, or ten minutes after the first', async () => {
    const event = (at: string): string =>
      `      - { at: "2026-03-02T${at}Z", event: { source: shop, detailType: Order, detail: {} } }\n`;
    const times = ['10:00:00', '10:01:00', '10:02:00', '11:00:00', '11:05:00'];
    expect(
      await play(
        `  - name: x
    happenings:
${times.map(event).join('')}
    expect:
      counts: { batched: 2 }
      includes:
        - { pipeline: batched, at: "2026-03-02T10:02:00Z", by: batch }
        - { pipeline: batched, at: "2026-03-02T11:10:00Z", by: batch }
`,
        '',
        ['batched'],
      ),
    ).toEqual([]);
  });

  it('partners: all have delivered, or it is nine', async () => {
    expect(
      await play(
        `  - name: x
    to: 2026-03-04T00:00:00Z
    happenings:
      - { at: "2026-03-01T07:00:00Z", file: incoming/2026-03-01/a.csv, content: "1" }
      - { at: "2026-03-01T08:00:00Z", file: incoming/2026-03-01/b.csv, content: "1" }
      - { at: "2026-03-02T07:00:00Z", file: incoming/2026-03-02/b.csv, content: "1" }
    expect:
      counts: { partners: 3 }
      includes:
        - { pipeline: partners, interval: 2026-03-01, before: "2026-03-01T08:00:30Z" }
        - { pipeline: partners, interval: 2026-03-02, at: "2026-03-02T09:00:00Z" }
        - { pipeline: partners, interval: 2026-03-03, at: "2026-03-03T09:00:00Z" }
`,
        '',
        ['partners'],
      ),
    ).toEqual([]);
  });

  it('limits: what is skipped while one runs', async () => {
    expect(
      await play(
        `  - name: x
    to: 2026-03-01T02:00:00Z
    expect:
      counts: { often: 11 }
      includes:
        - { pipeline: often, at: "2026-03-01T00:10:00Z", status: SUCCEEDED }
        - { pipeline: often, at: "2026-03-01T00:20:00Z", status: ABORTED }
        - { pipeline: often, at: "2026-03-01T00:30:00Z", status: ABORTED }
        - { pipeline: often, at: "2026-03-01T00:40:00Z", status: SUCCEEDED }
`,
        'takes: { often: 25m }',
        ['often'],
      ),
    ).toEqual([]);
  });

  it('mocks: one state of one pipeline answers as it is told', async () => {
    expect(
      await play(
        `  - name: x
    expect: { counts: { instead: 31, after: 0 } }
`,
        'mocks: { daily: { read: { throw: { error: NoFile } } } }',
      ),
    ).toEqual([]);
  });
});

describe('what differs is told', () => {
  it('as counts, and as executions that are missing or should not be', async () => {
    expect(
      await play(`  - name: x
    expect:
      counts: { daily: 30 }
      includes: [{ pipeline: after, interval: 2026-05-01 }]
      excludes: [{ pipeline: daily, interval: 2026-03-02 }]
`),
    ).toEqual([
      'daily has 31 executions, not 30',
      'no execution is like this: pipeline after, interval 2026-05-01',
      'no execution should be like this: pipeline daily, interval 2026-03-02',
    ]);
  });

  it('when something could not happen', async () => {
    expect(
      await play(`  - name: x
    happenings: [{ at: "2026-03-02T10:00:00Z", redrive: daily }]
    expect: {}
`),
    ).toEqual([
      'the redrive at 2026-03-02T10:00:00Z was refused: no execution of daily has failed',
    ]);
  });
});

describe('a file that is wrong', () => {
  it.each([
    ['expect: { counts: { dayly: 1 } }', 'there is no pipeline "dayly"'],
    ['happenings: [{ at: "2026-03-02T10:00:00Z" }]\n    expect: {}', 'give exactly one of'],
    ['happenings: [{ at: "2026-05-02T10:00:00Z", stop: daily }]\n    expect: {}', 'lies outside'],
    [
      'happenings: [{ at: tomorrow, stop: daily }]\n    expect: {}',
      'expected a time with its zone',
    ],
    ['to: 2026-02-01T00:00:00Z\n    expect: {}', 'it ends before it begins'],
    ['to: 2036-02-01T00:00:00Z\n    expect: {}', 'longer than a year'],
  ])('%j', async (test, message) => {
    const problems = await play(`  - name: x\n    ${test}\n`);
    expect(problems.join('\n')).toContain(message);
  });

  it('names files, tasks and pipelines that are not there', async () => {
    const { problems } = await loadTests('/p/m.test.yaml', async (path) =>
      path === '/p/m.test.yaml'
        ? 'pipelines: [daily.yaml, gone.yaml]\nmocks: { daily: { write: { return: 1 } } }\ntests: [{ name: x, expect: {} }]\n'
        : PIPELINES[path],
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'there is no file gone.yaml',
      'daily has no task "write"',
    ]);
  });
});
