import { describe, expect, it } from 'vitest';
import { validateDefinition } from '../asl/validate.js';
import { loadPipeline } from './load-pipeline.js';

/** The first step of a file, as a state, and what is wrong with the file. */
async function compiled(step: string, more = '', files: { [path: string]: string } = {}) {
  const file = `pipeline: p\naccount: lake\n${more}steps:\n  - load: ${step}\n`;
  const { plan, problems } = await loadPipeline('/p/p.yaml', async (path) =>
    path === '/p/p.yaml' ? file : files[path],
  );
  const state = plan?.definition.States.load;
  const wrong = plan
    ? validateDefinition(plan.definition).filter(({ severity }) => severity === 'ERROR')
    : [];
  expect(wrong).toEqual([]);
  return {
    ...{ state, plan },
    problems: problems.map(({ code, message }) => `${code} ${message}`),
    places: problems.map(
      ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
    ),
  };
}

const PREFIX = 'arn:aws:states:::';

describe('a step that AWS performs', () => {
  it.each([
    [
      '{ batch: { queue: etl, definition: "load:3", command: [a, b], environment: { DAY: 5, FROM.$: $.from }, memory: 512 } }',
      'batch:submitJob.sync',
      {
        ...{ JobName: 'load', JobQueue: 'etl', JobDefinition: 'load:3' },
        ContainerOverrides: {
          Command: ['a', 'b'],
          Environment: [
            { Name: 'DAY', Value: '5' },
            { Name: 'FROM', 'Value.$': '$.from' },
          ],
          ResourceRequirements: [{ Type: 'MEMORY', Value: '512' }],
        },
      },
    ],
    [
      '{ batch: { job.$: $.county, queue: etl, definition: load, array: 20, wait: false } }',
      'batch:submitJob',
      {
        'JobName.$': '$.county',
        JobQueue: 'etl',
        JobDefinition: 'load',
        ArrayProperties: { Size: 20 },
      },
    ],
    ['{ glue: load-parcels }', 'glue:startJobRun.sync', { JobName: 'load-parcels' }],
    [
      '{ glue: { job: load, arguments: { day.$: $.day, --full: true }, workers: 4, workerType: G.1X } }',
      'glue:startJobRun.sync',
      {
        ...{ JobName: 'load', NumberOfWorkers: 4, WorkerType: 'G.1X' },
        Arguments: { '--day.$': '$.day', '--full': 'true' },
      },
    ],
    [
      '{ emr: { cluster: j-1, args: [spark-submit, s3://b/job.py] } }',
      'elasticmapreduce:addStep.sync',
      {
        ClusterId: 'j-1',
        Step: {
          ...{ Name: 'load', ActionOnFailure: 'CONTINUE' },
          HadoopJarStep: { Jar: 'command-runner.jar', Args: ['spark-submit', 's3://b/job.py'] },
        },
      },
    ],
    [
      '{ emr: { application: a1, role: "arn:aws:iam::1:role/x", entryPoint: s3://b/job.py, args: [x] } }',
      'emr-serverless:startJobRun.sync',
      {
        ...{ Name: 'load', ApplicationId: 'a1', ExecutionRoleArn: 'arn:aws:iam::1:role/x' },
        JobDriver: { SparkSubmit: { EntryPoint: 's3://b/job.py', EntryPointArguments: ['x'] } },
      },
    ],
    [
      '{ athena: { query: "SELECT 1", database: d, workgroup: w, output: "s3://b/o/", parameters: [a] } }',
      'athena:startQueryExecution.sync',
      {
        ...{ QueryString: 'SELECT 1', WorkGroup: 'w', ExecutionParameters: ['a'] },
        QueryExecutionContext: { Database: 'd' },
        ResultConfiguration: { OutputLocation: 's3://b/o/' },
      },
    ],
    [
      '{ sns: "arn:aws:sns:us-east-1:1:t" }',
      'sns:publish',
      { TopicArn: 'arn:aws:sns:us-east-1:1:t', 'Message.$': '$' },
    ],
    [
      '{ sqs: { queue: "https://q", body: { a: 1 }, attributes: { kind: done }, group: g } }',
      'sqs:sendMessage',
      {
        ...{ QueueUrl: 'https://q', MessageBody: { a: 1 }, MessageGroupId: 'g' },
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'done' } },
      },
    ],
    [
      '{ lambda: { function: count, payload: { a: 1 } } }',
      'lambda:invoke',
      { FunctionName: 'count', Payload: { a: 1 } },
    ],
  ])('%s becomes %s', async (step, action, parameters) => {
    const { state, problems } = await compiled(step);
    expect(problems).toEqual([]);
    expect(state).toMatchObject({ Resource: `${PREFIX}${action}`, Parameters: parameters });
    expect(state?.Parameters).toEqual(parameters);
  });

  it.each([
    '{ athena: { file: sql/count.sql, database: d } }',
    '{ athena: sql/count.sql }',
    '{ athena: { file: sql/count.sql, parameters: "{% $states.input.days %}" } }',
  ])('%s has the query of the file', async (step) => {
    const text = '\nSELECT count(*)\nFROM parcels -- {% not an expression\n';
    const { state, problems } = await compiled(step, '', { '/p/sql/count.sql': text });
    expect(problems).toEqual([]);
    const given = (state?.Arguments ?? state?.Parameters) as { QueryString: string };
    expect(given.QueryString).toBe(text.trim());
  });

  it.each([
    ['{ athena: { file: no.sql } }', '4:29 MILL1001 there is no file no.sql'],
    ['{ athena: no.sql }', '4:21 MILL1001 there is no file no.sql'],
    ['{ athena: ../x.sql }', "4:21 MILL1001 ../x.sql is not in the pipeline's folder"],
    ['{ athena: { file: /x.sql } }', "4:29 MILL1001 /x.sql is not in the pipeline's folder"],
    ['{ athena: { file: empty.sql } }', '4:29 MILL1103 empty.sql is empty'],
    ['{ athena: { file: long.sql } }', '4:29 MILL1103 long.sql has more than 262144 bytes'],
    [
      '{ athena: { file: empty.sql, query: "SELECT 1" } }',
      '4:13 MILL1104 a query is written in the step or in a file: give "query" or "file"',
    ],
  ])('%s is wrong at its place: %s', async (step, problem) => {
    const files = {
      '/p/empty.sql': ' \n',
      '/p/long.sql': 'x'.repeat(262_145),
      '/x.sql': 'SELECT 1',
    };
    const { places } = await compiled(step, '', files);
    expect(places).toContain(problem);
  });

  it('an HTTP Task in a definition needs nobody to be bound to it', async () => {
    const Call = {
      ...{ Type: 'Task', Resource: `${PREFIX}http:invoke`, End: true },
      Parameters: { ApiEndpoint: 'https://example.com', Method: 'GET' },
    };
    const machine = JSON.stringify({ StartAt: 'Call', States: { Call } });
    const file = `pipeline: p\ndefinition: ${machine}\n`;
    expect((await loadPipeline('/p/p.yaml', async () => file)).problems).toEqual([]);
  });

  it('hands a function over there its payload, and the whole data when there is none', async () => {
    const arn = 'arn:aws:lambda:us-east-1:111122223333:function:count';
    const whole = await compiled(`{ lambda: "${arn}" }`);
    expect(whole.state).toMatchObject({ Resource: arn, ResultPath: "$['load']" });
    expect(whole.state).not.toHaveProperty('Parameters');
    const some = await compiled(`{ lambda: { function: "${arn}", payload: { day.$: $.day } } }`);
    expect(some.state).toMatchObject({ Resource: arn, Parameters: { 'day.$': '$.day' } });
  });

  it('takes expressions, and is retried, caught and timed as any other', async () => {
    const { state, problems } = await compiled(
      '{ glue: { job: "{% $states.input.job %}" }, retry: 2, timeout: 1h }',
    );
    expect(problems).toEqual([]);
    expect(state).toMatchObject({
      ...{ QueryLanguage: 'JSONata', TimeoutSeconds: 3_600 },
      Arguments: { JobName: '{% $states.input.job %}' },
      Retry: [{ MaxAttempts: 2 }],
    });
  });

  it('says where it is performed, and the file where all of them are', async () => {
    const { plan, problems } = await compiled(
      '{ glue: load, account: other, region: us-east-1 }',
      'region: eu-central-1\naccounts: { later: third }\n',
    );
    expect(problems).toEqual([]);
    expect(plan?.sections).toMatchObject({
      ...{ account: 'lake', region: 'eu-central-1' },
      accounts: { later: 'third', load: { account: 'other', region: 'us-east-1' } },
    });
  });
});

describe('a step that is written wrongly', () => {
  it.each([
    ['{ batch: { queue: etl } }', 'MILL1102 the field "definition" is missing'],
    [
      '{ batch: { quue: etl, definition: d } }',
      'MILL1101 unknown field "quue"; did you mean "queue"?',
    ],
    ['{ glue: { arguments: { a: 1 } } }', 'MILL1102 the field "job" is missing'],
    ['{ emr: { cluster: j-1 } }', 'MILL1102 the field "args" is missing'],
    [
      '{ emr: { cluster: j-1, args: [a], role: r } }',
      'MILL1104 "role" has no meaning for a step of a cluster',
    ],
    ['{ athena: { database: d } }', 'MILL1102 the field "query" is missing'],
    ['{ sqs: { body: x } }', 'MILL1102 the field "queue" is missing'],
    ['{ shell: "echo", account: lake }', 'MILL1104 "account" has no meaning for "shell"'],
    ['{ lambda: functions/x, region: us-east-1 }', 'MILL1104 "region" has no meaning for "lambda"'],
    [
      '{ lambda: { function: f, handler: h } }',
      'MILL1104 "handler" has no meaning for a function over there',
    ],
  ])('%s: %s', async (step, problem) => {
    expect((await compiled(step)).problems).toContain(problem);
  });

  it('has an account whose name cannot be one, or a region that is none', async () => {
    for (const more of ['region: europe\n', 'accounts: { load: "a b" }\n']) {
      expect((await compiled('{ glue: load }', more)).problems[0]).toMatch(/^MILL1103/);
    }
  });
});

describe('a cluster of the pipeline', () => {
  const CLUSTER = 'cluster: { release: emr-7.5.0, instances: { type: m5.xlarge, count: 3 } }\n';

  it('is made before the first step, and shared by the steps that name no other', async () => {
    const { plan, problems } = await compiled(
      '{ emr: { args: [spark-submit, s3://b/j.py] } }',
      CLUSTER,
    );
    expect(problems).toEqual([]);
    expect(plan?.definition.StartAt).toBe('cluster');
    expect(plan?.definition.States).toMatchObject({
      cluster: {
        Resource: `${PREFIX}elasticmapreduce:createCluster.sync`,
        Parameters: {
          ...{ Name: 'p', ReleaseLabel: 'emr-7.5.0', Applications: [{ Name: 'Spark' }] },
          Instances: { InstanceCount: 3, KeepJobFlowAliveWhenNoSteps: true },
        },
        Assign: { 'clusterId.$': '$.ClusterId' },
        ...{ ResultPath: null, Next: 'load' },
      },
      load: { Parameters: { 'ClusterId.$': '$clusterId' } },
    });
  });

  it('is taken from a pool where the file names one, and waited for as long as it says', async () => {
    const step = '{ emr: { args: [spark-submit, s3://b/j.py] } }';
    const { plan, problems } = await compiled(step, 'cluster: { pool: etl }\n');
    expect(problems).toEqual([]);
    expect(plan?.definition.States).toMatchObject({
      cluster: {
        ...{ Type: 'Task', Resource: 'millrace:clusters:take', Parameters: { pool: 'etl' } },
        ...{ TimeoutSeconds: 86_400, Assign: { 'clusterId.$': '$.ClusterId' }, ResultPath: null },
      },
      load: { Parameters: { 'ClusterId.$': '$clusterId' } },
    });
    const other = await compiled(step, 'cluster: { pool: etl, timeout: 600 }\n');
    expect(other.plan?.definition.States.cluster).toMatchObject({ TimeoutSeconds: 600 });
  });

  it('is named by an expression where the step has expressions', async () => {
    const { state, problems } = await compiled(
      '{ emr: { args: ["{% $states.input.script %}"] } }',
      CLUSTER,
    );
    expect(problems).toEqual([]);
    expect(state).toMatchObject({ Arguments: { ClusterId: '{% $clusterId %}' } });
  });

  it.each([
    [
      'cluster: { release: "7.5", instances: { type: m5.xlarge, count: 3 } }\n',
      /MILL1103.*release/,
    ],
    ['cluster: { release: emr-7.5.0, instances: { type: m5.xlarge, count: 0 } }\n', /MILL1103/],
    [
      'cluster: { release: emr-7.5.0, instances: { type: m5.xlarge, count: 1 }, size: 4 }\n',
      /MILL1101/,
    ],
    ['cluster: { pool: 7 }\n', /MILL1103.*"pool": expected a text/],
    ['cluster: { pool: "e/l" }\n', /MILL1103.*a pool's name consists of/],
    ['cluster: { pol: etl }\n', /MILL1102 the field "pool" is missing/],
    ['cluster: { pool: etl, share: 2 }\n', /MILL1101 unknown field "share"/],
    ['cluster: { pool: etl, release: emr-7.5.0 }\n', /MILL1101 unknown field "release"/],
    ['cluster: { pool: etl, timeout: 5 }\n', /MILL1103.*"timeout"/],
    ['cluster: etl\n', /MILL1103.*"cluster": expected a mapping/],
  ])('is refused when it is written wrongly: %s', async (more, problem) => {
    const { problems } = await compiled('{ emr: { cluster: j-1, args: [a] } }', more);
    expect(problems[0]).toMatch(problem);
  });

  it('cannot have a step of its name beside it, nor go with a state machine that is written out', async () => {
    const file = (rest: string) => `pipeline: p\naccount: lake\n${CLUSTER}${rest}`;
    const problemsOf = async (text: string) =>
      (await loadPipeline('/p/p.yaml', async () => text)).problems.map(({ message }) => message);
    expect(await problemsOf(file('steps: [{ cluster: { echo: 1 } }]\n'))).toContainEqual(
      expect.stringMatching(/has the name of what makes the cluster/),
    );
    const definition = 'definition: { StartAt: A, States: { A: { Type: Succeed } } }\n';
    expect(await problemsOf(file(definition))).toContain(
      'a cluster is made for steps, and there are none',
    );
  });
});
