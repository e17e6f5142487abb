/**
 * Real workers: `millrace worker` as processes of their own, beside a server that they reach over HTTP alone.
 * @module
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Running } from '../cli/millrace.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import { until } from '../support/until.js';
import { LineProxy } from './line-proxy.js';
import { oneTask, startWorker, workerToken } from './worker-process.js';

const LEASE = 3_000;

let it: TestServer;
let token: string;
let folder: string;
let started: Running[];

beforeEach(async () => {
  it = await openTestServer({ workerLease: LEASE, data: mkdtempSync(join(tmpdir(), 'wk-')) });
  token = await workerToken(it);
  folder = mkdtempSync(join(tmpdir(), 'wk-pipeline-'));
  started = [];
});
afterEach(async () => {
  for (const { process: child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  await it.close();
});

async function deploy(definition: object, sections: JsonObject = { worker: true }): Promise<void> {
  await it.server.engine.pipelines.deploy({
    ...{ name: 'away', team: 'default', tags: {}, bindings: {}, folder, sections },
    definition: definition as MachineDefinition,
  });
}

const shell = (script: string, more: JsonObject = {}): object =>
  oneTask('millrace:shell', { command: ['sh', '-c', script] }, more);

async function open(args: string[] = [], url = it.server.url): Promise<Running> {
  const name = args.includes('--name') ? [] : ['--name', 'w'];
  const worker = startWorker(token, url, [...name, '--slots', '4', ...args]);
  started.push(worker);
  await worker.until('takes up to');
  return worker;
}

const start = async (): Promise<string> =>
  (await it.server.engine.executions.start(EVERYTHING, { pipeline: 'away' })).id;
const ended = (id: string) => it.server.engine.executions.wait(EVERYTHING, id);
const workFile = (id: string, name: string): string => join(it.data, 'work', 'default', id, name);
const linesOf = async (id: string): Promise<string[]> =>
  (await it.server.engine.executions.logs(EVERYTHING, id, {})).items.map((line) => line.message);

test('a task is performed elsewhere: its output, its lines and its files come back', async () => {
  writeFileSync(join(folder, 'say.sh'), 'echo "from the folder: $(cat notes/text)"');
  mkdirSync(join(folder, 'notes'));
  writeFileSync(join(folder, 'notes', 'text'), 'hello');
  symlinkSync('/etc/hostname', join(folder, 'outside'));
  await deploy(
    {
      StartAt: 'Here',
      States: {
        Here: {
          Type: 'Task',
          Resource: 'millrace:shell',
          Parameters: {
            command: [
              'sh',
              '-c',
              'cd "$MILLRACE_WORK_FOLDER"; echo one > kept; echo two > changed; echo three > removed',
            ],
          },
          Next: 'Away',
        },
        Away: {
          Type: 'Task',
          Resource: 'millrace:shell',
          Parameters: {
            command: [
              'sh',
              '-c',
              'sh say.sh; ls; cd "$MILLRACE_WORK_FOLDER"; cat kept; echo changed > changed; rm removed; mkdir out; head -c 9000000 /dev/zero > out/large; chmod 755 out/large; echo "{\\"at\\": \\"worker\\"}"',
            ],
          },
          End: true,
        },
      },
    },
    { workers: { Away: true } },
  );
  await open();
  const id = await start();
  const execution = await ended(id);
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { at: 'worker' } });
  const lines = await linesOf(id);
  expect(lines).toContain('from the folder: hello');
  expect(lines).not.toContain('outside');
  expect(readFileSync(workFile(id, 'kept'), 'utf8')).toBe('one\n');
  expect(readFileSync(workFile(id, 'changed'), 'utf8')).toBe('changed\n');
  expect(existsSync(workFile(id, 'removed'))).toBe(false);
  const { size, mode } = statSync(workFile(id, 'out/large'));
  expect({ size, mode: mode & 0o777 }).toEqual({ size: 9_000_000, mode: 0o755 });
});

test('an attempt whose worker is killed closes as lost once, and Retry has another one perform it', async () => {
  const retry = { Retry: [{ ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1 }] };
  const script = `[ -e ${folder}/second ] || { touch ${folder}/second; sleep 60; }; echo '"done"'`;
  await deploy(shell(script, retry));
  const first = await open(['--name', 'first']);
  const id = await start();
  expect(await until(() => existsSync(join(folder, 'second')), Boolean)).toBe(true);
  first.process.kill('SIGKILL');
  await open(['--name', 'second']);
  expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
  const { items } = await it.server.engine.executions.history(EVERYTHING, id, {});
  expect(items.filter(({ type }) => type === 'TaskFailed')).toHaveLength(1);
});

test('a worker that is stopped lets its task end and takes nothing new', async () => {
  await deploy(
    shell(`touch ${folder}/begun; while [ ! -e ${folder}/go ]; do sleep 0.05; done; echo 7`),
  );
  const worker = startWorker(token, it.server.url, ['--grace', '60s']);
  started.push(worker);
  const id = await start();
  expect(await until(() => existsSync(join(folder, 'begun')), Boolean)).toBe(true);
  worker.process.kill('SIGTERM');
  await worker.until('stopping: 1 task may end');
  const kinds = () => it.server.engine.workers.list(EVERYTHING)[0]?.kinds;
  expect(await until(kinds, (all) => Object.keys(all ?? { shell: 1 }).length === 0)).toEqual({});
  const other = await start();
  writeFileSync(join(folder, 'go'), '');
  expect(await worker.ended).toMatchObject({ code: 0 });
  expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', output: 7 });
  expect((await it.server.engine.executions.describe(EVERYTHING, other)).queued).toBe(
    'a worker that performs shell: none is connected',
  );
});

test('what does not end in time is stopped and lost at once', async () => {
  await deploy(shell(`touch ${folder}/begun; sleep 60`));
  const worker = await open(['--grace', '1s']);
  const id = await start();
  expect(await until(() => existsSync(join(folder, 'begun')), Boolean)).toBe(true);
  worker.process.kill('SIGTERM');
  expect(await ended(id)).toMatchObject({ error: 'Millrace.WorkerLost' });
  expect(await worker.ended).toMatchObject({ code: 0 });
});

test('an attempt outlives a restart of the server', async () => {
  await deploy(
    shell(`touch ${folder}/begun; while [ ! -e ${folder}/go ]; do sleep 0.05; done; echo 7`),
  );
  // A server may take its time to start: that is not what is tried here.
  const workerLease = 10 * LEASE;
  const { data } = it;
  await it.server.close();
  it = await openTestServer({ workerLease, data });
  token = await workerToken(it);
  const { server } = it;
  const { port } = new URL(server.url);
  await open();
  const id = await start();
  expect(await until(() => existsSync(join(folder, 'begun')), Boolean)).toBe(true);
  const holds = () => it.server.engine.workers.list(EVERYTHING).flatMap((one) => one.holds);
  const [before] = holds();
  expect(before).toMatchObject({
    kind: 'shell',
    state: 'Work',
    team: 'default',
    execution: { id },
  });
  await server.close();
  it = await openTestServer({ workerLease, data, port: Number(port) });
  // The worker has shown itself, and what it holds is known by name again.
  expect(await until(holds, ([held]) => held?.state !== undefined)).toEqual([before]);
  writeFileSync(join(folder, 'go'), '');
  expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', output: 7 });
  expect(holds()).toEqual([]);
});

test('a worker that was cut off comes back with its outcome, or stops by itself when its lease is over', async () => {
  await deploy(
    shell(`touch ${folder}/begun$RANDOM; while [ ! -e ${folder}/go ]; do sleep 0.05; done; echo 7`),
  );
  const proxy = await LineProxy.start(Number(new URL(it.server.url).port));
  try {
    const worker = await open([], proxy.url);
    const id = await start();
    await worker.until('Work: begun');
    proxy.become('cut');
    writeFileSync(join(folder, 'go'), '');
    await worker.until('the server does not answer');
    proxy.become(40);
    expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', output: 7 });
    proxy.become('through');
  } finally {
    await proxy.stop();
  }
});

test('outcomes whose answers are lost are told again, count once, and the worker goes on', async () => {
  const COUNT = 3;
  await deploy({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          ...{ StartAt: 'Work' },
          States: {
            Work: {
              Type: 'Task',
              Resource: 'millrace:shell',
              Parameters: {
                command: [
                  'sh',
                  '-c',
                  `touch ${folder}/begun-$$; while [ ! -e ${folder}/go ]; do sleep 0.05; done; echo said; echo 7`,
                ],
              },
              End: true,
            },
          },
        },
        End: true,
      },
    },
  });
  const input = Array.from({ length: COUNT }, (_, index) => index);
  const run = async (): Promise<string> =>
    (await it.server.engine.executions.start(EVERYTHING, { pipeline: 'away', input })).id;
  const proxy = await LineProxy.start(Number(new URL(it.server.url).port));
  try {
    const worker = await open([], proxy.url);
    const id = await run();
    const begun = () => readdirSync(folder).filter((name) => name.startsWith('begun-')).length;
    expect(await until(begun, (count) => count === COUNT)).toBe(COUNT);
    proxy.become('swallow answers');
    writeFileSync(join(folder, 'go'), '');
    expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', output: input.map(() => 7) });
    proxy.become('cut');
    await worker.until('the server does not answer');
    proxy.become('through');
    const { items } = await it.server.engine.executions.history(EVERYTHING, id, {});
    expect(items.filter(({ type }) => type === 'TaskSucceeded')).toHaveLength(COUNT);
    expect((await linesOf(id)).filter((line) => line === 'said')).toHaveLength(COUNT);
    const next = await run();
    expect(await ended(next)).toMatchObject({ status: 'SUCCEEDED', output: input.map(() => 7) });
    worker.process.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
  } finally {
    await proxy.stop();
  }
});

test('a worker that is stopped tells the outcomes that wait, however the server answers meanwhile', async () => {
  await deploy(
    shell(`touch ${folder}/begun-$$; while [ ! -e ${folder}/go ]; do sleep 0.05; done; echo 7`),
  );
  const proxy = await LineProxy.start(Number(new URL(it.server.url).port));
  try {
    const worker = await open(['--grace', '60s'], proxy.url);
    const ids = [await start(), await start(), await start()];
    const begun = () => readdirSync(folder).filter((name) => name.startsWith('begun-')).length;
    expect(await until(begun, (count) => count === ids.length)).toBe(ids.length);
    proxy.become('cut');
    writeFileSync(join(folder, 'go'), '');
    await worker.until('the server does not answer');
    worker.process.kill('SIGTERM');
    await worker.until('stopping: 3 tasks may end');
    proxy.become('through');
    const { code, stderr } = await worker.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('3 tasks performed');
    for (const id of ids) expect(await ended(id)).toMatchObject({ output: 7 });
  } finally {
    await proxy.stop();
  }
});

test('a worker that is cut off for longer than its lease stops its task, which was closed as lost', async () => {
  await deploy(shell(`echo $$ > ${folder}/pid; sleep 60`));
  const proxy = await LineProxy.start(Number(new URL(it.server.url).port));
  try {
    const worker = await open([], proxy.url);
    const id = await start();
    expect(await until(() => existsSync(join(folder, 'pid')), Boolean)).toBe(true);
    proxy.become('swallow answers');
    await worker.until('the server was not reached for');
    proxy.become('cut');
    expect(await ended(id)).toMatchObject({ error: 'Millrace.WorkerLost' });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    expect(await until(() => !existsSync(`/proc/${pid}`), Boolean)).toBe(true);
  } finally {
    await proxy.stop();
  }
});

test('a task goes to a worker with its tags alone, and what it waits for is told', async () => {
  await deploy(shell('echo 7'), { worker: { tags: ['gpu', 'large'] } });
  const other = await open(['--tags', 'gpu']);
  const id = await start();
  const waiting = 'a worker with the tags gpu and large that performs shell: none is connected';
  expect((await it.server.engine.executions.describe(EVERYTHING, id)).queued).toBe(waiting);
  await open(['--tags', 'large,gpu', '--name', 'both']);
  expect(await ended(id)).toMatchObject({ output: 7 });
  other.process.kill('SIGTERM');
  expect((await other.ended).stderr).toContain('0 tasks performed');
});
