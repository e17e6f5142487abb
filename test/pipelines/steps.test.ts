import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/asl/json.js';
import { loadPipeline } from '../../src/pipelines/load-pipeline.js';
import { type Drive, type DriveOptions, drive } from '../asl/drive-machine.js';

/** Loads steps and runs them with the reducer. */
async function execute(steps: string, options: DriveOptions = {}): Promise<Drive> {
  const text = `pipeline: test\nsteps:\n${steps}`;
  const { plan, problems } = await loadPipeline('/test.yaml', async (path) =>
    path === '/test.yaml' ? text : undefined,
  );
  expect(problems).toEqual([]);
  return await drive(plan?.definition ?? {}, options);
}

function outcome({ state }: Drive): Json {
  const { status, output, error, cause } = state.header;
  return status === 'SUCCEEDED'
    ? (output ?? null)
    : { status, error: error ?? null, cause: cause ?? null };
}

describe('steps, executed', () => {
  it('add their results to the data, and later steps see them', async () => {
    const run = await execute(
      `  - extract: { shell: "python3 extract.py" }
  - count: { echo: { "seen.$": "$.extract.rows" }, result: counted }
  - quiet: { echo: 1, result: false }
  - total: { echo: { twice: "{% $states.input.counted.seen * 2 %}" } }
  - note: { set: { done: true } }
  - more: { set: { sum: "{% $states.input.total.twice + 1 %}", kept: [1, "x"] } }
`,
      {
        input: { day: 'monday' },
        task: (task) =>
          task.state === 'extract' ? { output: { rows: 3 } } : { output: task.arguments },
      },
    );
    expect(outcome(run)).toEqual({
      day: 'monday',
      extract: { rows: 3 },
      counted: { seen: 3 },
      total: { twice: 6 },
      note: { done: true },
      more: { sum: 7, kept: [1, 'x'] },
    });
    expect(run.tasks[0]?.arguments).toEqual({
      command: ['python3', 'extract.py'],
      input: { day: 'monday' },
    });
  });

  it('submit applications of Spark, with their arguments and the data', async () => {
    const run = await execute(
      `  - clean: { spark: "jobs/clean.py --day 'the first'" }
  - join: { spark: { application: join.jar, mainClass: org.Join, conf: { spark.ui.enabled: true } }, result: false }
`,
      { input: { n: 1 }, task: () => ({ output: 2 }) },
    );
    expect(run.tasks.map(({ resource, arguments: given }) => [resource, given])).toEqual([
      [
        'millrace:spark',
        { application: 'jobs/clean.py', args: ['--day', 'the first'], input: { n: 1 } },
      ],
      [
        'millrace:spark',
        {
          ...{ application: 'join.jar', mainClass: 'org.Join' },
          conf: { 'spark.ui.enabled': true },
          input: { n: 1, clean: 2 },
        },
      ],
    ]);
  });

  it('build a project of dbt as one task, or each of its nodes as a state, in layers', async () => {
    const one = await execute('  - shop: { dbt: warehouse }\n', { task: () => ({ output: 1 }) });
    expect(one.tasks.map(({ arguments: given }) => given)).toEqual([{ project: 'warehouse' }]);

    const layers = [['orders', 'people'], ['revenue']];
    const each = await execute(
      `  - shop: { dbt: { project: warehouse, each: true, select: "tag:daily", target: prod }, retry: { max: 1, interval: 1s } }
  - after: { set: { done: true } }
`,
      {
        task: ({ arguments: given }) => {
          const { command, select } = given as { command: string; select: string };
          return { output: command === 'list' ? { layers } : { built: select } };
        },
      },
    );
    expect(each.tasks.map(({ arguments: given }) => given)).toEqual([
      { project: 'warehouse', select: 'tag:daily', target: 'prod', command: 'list' },
      ...layers
        .flat()
        .map((node) => ({ command: 'build', project: 'warehouse', target: 'prod', select: node })),
    ]);
    const node = (name: string, index: number) => ({ node: name, index, outcome: { built: name } });
    expect(outcome(each)).toEqual({
      shop: { nodes: [[node('orders', 0), node('people', 1)], [node('revenue', 0)]] },
      after: { done: true },
    });
  });

  it('catch what fails in any node of dbt once, for all of them', async () => {
    const run = await execute(
      `  - shop: { dbt: { project: w, each: true }, catch: { steps: [{ tell: { echo: { "what.$": $.error.Error } } }], then: end } }
`,
      {
        task: ({ state, arguments: given }) => {
          if (state === 'shop list') return { output: { layers: [['a', 'b']] } };
          if (state === 'tell') return { output: given };
          return { error: 'Dbt.NodesFailed', cause: 'by test' };
        },
      },
    );
    expect(run.tasks.map(({ state }) => state)).toEqual(['shop list', 'shop node', 'tell']);
    expect(outcome(run)).toMatchObject({ tell: { what: 'Dbt.NodesFailed' } });
  });

  it('run branches and items side by side and name their results', async () => {
    const run = await execute(
      `  - both: { parallel: { left: [{ l: { set: { x: 1 } } }], right: [{ r: { echo: 2 } }] } }
  - each: { forEach: { items: $.list, as: name, with: { "day.$": $.day }, steps: [{ one: { echo: { "hello.$": $.name } } }] } }
  - fixed: { forEach: { items: [a, b], steps: [{ two: { echo: { "i.$": $.item } } }] } }
`,
      { input: { list: ['p', 'q'], day: 1 }, task: (task) => ({ output: task.arguments }) },
    );
    const data = outcome(run) as { both: Json; each: Json; fixed: Json };
    expect(data.both).toEqual({
      left: { list: ['p', 'q'], day: 1, l: { x: 1 } },
      right: { list: ['p', 'q'], day: 1, r: 2 },
    });
    expect(data.each).toEqual([
      { name: 'p', index: 0, day: 1, one: { hello: 'p' } },
      { name: 'q', index: 1, day: 1, one: { hello: 'q' } },
    ]);
    expect(data.fixed).toEqual([
      { item: 'a', index: 0, two: { i: 'a' } },
      { item: 'b', index: 1, two: { i: 'b' } },
    ]);
  });

  const choosing = `  - decide:
      choice:
        - { when: "{% $states.input.n > 1 %}", steps: [{ many: { set: { x: 1 } } }] }
        - { when: "{% $states.input.n = 1 %}", steps: [{ one: { set: { x: 1 } } }] }
        - otherwise: [{ none: { fail: { error: Empty, cause: nothing came } } }]
  - after: { set: { y: 2 } }
`;

  it.each<[number, Json]>([
    [2, { n: 2, many: { x: 1 }, after: { y: 2 } }],
    [1, { n: 1, one: { x: 1 }, after: { y: 2 } }],
    [0, { status: 'FAILED', error: 'Empty', cause: 'nothing came' }],
  ])('choose by %s and go on together', async (n, expected) => {
    expect(outcome(await execute(choosing, { input: { n } }))).toEqual(expected);
  });

  it('end well after a choice that nothing follows and nothing fits', async () => {
    const steps =
      '  - decide: { choice: [{ when: { Variable: $.n, NumericEquals: 1 }, steps: [{ one: { set: { x: 1 } } }] }] }\n';
    expect(outcome(await execute(steps, { input: { n: 5 } }))).toEqual({ n: 5 });
    expect(outcome(await execute(steps, { input: { n: 1 } }))).toEqual({ n: 1, one: { x: 1 } });
  });

  const failing: DriveOptions = {
    task: (task) =>
      task.state === 'work' ? { error: 'Broken', cause: 'by test' } : { output: task.arguments },
  };

  it('are retried as often as they say', async () => {
    const run = await execute(
      '  - work: { echo: 1, retry: { max: 2, interval: 10s, backoff: 3 } }\n',
      failing,
    );
    expect(run.tasks).toHaveLength(3);
    expect(run.elapsed).toBe(40_000);
    expect(outcome(run)).toEqual({ status: 'FAILED', error: 'Broken', cause: 'by test' });
  });

  it('tell about a failure and then fail with it', async () => {
    const run = await execute(
      '  - work: { echo: 1, catch: { steps: [{ tell: { echo: { "what.$": $.error.Error } } }] } }\n',
      failing,
    );
    expect(run.tasks.map((task) => task.state)).toEqual(['work', 'tell']);
    expect(run.tasks[1]?.arguments).toEqual({ what: 'Broken' });
    expect(outcome(run)).toEqual({ status: 'FAILED', error: 'Broken', cause: 'by test' });
  });

  it('go on or end well after a failure when told to', async () => {
    const goOn =
      '  - work: { echo: { x: "{% 1 %}" }, catch: { on: Broken, result: problem, then: continue } }\n  - after: { set: { y: 2 } }\n';
    expect(outcome(await execute(goOn, failing))).toEqual({
      problem: { Error: 'Broken', Cause: 'by test' },
      after: { y: 2 },
    });
    const end = '  - work: { echo: 1, catch: { then: end } }\n  - after: { set: { y: 2 } }\n';
    expect(outcome(await execute(end, failing))).toEqual({
      error: { Error: 'Broken', Cause: 'by test' },
    });
  });

  it('wait, and start other pipelines', async () => {
    const run = await execute(
      '  - nap: { wait: 2 minutes }\n  - other: { run: { pipeline: reports, input: { a: 1 } } }\n  - fire: { run: { pipeline: mail, wait: false } }\n',
      { task: () => ({ output: 1 }) },
    );
    expect(run.elapsed).toBe(120_000);
    expect(run.tasks.map(({ resource, arguments: given }) => [resource, given])).toEqual([
      ['millrace:executions:start.sync:2', { pipeline: 'reports', input: { a: 1 } }],
      ['millrace:executions:start', { pipeline: 'mail', input: { other: 1 } }],
    ]);
  });
});
