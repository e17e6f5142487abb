/**
 * `millrace up` and `millrace doctor` as processes of their own: start, stop, and what stands in their way.
 * @module
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, millrace, type Running, startMillrace } from './millrace.js';

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'millrace-up-'));
  mkdirSync(join(project, 'pipelines'));
  writeFileSync(
    join(project, 'pipelines/hello.yaml'),
    'pipeline: hello\nsteps:\n  - greet: { echo: { hello: world } }\n',
  );
  writeFileSync(
    join(project, 'pipelines/hold.yaml'),
    'pipeline: hold\nsteps:\n  - wait-long: { wait: 1d }\n',
  );
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Ended> => millrace(args, { cwd: project });

async function up(...args: string[]): Promise<Running> {
  const running = startMillrace(['up', '--port', '0', ...args], { cwd: project });
  await running.until('stop with Ctrl-C');
  return running;
}

async function stopped(running: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
  running.process.kill(signal);
  return await running.ended;
}

test('says where it is, keeps its data to itself and cleans up when it stops', async () => {
  const server = await up();
  const serverFile = join(project, '.millrace/server.json');
  expect(statSync(serverFile).mode & 0o777).toBe(0o600);
  expect(statSync(join(project, '.millrace')).mode & 0o777).toBe(0o700);
  const { url } = JSON.parse(readFileSync(serverFile, 'utf8')) as { url: string };
  expect((await run('run', 'hello', '--wait')).code).toBe(0);
  const { code, stderr } = await stopped(server, 'SIGINT');
  expect(code).toBe(0);
  expect(stderr).toContain('deployed hello v1');
  expect(stderr).toContain(`is up at ${url}`);
  expect(stderr).toMatch(/console {3}http:\/\/127\.0\.0\.1:\d+\/login\?token=[\w-]{43}/);
  expect(existsSync(serverFile)).toBe(false);
  expect((await run('show')).code).toBe(9);
});

test('stops at once, whatever of it was used', async () => {
  writeFileSync(
    join(project, 'pipelines/all.yaml'),
    `pipeline: all
steps:
  - count: { sql: { query: SELECT 1 AS n } }
  - think: { set: { n: "{% 1 + 1 %}" } }
  - call: { lambda: functions/call }
`,
  );
  mkdirSync(join(project, 'pipelines/functions/call'), { recursive: true });
  writeFileSync(
    join(project, 'pipelines/functions/call/index.mjs'),
    'export const handler = async () => 1;\n',
  );
  const server = await up();
  const { url, token } = JSON.parse(
    readFileSync(join(project, '.millrace/server.json'), 'utf8'),
  ) as { url: string; token: string };
  const headers = { authorization: `Bearer ${token}` };
  const get = (path: string) => fetch(`${url}/api/v1${path}`, { headers });
  expect(await run('run', 'all', '--wait')).toMatchObject({ code: 0 });
  const picture = (await (await get('/pipelines/all/graph')).json()) as { nodes: object[] };
  expect(picture.nodes.length).toBeGreaterThan(3);
  const live = await get('/events');
  expect(live.headers.get('content-type')).toContain('text/event-stream');
  const began = performance.now();
  expect((await stopped(server)).code).toBe(0);
  expect(performance.now() - began).toBeLessThan(5_000);
  await live.body?.cancel().catch(() => undefined);
  rmSync(join(project, 'pipelines/all.yaml'));
});

test('goes on where it was, also after it was killed', async () => {
  const first = await up();
  const { stdout: id } = await run('run', 'hold', '--name', 'survivor');
  await stopped(first, 'SIGKILL');
  // A killed server leaves its file; whoever asks learns that nobody answers.
  expect((await run('show')).code).toBe(9);
  const second = await up();
  const shown = await run('show', 'hold/survivor', '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ id: id.trim(), status: 'RUNNING' });
  expect((await stopped(second)).code).toBe(0);
});

test('ends the token of a server that was killed', async () => {
  const first = await up();
  const { token } = JSON.parse(readFileSync(join(project, '.millrace/server.json'), 'utf8')) as {
    token: string;
  };
  await stopped(first, 'SIGKILL');
  const second = await up();
  const env = { MILLRACE_TOKEN: token };
  expect((await millrace(['show'], { cwd: project, env })).code).toBe(4);
  await stopped(second);
});

test('reads a file that was changed while it runs', async () => {
  const server = await up();
  const file = join(project, 'pipelines/changing.yaml');
  writeFileSync(file, 'pipeline: changing\nsteps:\n  - one: { echo: 1 }\n');
  await server.until('deployed changing v1');
  writeFileSync(file, 'pipeline: changing\nsteps:\n  - one: { eco: 1 }\n');
  await server.until('error[MILL1101] changing.yaml:3:');
  // The version before goes on.
  expect((await run('run', 'changing', '--wait')).code).toBe(0);
  rmSync(file);
  await stopped(server);
});

test('refuses a data folder that is in use, with 6', async () => {
  const server = await up();
  const { code, stderr } = await run('up', '--port', '0');
  expect(code).toBe(6);
  expect(stderr).toContain('error[MILL5009]');
  expect((await run('doctor')).code).toBe(0);
  // The first one is not disturbed.
  expect((await run('run', 'hello', '--wait')).code).toBe(0);
  await stopped(server);
});

test('refuses a port that is in use, with 6, and leaves the data folder free', async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port));
  });
  const { code, stderr } = await run('up', '--port', String(port), '--data', 'other-data');
  expect(code).toBe(6);
  expect(stderr).toContain(`error[MILL5008] Port ${port} is in use.`);
  const doctor = await run('doctor', '--data', 'other-data', '--port', String(port), '--json');
  const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; verdict: string }[] };
  expect(checks.find(({ name }) => name === 'database')?.verdict).toBe('ok');
  expect(checks.find(({ name }) => name === 'server')?.verdict).toBe('warn');
  await new Promise((resolve) => taken.close(resolve));
});

test.each<[string, string[], number, string]>([
  ['a folder that is not there', ['up', 'nowhere', '--port', '0'], 5, 'MILL5007'],
  ['a port that is none', ['up', '--port', '70000'], 2, 'MILL5004'],
])('refuses %s', async (_, args, exitCode, errorCode) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(exitCode);
  expect(stderr).toContain(`error[${errorCode}]`);
});

test('doctor judges every line and gives a fix for what is not well', async () => {
  const { code, stdout } = await run('doctor', '--data', 'doctor-data');
  expect(code).toBe(0);
  for (const name of [
    'Node.js',
    'data folder',
    'disk',
    'database',
    'server',
    'time zones',
    'python3',
  ]) {
    expect(stdout).toMatch(new RegExp(`^(ok|warn) +${name.replace('.', '\\.')} `, 'm'));
  }
  expect(stdout).toMatch(/database +SQLite \d+\.\d+\.\d+/);
});

test('doctor ends with 10 when something fails', async () => {
  writeFileSync(join(project, 'a-file'), '');
  const { code, stdout } = await run('doctor', '--data', 'a-file/data', '--json');
  expect(code).toBe(10);
  const { checks } = JSON.parse(stdout) as {
    checks: { name: string; verdict: string; fix?: string }[];
  };
  expect(checks.find(({ name }) => name === 'data folder')).toMatchObject({
    verdict: 'fail',
    fix: expect.any(String),
  });
});
