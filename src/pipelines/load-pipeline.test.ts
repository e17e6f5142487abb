import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblems } from './format-problems.js';
import { type LoadedPipeline, loadPipeline } from './load-pipeline.js';

/** Loads /pipelines/orders.yaml out of a folder that is only in memory. */
function load(text: string, others: { [name: string]: string } = {}): Promise<LoadedPipeline> {
  const files = new Map([['/pipelines/orders.yaml', text]]);
  for (const [name, content] of Object.entries(others)) files.set(`/pipelines/${name}`, content);
  return loadPipeline('/pipelines/orders.yaml', async (path) => files.get(path));
}

/** Problems as `code line:column message`. */
async function problemsOf(
  text: string,
  others: { [name: string]: string } = {},
): Promise<string[]> {
  const { problems } = await load(text, others);
  return problems.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`);
}

describe('a pipeline file', () => {
  it('becomes a plan', async () => {
    const { plan, problems } = await load(
      `pipeline: orders
team: sales
owner: ann@example.org
tags: { region: north, year: 2024 }
input: { day: monday }
timeout: 2h
steps:
  - extract: { shell: "python3 extract.py" }
  - load: { sql: load.sql, timeout: 10m }
bindings:
  "arn:aws:lambda:eu-west-1:000000000000:function:tell": { lambda: functions/tell }
`,
      { 'load.sql': 'SELECT 1' },
    );
    expect(problems).toEqual([]);
    expect(plan).toEqual({
      name: 'orders',
      team: 'sales',
      sections: { owner: 'ann@example.org' },
      tags: { region: 'north', year: '2024' },
      input: { day: 'monday' },
      definition: {
        TimeoutSeconds: 7200,
        StartAt: 'extract',
        States: {
          extract: {
            Type: 'Task',
            Resource: 'millrace:shell',
            Parameters: { command: ['python3', 'extract.py'], 'input.$': '$' },
            ResultPath: "$['extract']",
            Next: 'load',
          },
          load: {
            Type: 'Task',
            Resource: 'millrace:sql',
            Parameters: { file: 'load.sql' },
            ResultPath: "$['load']",
            TimeoutSeconds: 600,
            End: true,
          },
        },
      },
      bindings: {
        'arn:aws:lambda:eu-west-1:000000000000:function:tell': {
          lambda: 'functions/tell',
          handler: 'index.handler',
        },
      },
      sources: {
        extract: { file: '/pipelines/orders.yaml', line: 8, column: 5 },
        load: { file: '/pipelines/orders.yaml', line: 9, column: 5 },
      },
      folder: '/pipelines',
      file: '/pipelines/orders.yaml',
    });
  });

  it('has all its problems reported at once, in the order of the file', async () => {
    const found = await problemsOf(`pipeline: orders
teem: sales
steps:
  - extract: { shel: x, retyr: 3 }
  - load: { sql: absent.sql }
  - load: { wait: 10x }
  - both: { wait: 1s, echo: 1 }
  - idle: { comment: nothing }
expect: [runs in 8 days]
`);
    expect(found).toEqual([
      'MILL1101 2:1 unknown field "teem"; did you mean "team"?',
      'MILL1101 4:16 unknown field "shel"; did you mean "shell"?',
      'MILL1101 4:25 unknown field "retyr"; did you mean "retry"?',
      'MILL1001 5:5 there is no file absent.sql',
      'MILL1203 6:5 there is another step "load"',
      'MILL1103 6:19 "wait": expected seconds or a text such as "10s", "5 minutes", "2h" or "8 days"',
      'MILL1104 7:13 a step does one thing, not echo and wait',
      'MILL1102 8:5 the step says not what to do: give one of shell, lambda, sql, spark, dbt, http, echo, run, check, batch, glue, emr, athena, sns, sqs, dataset, set, wait, parallel, forEach, choice, fail',
      "MILL1303 9:15 expected 'within', not 'in'",
    ]);
  });

  it.each([
    ['steps: []', 'MILL1102 1:1 the field "pipeline" is missing'],
    [
      'pipeline: orders',
      'MILL1102 1:1 the pipeline has no work: give steps, definition or template',
    ],
    [
      'pipeline: "no good"\nsteps: [{ a: { wait: 1 } }]',
      'MILL1103 1:11 "pipeline": expected 1 to 80 letters, digits and . _ -, beginning with a letter or digit',
    ],
    [
      'pipeline: orders\nsteps: [{ a: { wait: 1 } }]\ndefinition: x.json',
      'MILL1104 3:1 give one of steps and definition, not both',
    ],
    [
      'pipeline: orders\nsteps: [{ a: { wait: 1 } }]\nwith: { a: 1 }',
      'MILL1104 3:1 "with" gives values to a template, and there is none',
    ],
    ['pipeline: orders\nsteps: 3', 'MILL1103 2:8 "steps": expected a list, found the number 3'],
    [
      'pipeline: orders\nsteps: [{ a: { shell: 3 } }]',
      'MILL1103 2:23 "shell": expected a text or a list or a mapping, found the number 3',
    ],
    ['pipeline: orders\nsteps: [{ a: { shell: "x \'y" } }]', 'MILL1103 2:23 a quote is left open'],
    [
      'pipeline: orders\nsteps: [{ a: { echo: { "x.$": $, y: "{% 1 %}" } } }]',
      'MILL1108 2:16 the arguments hold both "….$" keys and {% … %} texts',
    ],
    [
      'pipeline: orders\nsteps: [{ a: { wait: 1, timeout: 5 } }]',
      'MILL1104 2:25 "timeout" has no meaning for "wait"',
    ],
    [
      'pipeline: orders\nsteps: [{ a: { echo: 1 }, b: { echo: 1 } }]',
      'MILL1103 2:9 a step has one key, its name',
    ],
    [
      'pipeline: orders\nsteps: [{ a: { sql: ../secret.sql } }]',
      "MILL1001 2:11 ../secret.sql is not in the pipeline's folder",
    ],
    [
      'pipeline: orders\nsteps: [{ a: { dataset: x } }]\n',
      'MILL1102 2:16 the step does not say which files: the step before it is no sql step',
    ],
    [
      'pipeline: orders\ntags: { account: 012345678901 }\nsteps: [{ a: { wait: 1 } }]',
      'MILL1105 2:18 012345678901 is read as the number 12345678901',
    ],
    [
      'pipeline: orders\ntags: { account: 123456789012345678 }\nsteps: [{ a: { wait: 1 } }]',
      'MILL1106 2:18 123456789012345678 is read as 123456789012345680',
    ],
    [
      'pipeline: orders\nnotifications: { type: FULL, targets: [{ channel: SLAK, addresses: [x] }] }\nsteps: [{ a: { wait: 1 } }]',
      'MILL1103 2:51 "channel": expected SLACK, EMAIL, WEBHOOK, JIRA, OPSGENIE, TEAMS, OUTBOX, found "SLAK"',
    ],
    [
      'pipeline: orders\ntrigger: { schedule: { hour: 3, cron: "0 3 * * ? *" } }\nsteps: [{ a: { wait: 1 } }]',
      'MILL1103 2:22 "schedule": give exactly one of cron, rate, at and hour',
    ],
    [
      'pipeline: orders\nbindings: { f: { lambda: a, shell: b } }\nsteps: [{ a: { wait: 1 } }]',
      'MILL1103 2:16 "f": give exactly one of lambda, shell, pipeline, connector and mock',
    ],
  ])('%j has its problem at its place', async (text, problem) => {
    expect(await problemsOf(text)).toContain(problem);
  });
});

describe('a trigger', () => {
  const problemsOfTrigger = (trigger: string): Promise<string[]> =>
    problemsOf(`pipeline: orders\ntrigger:\n${trigger}\nsteps: [{ a: { wait: 1 } }]`);

  it('is kept without a warning when it acts', async () => {
    expect(
      await problemsOfTrigger(
        '  schedule: { cron: "0 3 * * ? *", timezone: Europe/Berlin, catchUp: { all: 3 }, flexibleWindow: 15m, jitter: 30s }\n  events: [{ pattern: { source: [shop] }, inputPath: $.detail, batch: { size: 100, window: 3600s } }]\n  executions: { allOf: [{ name: listings, by: "06:00", not: true }] }',
      ),
    ).toEqual([]);
  });

  it.each([
    ['  schedule: { cron: "0 3 * * *" }', 'MILL1302 3:21 '],
    [
      '  schedule: { hour: 3, timezone: Mars/Olympus }',
      'MILL1302 3:34 "Mars/Olympus" is no time zone',
    ],
    ['  schedule: { hour: 3, flexibleWindow: 25h }', 'MILL1302 3:40 it may be a day at most'],
    ['  schedule: { hour: 3, jitter: soon }', 'MILL1103 3:32 '],
    ['  events: [{ pattern: { source: shop } }]', 'MILL1302 3:23 Event pattern is not valid'],
    [
      '  events: [{ pattern: { source: [{ wildcrd: x }] } }]',
      'MILL1302 3:23 Event pattern is not valid',
    ],
    ['  events: [{ pattern: { source: [a] }, inputPath: detail }]', 'MILL1302 3:12 InputPath'],
    ['  executions: { allOf: [{ name: a, by: "6" }] }', 'MILL1103 3:40 '],
    ['  files: { under: ../elsewhere }', 'MILL1302 3:19 name a folder beside the pipeline file'],
    ['  files: { under: incoming, match: "a**" }', 'MILL1302 3:36 write ** by itself'],
    ['  events: [{ pattern: { source: [a] }, batch: { size: 0, window: 60s } }]', 'MILL1103 3:55 '],
    [
      '  events: [{ pattern: { source: [a] }, batch: { size: 2, window: 25h } }]',
      'MILL1302 3:66 a window has 1 second to 24 hours',
    ],
    [
      '  events: [{ pattern: { source: [a] }, batch: { size: 2, window: 0 } }]',
      'MILL1302 3:66 a window has 1 second to 24 hours',
    ],
    [
      '  files: { under: incoming, manifest: "m*.json", batch: { size: 2, window: 60 } }',
      'MILL1302 3:57 a delivery with a manifest is a batch already',
    ],
    ['  files: { under: "s3:/bucket" }', 'MILL1302 3:19 write a bucket as s3://bucket/folder'],
    ['  files: { under: "s3://B/x" }', 'MILL1302 3:19 write a bucket as s3://bucket/folder'],
    [
      '  files: { under: a, arrivals: { path: "{partner}.csv", partners: [a] } }',
      'MILL1302 3:40 name {interval} and {partner}',
    ],
    [
      '  files: { under: a, arrivals: { path: "{interval}/{partner}", partners: [a, b, a] } }',
      'MILL1302 3:74 entry 3 names a again',
    ],
    [
      '  files: { under: a, arrivals: { path: "{interval}/{partner}", partners: none.txt } }',
      'MILL1302 3:74 there is no file none.txt beside the pipeline file',
    ],
    [
      '  files: { under: a, arrivals: { path: "{interval}/{partner}", partners: ../p.txt } }',
      'MILL1302 3:74 there is no file ../p.txt beside the pipeline file',
    ],
    [
      '  files: { under: a, arrivals: { path: "{interval}/{partner}", partners: [a], whenMissing: start } }',
      'MILL1302 3:92 say with "by" when it starts',
    ],
    [
      '  files: { under: a, arrivals: { path: "{interval}/{partner}", partners: [a], by: "24:00" } }',
      'MILL1103 3:83 "by": expected a time of day',
    ],
    [
      '  files: { under: a, match: "*", arrivals: { path: "{interval}/{partner}", partners: [a] } }',
      'MILL1302 3:29 "arrivals" says which files',
    ],
  ])('%j has its problem at its place', async (trigger, problem) => {
    const problems = await problemsOfTrigger(trigger);
    expect(
      problems.filter((text) => text.startsWith(problem)),
      problems.join('\n'),
    ).toHaveLength(1);
  });
});

describe('a state machine in a pipeline file', () => {
  const inline = `pipeline: orders
definition:
  StartAt: Extrac
  States:
    Extract: { Type: Task, Resource: 'millrace:shell', Nxt: Load }
    Load: { Type: Pass, Parameters: { 'a.$': x }, End: true }
`;

  it('has its problems shown where it is written', async () => {
    expect(await problemsOf(inline)).toEqual([
      "MILL1202 3:12 Missing 'Next' target: Extrac; did you mean 'Extract'?",
      'MILL1201 5:5 This object should have only one of the following fields: [Next, End]',
      "MILL1201 5:56 Field 'Nxt' is not supported; did you mean 'Next'?",
      "MILL1201 6:37 The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call",
    ]);
  });

  it('may be in a file of its own, with problems shown there', async () => {
    const definition =
      '{\n  "StartAt": "A",\n  "States": {\n    "A": { "Type": "Tsk", "End": true }\n  }\n}';
    const { problems } = await load('pipeline: orders\ndefinition: orders.asl.json', {
      'orders.asl.json': definition,
    });
    expect(problems).toEqual([
      expect.objectContaining({
        file: '/pipelines/orders.asl.json',
        line: 4,
        column: 20,
        code: 'MILL1201',
      }),
    ]);
    expect(await problemsOf('pipeline: orders\ndefinition: ../x.json')).toEqual([
      "MILL1001 2:13 ../x.json is not in the pipeline's folder",
    ]);
    expect(await problemsOf('pipeline: orders\ndefinition: x.json')).toEqual([
      'MILL1001 2:13 there is no file x.json',
    ]);
  });

  it('is told about tasks that nobody here performs', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:resize';
    const text = `pipeline: orders
definition:
  StartAt: A
  States:
    A: { Type: Task, Resource: "${arn}", Next: B }
    B: { Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: { FunctionName: tell }, Next: C }
    C: { Type: Task, Resource: "arn:aws:states:::sns:publish", End: true }
`;
    expect(await problemsOf(text)).toEqual([
      `MILL1205 5:32 nothing here performs "${arn}"`,
      'MILL1205 6:94 nothing here performs "tell"',
      'MILL1205 7:32 nothing here performs "arn:aws:states:::sns:publish"',
    ]);
    const bindings =
      'bindings: { resize: { lambda: f }, tell: { mock: 1 }, "arn:aws:states:::sns:publish": { shell: [echo] } }\n';
    expect(await problemsOf(text + bindings)).toEqual([]);
  });
});

describe('a template', () => {
  const template = `template: standard-etl
version: 2
parameters:
  county: { type: string }
  batch: { type: integer, default: 100 }
  mode: { type: string, default: full, oneOf: [full, delta] }
team: parcels
tags: { county: "\${with.county}", kind: parcel }
steps:
  - extract: { shell: "python3 extract.py \${with.county} --batch=\${with.batch}", retry: "\${with.batch}" }
  - show: { echo: { size: "\${with.batch}", text: "a $\${b} \${with.mode}" } }
`;
  const others = { 'templates/standard-etl@2.yaml': template };

  it('takes typed values, and the pipeline adds to it', async () => {
    const { plan, problems } = await load(
      `pipeline: butte\ntemplate: standard-etl@2\nwith: { county: "O'Brien; rm -rf / $(x)", batch: 5 }\ntags: { state: ca }\n`,
      others,
    );
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({
      name: 'butte',
      team: 'parcels',
      tags: { county: "O'Brien; rm -rf / $(x)", kind: 'parcel', state: 'ca' },
    });
    expect(plan?.definition.States).toMatchObject({
      extract: {
        Parameters: { command: ['python3', 'extract.py', "O'Brien; rm -rf / $(x)", '--batch=5'] },
        Retry: [{ MaxAttempts: 5 }],
      },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an escaped placeholder comes out as it is
      show: { Parameters: { size: 5, text: 'a ${b} full' } },
    });
    expect(plan?.sources.extract).toEqual({
      file: '/pipelines/templates/standard-etl@2.yaml',
      line: 10,
      column: 5,
    });
  });

  it('cannot be changed in its structure by a value', async () => {
    const { plan } = await load(
      'pipeline: butte\ntemplate: standard-etl@2\nwith: { county: "x\\" }\\n  - evil: { shell: \\"rm\\" }" }\n',
      others,
    );
    expect(Object.keys(plan?.definition.States ?? {})).toEqual(['extract', 'show']);
  });

  it.each([
    ['template: standard-etl@3', 'MILL1401 2:11 there is no template "standard-etl@3"'],
    [
      'template: standard-etl',
      'MILL1103 2:11 "template": expected a name and a version, such as "standard-etl@2"',
    ],
    [
      'template: ../x@2',
      'MILL1103 2:11 "template": expected a name and a version, such as "standard-etl@2"',
    ],
    ['template: standard-etl@2', 'MILL1403 2:1 the template needs "county", a string'],
    [
      'template: standard-etl@2\nwith: { conty: x }',
      'MILL1402 3:9 the template has no parameter "conty"; did you mean "county"?',
    ],
    [
      'template: standard-etl@2\nwith: { county: 3 }',
      'MILL1404 3:17 "county": expected a string, found 3',
    ],
    [
      'template: standard-etl@2\nwith: { county: a, mode: dleta }',
      'MILL1404 3:26 "mode": expected one of "full", "delta"; did you mean "delta"?',
    ],
  ])('%j has its problem at its place', async (text, problem) => {
    expect(await problemsOf(`pipeline: butte\n${text}\n`, others)).toContain(problem);
  });

  it('has its own problems shown in its own file', async () => {
    const wrong =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the template
      'template: t\nversion: 1\nparameters: { a: { type: string } }\nsteps:\n  - x: { echo: "${with.b}", retyr: 1 }\n';
    const { problems } = await load('pipeline: butte\ntemplate: t@1\nwith: { a: x }\n', {
      'templates/t@1.yaml': wrong,
    });
    expect(problems.map(({ file, code, line, column }) => [file, code, line, column])).toEqual([
      ['/pipelines/templates/t@1.yaml', 'MILL1405', 5, 16],
      ['/pipelines/templates/t@1.yaml', 'MILL1101', 5, 29],
    ]);
  });
});

describe('hostile files', () => {
  it.each([
    [
      'a bomb of aliases',
      [
        'a: &a [x,x,x,x,x,x,x,x,x,x]',
        ...'bcdefgh'
          .split('')
          .map(
            (name, index) =>
              `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`).join(',')}]`,
          ),
      ].join('\n'),
      'MILL1003',
    ],
    ['an alias of itself', 'pipeline: &a [*a]', 'MILL1003'],
    ['deep lists', '['.repeat(100_000), 'MILL1003'],
    ['deep lists of another form', '- '.repeat(100_000), 'MILL1003'],
    [
      'deep mappings',
      Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'MILL1003',
    ],
    ['too much text', `pipeline: ${'x'.repeat(1_100_000)}`, 'MILL1003'],
    ['no YAML', 'pipeline: [', 'MILL1002'],
    ['binary', '\u0000\u0001\u0002', 'MILL1103'],
    ['nothing', '', 'MILL1103'],
    ['a key that is __proto__', 'pipeline: a\n__proto__: { polluted: 1 }', 'MILL1004'],
    ['a key twice', 'pipeline: a\npipeline: b', 'MILL1005'],
    ['braces without quotes', 'pipeline: a\nsteps: [{ a: { echo: { x: {{ y }} } } }]', 'MILL1107'],
    ['infinity', 'pipeline: a\ninput: { x: .inf }', 'MILL1103'],
  ])('%s is refused with a code', async (_, text, code) => {
    const before = performance.now();
    const { plan, problems } = await load(text);
    expect(plan).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('a file that is not there is a problem too', async () => {
    const { problems } = await loadPipeline('/nowhere.yaml', async () => undefined);
    expect(problems.map(({ code }) => code)).toEqual(['MILL1001']);
  });

  it('never make the loader throw: a file with one line replaced', async () => {
    const lines = `pipeline: orders
tags: { a: b }
steps:
  - one: { shell: "a b", retry: { max: 2 }, catch: { steps: [{ two: { echo: 1 } }] } }
  - three: { choice: [{ when: "{% true %}", steps: [{ four: { wait: 1 } }] }, { otherwise: [{ five: { fail: { error: X } } }] }] }
  - six: { forEach: { items: $.x, steps: [{ seven: { http: "http://x" } }] } }
  - eight: { parallel: { a: [{ nine: { set: { x: 1 } } }] } }
expect: [succeeded]`.split('\n');
    const piece = fc.constantFrom(
      'steps:',
      '  - x: { shell: [] }',
      '  - x: { parallel: {} }',
      '  - { }',
      '  - one: { forEach: { items: [1], steps: [] } }',
      'definition: { StartAt: 1 }',
      '- - -',
      '"',
      'template: x@1',
      'bindings: { x: 1 }',
      '  - y: null',
      '  - z: { choice: [{}] }',
      'expect: [[]]',
      '? [a]',
      '&a *a',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(lines.length - 1),
        piece,
        fc.string({ maxLength: 10 }),
        async (index, replacement, more) => {
          const { problems, sources } = await load(
            lines.with(index, replacement + more).join('\n'),
          );
          expect(typeof formatProblems(problems, sources)).toBe('string');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('large files', () => {
  it('are read in time that grows with their size alone', async () => {
    const keys = Array.from({ length: 40_000 }, (_, index) => `key${index}: 1`).join('\n');
    const states = Array.from(
      { length: 4_000 },
      (_, index) => `    s${index}: { Type: Pass, Next: x${index} }`,
    );
    const before = performance.now();
    const { problems } = await load(keys);
    expect(problems.length).toBeLessThan(1_000);
    await load(`pipeline: a\ndefinition:\n  StartAt: s0\n  States:\n${states.join('\n')}`);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});
