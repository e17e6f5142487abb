import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  attempt,
  failureOf,
  messages,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { requirement } from '../../../test/requirements.js';
import type { Json } from '../connector.js';
import { compiledEntry } from '../process/compiled-entry.js';
import { isGroupAlive } from '../process/process-group.js';
import { createLambdaConnector, type LambdaConfig } from './lambda-connector.js';
import { PYTHON_RUNTIME } from './runtime/python-runtime.js';

const python = requirement('python3');
const lambda = createLambdaConnector({ terminationGrace: 300 });
afterAll(() => lambda.close?.());

const FUNCTION = { folder: 'f', handler: 'index.handler' };

/** Invokes a Node function once. */
function invoke(code: string, payload: Json = {}, more: { [key: string]: Json } = {}) {
  return attempt(lambda, temporaryFolders({ 'f/index.mjs': code }), {
    ...FUNCTION,
    payload,
    ...more,
  });
}

/** Invokes a Python function once. */
function invokePython(code: string, payload: Json = {}, more: { [key: string]: Json } = {}) {
  return attempt(lambda, temporaryFolders({ 'f/index.py': code }), {
    ...FUNCTION,
    payload,
    ...more,
  });
}

describe('a Node handler', () => {
  test('gets the event and answers', async () => {
    const code = 'export const handler = async (event) => ({ twice: event.n * 2 });';
    expect(await outputOf(invoke(code, { n: 21 }))).toEqual({ twice: 42 });
  });

  test('may use callbacks, CommonJS, subfolders and nested names', async () => {
    const callback = `exports.handler = (event, context, done) => setTimeout(done, 1, null, 'called');`;
    const folders = temporaryFolders({
      'f/index.js': callback,
      'g/src/app.cjs': `module.exports.api = { main: (e, context) => context.succeed('nested') };`,
    });
    expect(await outputOf(attempt(lambda, folders, FUNCTION))).toBe('called');
    const nested = { folder: 'g', handler: 'src/app.api.main' };
    expect(await outputOf(attempt(lambda, folders, nested))).toBe('nested');
  });

  test('that never answers gives null, or ends the process when it promised an answer', async () => {
    expect(await outputOf(invoke('export const handler = () => 1;'))).toBe(null);
    const { error, cause } = await failureOf(
      invoke('export const handler = () => new Promise(() => {});'),
    );
    expect(error).toBe('Runtime.ExitError');
    expect(cause).toContain('Runtime exited without providing a reason');
  });

  test('finds the context that AWS documents', async () => {
    const code = `export const handler = async (event, context) => ({
      ...context, left: context.getRemainingTimeInMillis(), env: process.env._HANDLER });`;
    const running = invoke(code, {}, { timeoutSeconds: 30, memory: 256, functionName: 'extract' });
    const context = (await outputOf(running)) as { [key: string]: Json };
    expect(context).toMatchObject({
      functionName: 'extract',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      env: 'index.handler',
      millrace: { pipeline: 'example', state: 'Step' },
    });
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context.left).toBeGreaterThan(20_000);
    expect(context.left).toBeLessThanOrEqual(30_000);
  });

  test('reports errors as Lambda does', async () => {
    const code = `
      class CountyError extends Error { constructor(m) { super(m); this.name = 'CountyError'; } }
      export const handler = async (event) => { throw event.text ? 'text' : new CountyError('no parcels'); };`;
    const { error, cause } = await failureOf(invoke(code));
    expect(error).toBe('CountyError');
    const reported = JSON.parse(cause) as { trace: string[] };
    expect(reported).toMatchObject({ errorType: 'CountyError', errorMessage: 'no parcels' });
    expect(reported.trace[0]).toBe('CountyError: no parcels');
    expect(reported.trace[1]).toContain('index.mjs:3');
    expect(reported.trace.join()).not.toContain('node-runtime');
    const text = await failureOf(invoke(code, { text: true }));
    expect(text.error).toBe('string');
    expect(JSON.parse(text.cause)).toEqual({
      errorType: 'string',
      errorMessage: 'text',
      trace: [],
    });
  });

  test.each([
    ['Runtime.HandlerNotFound', 'export const other = 1;', 'is undefined or not exported'],
    ['Runtime.UserCodeSyntaxError', 'export const handler = (', 'SyntaxError'],
    ['Runtime.ImportModuleError', `import 'no-such-package';`, 'no-such-package'],
    ['TypeError', 'null.x; export const handler = () => 1;', 'Cannot read'],
    [
      'Runtime.UnhandledPromiseRejection',
      `export const handler = () => { Promise.reject(new Error('lost')); setTimeout(() => {}, 1e5); };`,
      'Error: lost',
    ],
    [
      'RangeError',
      `export const handler = () => { setTimeout(() => { throw new RangeError('late'); }, 1); };`,
      'late',
    ],
    ['Error', 'export const handler = async () => 1n;', 'Unable to stringify response body'],
    [
      'Function.ResponseSizeTooLarge',
      `export const handler = async () => 'x'.repeat(7e6);`,
      '6291556',
    ],
    ['States.DataLimitExceeded', `export const handler = async () => 'x'.repeat(3e5);`, '300002'],
    ['Runtime.ExitError', 'export const handler = () => process.exit(3);', 'exit status 3'],
    [
      'Runtime.ExitError',
      `export const handler = () => process.kill(process.pid, 'SIGKILL');`,
      'signal: killed',
    ],
  ])('fails with %s for %s', async (name, code, text) => {
    const { error, cause } = await failureOf(invoke(code));
    expect(error).toBe(name);
    expect(cause).toContain(text);
  });

  test('times out, whatever it is busy with', async () => {
    const busy = invoke('export const handler = () => { for (;;); };', {}, { timeoutSeconds: 0.4 });
    const { pid } = await busy.process;
    const { error, cause } = await failureOf(busy);
    expect(error).toBe('Sandbox.Timedout');
    expect(JSON.parse(cause)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 0.40 seconds$/,
      ),
    });
    expect(isGroupAlive(pid)).toBe(false);
  });

  test('is ended when the attempt is aborted, with its children', async () => {
    const code = `
      import { spawn } from 'node:child_process';
      export const handler = () => { console.log('child ' + spawn('sleep', ['300']).pid); };`;
    const running = invoke(code);
    await running.logged(({ message }) => message.startsWith('child'));
    const { pid } = await running.process;
    running.abort();
    expect((await failureOf(running)).error).toBe('Connector.Aborted');
    expect(isGroupAlive(pid)).toBe(false);
  });

  test('has a clean environment and only its own variables', async () => {
    process.env.MILLRACE_TEST_SECRET = 'canary';
    const code = 'export const handler = async () => process.env;';
    const env = await outputOf(invoke(code, {}, { environment: { COUNTY: 'alpine' } }));
    delete process.env.MILLRACE_TEST_SECRET;
    expect(JSON.stringify(env)).not.toContain('canary');
    expect(env).toMatchObject({ COUNTY: 'alpine' });
  });

  test('logs what it prints with the request id, all of it before the outcome', async () => {
    const code = `export const handler = async (event, context) => {
      for (let i = 0; i < 2000; i++) console.log('line ' + i);
      process.stderr.write('half a line');
      return context.awsRequestId; };`;
    const running = invoke(code);
    const requestId = await outputOf(running);
    const lines = running.records.filter(({ stream }) => stream !== 'system');
    expect(lines).toHaveLength(2001);
    expect(new Set(lines.map(({ fields }) => fields?.requestId))).toEqual(new Set([requestId]));
    expect(lines.filter(({ stream }) => stream === 'stdout').at(-1)?.message).toBe('line 1999');
    expect(messages(running)).toContain('half a line');
    expect(messages(running).at(-1)).toMatch(/^Function f: \d+ ms, cold start$/);
  });
});

describe.skipIf(python.missing)('a Python handler', () => {
  test('gets event and context and answers', async () => {
    const code = `
from decimal import Decimal

def handler(event, context):
    print("hello")
    return {"n": event["n"], "half": Decimal("0.5"), "name": context.function_name,
            "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb}
`;
    const running = invokePython(code, { n: 1 }, { timeoutSeconds: 60 });
    expect(await outputOf(running)).toEqual({
      n: 1,
      half: 0.5,
      name: 'f',
      left: expect.any(Number),
      memory: '512',
    });
    expect(messages(running)).toContain('hello');
  });

  test('reports errors as Lambda does', async () => {
    const folders = temporaryFolders({
      'f/index.py': 'def handler(event, context):\n    return 1 / event["n"]\n',
    });
    const running = attempt(lambda, folders, { ...FUNCTION, payload: { n: 0 } });
    const { error, cause } = await failureOf(running);
    expect(error).toBe('ZeroDivisionError');
    expect(JSON.parse(cause)).toEqual({
      errorMessage: 'division by zero',
      errorType: 'ZeroDivisionError',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      stackTrace: [
        `  File "${folders.folder}/f/index.py", line 2, in handler\n    return 1 / event["n"]\n`,
      ],
    });
    expect(Object.keys(JSON.parse(cause) as object)[0]).toBe('errorMessage');
  });

  test.each([
    ['Runtime.HandlerNotFound', 'x = 1', "Handler 'handler' missing on module 'index'"],
    ['Runtime.UserCodeSyntaxError', 'def handler(:', "Syntax error in module 'index'"],
    ['Runtime.ImportModuleError', 'import no_such_module', "No module named 'no_such_module'"],
    ['KeyError', 'x = {}["a"]', 'a'],
    [
      'Runtime.MarshalError',
      'def handler(event, context):\n  return {1, 2}',
      'Object of type set is not JSON serializable',
    ],
    [
      'Runtime.MarshalError',
      'def handler(event, context):\n  return float("nan")',
      'Unable to marshal response',
    ],
    [
      'Runtime.ExitError',
      'import sys\ndef handler(event, context):\n  sys.exit(4)',
      'exit status 4',
    ],
  ])('fails with %s for %j', async (name, code, text) => {
    const { error, cause } = await failureOf(invokePython(`${code}\n`));
    expect(error).toBe(name);
    expect(cause).toContain(text);
  });

  test('logs through the logging module, with its level', async () => {
    const code = `
import logging

def handler(event, context):
    logging.warning("short of %d rows", 3)
    return None
`;
    const running = invokePython(code);
    expect(await outputOf(running)).toBe(null);
    const record = running.records.find(({ message }) => message === 'short of 3 rows');
    expect(record).toMatchObject({ level: 'warn', fields: { logger: 'root' } });
  });

  test('leaves no files in the folder of the function', async () => {
    const folders = temporaryFolders({
      'f/index.py': 'import other\ndef handler(event, context):\n    return other.x\n',
      'f/other.py': 'x = 5\n',
    });
    expect(await outputOf(attempt(lambda, folders, FUNCTION))).toBe(5);
    expect(existsSync(join(folders.folder, 'f/__pycache__'))).toBe(false);
  });
});

describe('warm processes', () => {
  const COUNTER = 'let n = 0; export const handler = async () => [process.pid, ++n];';

  function pool(config: LambdaConfig) {
    const connector = createLambdaConnector({ terminationGrace: 300, ...config });
    onTestFinished(() => connector.close?.());
    return connector;
  }

  test('serve one invocation after the other', async () => {
    const folders = temporaryFolders({ 'f/index.mjs': COUNTER });
    const connector = pool({});
    const [first, one] = (await outputOf(attempt(connector, folders, FUNCTION))) as Json[];
    const [second, two] = (await outputOf(attempt(connector, folders, FUNCTION))) as Json[];
    expect(second).toBe(first);
    expect([one, two]).toEqual([1, 2]);
  });

  test('keep nothing of the invocations before', async () => {
    const folders = temporaryFolders({ 'f/index.mjs': COUNTER });
    const connector = pool({});
    const warnings: string[] = [];
    const warn = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    for (let n = 1; n <= 15; n += 1) {
      const [, count] = (await outputOf(attempt(connector, folders, FUNCTION))) as Json[];
      expect(count).toBe(n);
    }
    // Node warns when listeners pile up on one object.
    expect(warnings).toEqual([]);
  });

  test('stay warm after an exception of the handler', async () => {
    const code = `let n = 0; export const handler = async () => { if (n++ === 0) throw new Error('x'); return n; };`;
    const folders = temporaryFolders({ 'f/index.mjs': code });
    const connector = pool({});
    await failureOf(attempt(connector, folders, FUNCTION));
    expect(await outputOf(attempt(connector, folders, FUNCTION))).toBe(2);
  });

  test('are replaced when the code has changed', async () => {
    const folders = temporaryFolders({
      'f/index.mjs': 'export const handler = async () => "old";',
    });
    const connector = pool({});
    const old = attempt(connector, folders, FUNCTION);
    expect(await outputOf(old)).toBe('old');
    const file = join(folders.folder, 'f/index.mjs');
    writeFileSync(file, 'export const handler = async () => "new";');
    utimesSync(file, new Date(), new Date(Date.now() + 5_000));
    expect(await outputOf(attempt(connector, folders, FUNCTION))).toBe('new');
    await connector.close?.();
    expect(isGroupAlive((await old.process).pid)).toBe(false);
  });

  test('never serve two invocations at once, nor exceed their number', async () => {
    const code = `
      let busy = false;
      export const handler = async () => {
        if (busy) throw new Error('at once');
        busy = true;
        await new Promise((resolve) => setTimeout(resolve, 20));
        busy = false;
        return process.pid;
      };`;
    const folders = temporaryFolders({ 'f/index.mjs': code });
    const connector = pool({ maxProcesses: 2 });
    const running = Array.from({ length: 8 }, () => attempt(connector, folders, FUNCTION));
    const pids = await Promise.all(running.map(outputOf));
    expect(new Set(pids).size).toBe(2);
  });

  test('make room for another function', async () => {
    const folders = temporaryFolders({ 'f/index.mjs': COUNTER, 'g/index.mjs': COUNTER });
    const connector = pool({ maxProcesses: 1 });
    const first = attempt(connector, folders, FUNCTION);
    await outputOf(first);
    const other = { ...FUNCTION, folder: 'g' };
    expect(await outputOf(attempt(connector, folders, other))).toEqual([expect.any(Number), 1]);
    await connector.close?.();
    expect(isGroupAlive((await first.process).pid)).toBe(false);
  });

  test('end when they are idle for long', async () => {
    const folders = temporaryFolders({ 'f/index.mjs': COUNTER });
    const connector = pool({ idleSeconds: 0.02 });
    const running = attempt(connector, folders, FUNCTION);
    await outputOf(running);
    const { pid } = await running.process;
    await expect.poll(() => isGroupAlive(pid), { timeout: 5_000 }).toBe(false);
  });

  test('leave a waiting attempt that is aborted out', async () => {
    const folders = temporaryFolders({
      'f/index.mjs': `export const handler = (event, context, done) => { console.log('busy'); setTimeout(done, 1e5); };`,
    });
    const connector = pool({ maxProcesses: 1 });
    const first = attempt(connector, folders, FUNCTION);
    await first.logged(({ message }) => message === 'busy');
    const second = attempt(connector, folders, FUNCTION);
    second.abort();
    expect((await failureOf(second)).error).toBe('Connector.Aborted');
    first.abort();
    await first.outcome;
  });

  test.each([
    {
      runtime: 'nodejs',
      command: [process.execPath, compiledEntry('./runtime/node-runtime.js', import.meta.url)],
    },
    ...(python.missing ? [] : [{ runtime: 'python', command: ['python3', '-u', '-'] }]),
  ])('end with the server, when their channel ends ($runtime)', async ({ command }) => {
    const { folder } = temporaryFolders();
    const [program, ...args] = command as [string, ...string[]];
    const child = spawn(program, [...args, folder, 'index.handler'], {
      stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
    });
    const exited = once(child, 'exit');
    child.stdin?.end(PYTHON_RUNTIME);
    (child.stdio[3] as Writable).end();
    expect(await exited).toEqual([0, null]);
  });
});

describe('the function', () => {
  test('lies under the folder of the pipeline', async () => {
    const folders = temporaryFolders();
    const outside = attempt(lambda, folders, { folder: '../..', handler: 'index.handler' });
    expect((await failureOf(outside)).error).toBe('Connector.PathOutsideFolder');
    const missing = attempt(lambda, folders, FUNCTION);
    expect((await failureOf(missing)).error).toBe('Connector.FileNotFound');
  });

  test('is refused with every problem of its arguments', () => {
    expect(lambda.validate({ folder: '', handler: 'index', runtime: 'ruby' })).toHaveLength(3);
    expect(
      lambda.validate({ folder: 'f', handler: 'index.handler', runtime: 'python3.12' }),
    ).toEqual([]);
  });

  test('falls back to its twin where the program of the runtime is missing', async () => {
    const folders = temporaryFolders({
      'f/index.py': 'def handler(event, context):\n    return "python"\n',
      'f/twin.mjs': 'export const handler = async () => "node";',
    });
    const path = process.env.PATH;
    process.env.PATH = folders.workFolder;
    try {
      const running = attempt(lambda, folders, {
        ...FUNCTION,
        fallback: { handler: 'twin.handler' },
      });
      expect(await outputOf(running)).toBe('node');
      expect(messages(running)[0]).toBe(
        '"python3" was not found. Install it, or give the full path of the program. Running the fallback twin.handler (nodejs) instead.',
      );
    } finally {
      process.env.PATH = path;
    }
  });
});
