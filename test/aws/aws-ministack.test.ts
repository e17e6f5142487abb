/**
 * Integrations whose work is really done: functions of Lambda run, Athena reads files, Glue's Python shell runs a script,
 * Step Functions executes a machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsObject } from '../../src/aws/aws.js';
import { type Ministack, startMinistack } from '../engine/ministack.js';
import { requirement } from '../requirements.js';
import { jobOf, type TaskHome, taskHome } from './task-home.js';

const ministack = requirement('ministack');
const python = requirement('python3');

const HANDLER = `
import sys
def handler(event, context):
    print('counting', event)
    if event.get('fail'):
        raise ValueError('no rows in ' + event['fail'])
    return {'rows': event.get('rows', 0) * 2, 'county': 'Zoë'}
`;

describe.skipIf(ministack.missing ?? python.missing)('work that is done in AWS', () => {
  let server: Ministack;
  let home: TaskHome;
  const submit: TaskHome['submit'] = (...given) => home.submit(...given);
  const made: TaskHome['made'] = (...given) => home.made(...given);

  beforeAll(async () => {
    server = await startMinistack();
    home = taskHome(server.url);
  });
  afterAll(async () => {
    home?.aws.close();
    await server?.close();
  });

  describe('functions of Lambda', () => {
    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'function-'));
      writeFileSync(join(folder, 'count.py'), HANDLER);
      const zip = "import zipfile; zipfile.ZipFile('f.zip', 'w').write('count.py')";
      execFileSync('python3', ['-c', zip], { cwd: folder });
      const ZipFile = readFileSync(join(folder, 'f.zip')).toString('base64');
      rmSync(folder, { recursive: true });
      const created = await fetch(`${server.url}/2015-03-31/functions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization:
            'AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20260101/eu-central-1/lambda/aws4_request, SignedHeaders=host, Signature=0',
        },
        body: JSON.stringify({
          FunctionName: 'count',
          Role: 'arn:aws:iam::123456789012:role/r',
          Runtime: 'python3.11',
          Handler: 'count.handler',
          Code: { ZipFile },
        }),
      });
      expect(created.status).toBe(201);
    });

    it('take JSON and answer JSON, with the exchange beside it', async () => {
      expect(
        await submit('lambda:invoke', { FunctionName: 'count', Payload: { rows: 21 } }),
      ).toMatchObject({
        type: 'answered',
        output: {
          StatusCode: 200,
          ExecutedVersion: '$LATEST',
          Payload: { rows: 42, county: 'Zoë' },
          SdkHttpMetadata: {
            HttpStatusCode: 200,
            AllHttpHeaders: { 'X-Amz-Executed-Version': ['$LATEST'] },
          },
        },
      });
    });

    it('fail the task with their own error', async () => {
      const failed = await submit('lambda:invoke', {
        FunctionName: 'count',
        Payload: { fail: 'x' },
      });
      if (failed.type !== 'failed') throw new Error(JSON.stringify(failed));
      // Whatever a handler raises, ministack calls it so; AWS tells the class.
      expect(failed.error).toBe('Runtime.HandlerError');
      expect(JSON.parse(failed.cause)).toMatchObject({
        errorMessage: expect.stringContaining('no rows in x'),
        errorType: 'Runtime.HandlerError',
      });
    });

    it('are told by AWS’s name when there is none', async () => {
      expect(await submit('lambda:invoke', { FunctionName: 'nobody', Payload: {} })).toEqual({
        type: 'failed',
        error: 'Lambda.ResourceNotFoundException',
        cause: expect.stringMatching(
          / \(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: .+; Proxy: null\)$/,
        ),
      });
    });
  });

  it('queries of Athena read what lies in S3, and fail with the reason', async () => {
    await made('s3', 'createBucket', { Bucket: 'lake-data' });
    const QueryString = 'SELECT 6 * 7 AS answer';
    const ResultConfiguration = { OutputLocation: 's3://lake-data/results/' };
    const asked = { QueryString, ResultConfiguration };
    const job = jobOf(await submit('athena:startQueryExecution.sync', asked));
    expect((await home.ended(job)).outcome).toMatchObject({ type: 'succeeded' });
    const results = await submit('athena:getQueryResults', { QueryExecutionId: job.id });
    expect(JSON.stringify(results)).toContain('"VarCharValue":"42"');
    const wrong = jobOf(
      await submit('athena:startQueryExecution.sync', { ...asked, QueryString: 'SELEC 1' }),
    );
    const { outcome } = await home.ended(wrong);
    if (outcome.type !== 'failed') throw new Error('it succeeded');
    expect(outcome.error).toBe('States.TaskFailed');
    expect(
      (JSON.parse(outcome.cause) as { QueryExecution: AwsObject }).QueryExecution.Status,
    ).toMatchObject({ State: 'FAILED', StateChangeReason: expect.any(String) });
  });

  it('scripts of Glue’s Python shell run, with the attempt among their arguments and without harm', async () => {
    await made('s3', 'createBucket', { Bucket: 'scripts' });
    const script = (code: number): string => `import sys\nprint(sys.argv)\nsys.exit(${code})\n`;
    for (const [Name, code] of [
      ['fine', 0],
      ['broken', 3],
    ] as const) {
      await made('s3', 'putObject', { Bucket: 'scripts', Key: `${Name}.py`, Body: script(code) });
      const ScriptLocation = `s3://scripts/${Name}.py`;
      const Command = { Name: 'pythonshell', PythonVersion: '3.9', ScriptLocation };
      await made('glue', 'createJob', { Name, Role: 'r', Command });
    }
    const run = async (JobName: string) =>
      home.ended(jobOf(await submit('glue:startJobRun.sync', { JobName })));
    expect((await run('fine')).outcome).toMatchObject({
      type: 'succeeded',
      output: { JobName: 'fine', JobRunState: 'SUCCEEDED' },
    });
    expect((await run('broken')).outcome).toMatchObject({
      type: 'failed',
      error: 'States.TaskFailed',
      cause: expect.stringContaining('"JobRunState":"FAILED"'),
    });
  });

  it('executions of Step Functions are begun once, and show their output as text or as JSON', async () => {
    const { StateMachineArn = '' } = await made('sfn', 'createStateMachine', {
      Name: 'nightly',
      RoleArn: 'arn:aws:iam::123456789012:role/sfn',
      Definition: JSON.stringify({
        StartAt: 'A',
        States: { A: { Type: 'Pass', Result: { rows: 7 }, End: true } },
      }),
    });
    const asked = home.request('states:startExecution.sync:2', {
      StateMachineArn,
      Input: { county: 'x' },
    });
    const first = await home.tasks.submit(asked);
    expect(first).toMatchObject({
      output: { ExecutionArn: jobOf(first).id, StartDate: expect.any(Number) },
    });
    expect((await home.ended(jobOf(first))).outcome).toMatchObject({
      type: 'succeeded',
      output: { Status: 'SUCCEEDED', Output: { rows: 7 }, Input: { county: 'x' } },
    });
    expect(jobOf(await home.tasks.submit({ ...asked, isAgain: true }))).toEqual(jobOf(first));
    expect((await made('sfn', 'listExecutions', { StateMachineArn })).Executions).toHaveLength(1);
    const text = await home.ended(
      jobOf(await submit('states:startExecution.sync', { StateMachineArn, Input: {} })),
    );
    expect(text.outcome).toMatchObject({
      output: { Output: expect.stringMatching(/^\{"rows": ?7\}$/) },
    });
  });
});
