/**
 * What a function finds around itself, in Node and Python alike: Lambda's variables, zone and names, and nothing of the
 * server's; and when a Node function that answers by callback is over.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attempt,
  failureOf,
  messages,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { requirement } from '../../../test/requirements.js';
import type { Json } from '../connector.js';
import { createLambdaConnector } from './lambda-connector.js';

const FUNCTION = { folder: 'f', handler: 'index.handler' };
const python = requirement('python3');
const lambda = createLambdaConnector({
  terminationGrace: 300,
  identity: { region: 'eu-north-1', accountId: '123456789012' },
});
const servers = { TZ: 'America/St_Johns', LANG: 'tr_TR.UTF-8', AWS_REGION: 'ap-south-2' };
const before = { ...process.env };

beforeAll(() => {
  Object.assign(process.env, servers, { LC_ALL: 'tr_TR.UTF-8', AWS_PROFILE: 'of-the-server' });
});

afterAll(async () => {
  for (const name of [...Object.keys(servers), 'LC_ALL', 'AWS_PROFILE']) {
    const value = before[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await lambda.close?.();
});

const NODE = `export const handler = async (event, context) => ({
  env: process.env,
  arn: context.invokedFunctionArn,
  stream: context.logStreamName,
  memory: context.memoryLimitInMB,
  hour: new Date(Date.UTC(2026, 6, 2, 3)).getHours(),
  upper: 'i'.toLocaleUpperCase(),
});`;
const PYTHON = `
import datetime, os
def handler(event, context):
    return {
        "env": dict(os.environ),
        "arn": context.invoked_function_arn,
        "stream": context.log_stream_name,
        "memory": context.memory_limit_in_mb,
        "hour": datetime.datetime.fromtimestamp(1782961200).hour,
        "upper": "i".upper(),
    }
`;

interface Surroundings {
  env: { [name: string]: string };
  stream: string;
  [name: string]: Json;
}

describe.each([
  {
    language: 'Node',
    file: 'index.mjs',
    code: NODE,
    isThere: true,
    runtime: /^AWS_Lambda_nodejs\d+\.x$/,
  },
  {
    language: 'Python',
    file: 'index.py',
    code: PYTHON,
    isThere: python.missing === undefined,
    runtime: /^AWS_Lambda_python3\.\d+$/,
  },
])('a function in $language', ({ file, code, isThere, runtime }) => {
  const look = async (more: { [name: string]: Json } = {}): Promise<Surroundings> => {
    const folders = temporaryFolders({ [`f/${file}`]: code });
    const given = { ...FUNCTION, functionName: 'count', ...more };
    return (await outputOf(attempt(lambda, folders, given))) as unknown as Surroundings;
  };

  test.runIf(isThere)(
    "finds Lambda's variables, with the server's region and account",
    async () => {
      const found = await look({ memory: 256 });
      expect(found.env).toMatchObject({
        AWS_REGION: 'eu-north-1',
        AWS_DEFAULT_REGION: 'eu-north-1',
        AWS_EXECUTION_ENV: expect.stringMatching(runtime),
        AWS_LAMBDA_FUNCTION_NAME: 'count',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/count',
        AWS_LAMBDA_LOG_STREAM_NAME: found.stream,
        LAMBDA_TASK_ROOT: expect.stringMatching(/\/f$/),
        _HANDLER: 'index.handler',
        _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=0$/),
      });
      expect(found).toMatchObject({
        arn: 'arn:aws:lambda:eu-north-1:123456789012:function:count',
        memory: '256',
      });
      expect((await look()).env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE).toBe('512');
    },
  );

  test.runIf(isThere)("has nothing of the server's zone, language and environment", async () => {
    const found = await look();
    expect(found).toMatchObject({ hour: 3, upper: 'I' });
    expect(found.env).toMatchObject({ TZ: 'UTC', LANG: 'C.UTF-8' });
    expect(Object.keys(found.env)).not.toContain('AWS_PROFILE');
    expect(Object.keys(found.env)).not.toContain('LC_ALL');
  });

  test.runIf(isThere)(
    'chooses zone and region itself, and not what Lambda alone tells',
    async () => {
      const environment = { TZ: 'Asia/Tokyo', AWS_REGION: 'us-west-2', _HANDLER: 'mine' };
      const found = await look({ environment });
      expect(found.hour).toBe(12);
      expect(found.env).toMatchObject({ AWS_REGION: 'us-west-2', _HANDLER: 'index.handler' });
    },
  );
});

describe('a Node function that answers by callback', () => {
  const LATE = `setTimeout(() => {
    fs.writeFileSync(path.join(context.millrace.workFolder, 'late.txt'), 'written');
    console.log('late work');
  }, 300);`;
  const code = (body: string, kind = ''): string => `
    const fs = require('node:fs'), path = require('node:path');
    exports.handler = ${kind} (event, context, callback) => { ${body} };`;

  async function run(body: string, kind?: string, more: { [name: string]: Json } = {}) {
    const folders = temporaryFolders({ 'f/index.js': code(body, kind) });
    const running = attempt(lambda, folders, { ...FUNCTION, ...more });
    const outcome = await running.outcome;
    const isLate = existsSync(join(folders.workFolder, 'late.txt'));
    return { outcome, isLate, printed: messages(running) };
  }

  test.each([
    ["callback(null, 'first')", 'succeeded'],
    ["setTimeout(() => callback(null, 'first'), 10)", 'succeeded'],
    ["context.succeed('first')", 'succeeded'],
    ["context.done(null, 'first')", 'succeeded'],
    ["callback(new Error('first'))", 'failed'],
    ["context.fail(new Error('first'))", 'failed'],
  ])('is over when all that it began is done: %s', async (call, type) => {
    const { outcome, isLate, printed } = await run(`${LATE} ${call}; ${call};`);
    expect(outcome.type).toBe(type);
    expect(JSON.stringify(outcome)).toContain('first');
    expect(isLate).toBe(true);
    expect(printed).toContain('late work');
  });

  test.each([
    ['context.callbackWaitsForEmptyEventLoop = false;', ''],
    ['', 'async'],
  ])('is over at once with %s %s', async (set, kind) => {
    const { outcome, isLate } = await run(`${set} ${LATE} callback(null, 'first');`, kind);
    expect(outcome).toEqual({ type: 'succeeded', output: 'first' });
    expect(isLate).toBe(false);
  });

  test('keeps its first answer, and serves the next invocation after it', async () => {
    const folders = temporaryFolders({
      'f/index.js': code(`
        setTimeout(() => callback(null, 'second'), 50);
        callback(null, { n: event.n, pid: process.pid });`),
    });
    const ask = (n: number) => outputOf(attempt(lambda, folders, { ...FUNCTION, payload: { n } }));
    const first = (await ask(1)) as { pid: number };
    expect(first).toMatchObject({ n: 1 });
    expect(await ask(2)).toEqual({ n: 2, pid: first.pid });
  });

  test('times out when what it began never ends, and fails when that throws', async () => {
    const folders = temporaryFolders({
      'f/index.js': code("setInterval(() => {}, 1000); callback(null, 'first');"),
    });
    const endless = attempt(lambda, folders, { ...FUNCTION, timeoutSeconds: 1 });
    expect(await failureOf(endless)).toMatchObject({ error: 'Sandbox.Timedout' });
    const { outcome } = await run(
      "setTimeout(() => { throw new RangeError('late'); }, 10); callback(null, 'first');",
    );
    expect(outcome).toMatchObject({ type: 'failed', error: 'RangeError' });
  });
});
