/**
 * `millrace backup`, `restore`, `verify` and `resume` as people use them: programs, a server that is killed, another one.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { up } from '../attack/up-process.js';
import { type Ended, millrace } from '../cli/millrace.js';

let project: string;
let pipelines: string;
let marks: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'millrace-backup-'));
  pipelines = join(project, 'pipelines');
  marks = join(project, 'marks');
  mkdirSync(pipelines);
  writeFileSync(
    join(pipelines, 'long.yaml'),
    `pipeline: long\nsteps:\n  - load: { shell: [sh, -c, 'echo $$ >> ${marks}; exec sleep 600'] }\n`,
  );
  writeFileSync(
    join(pipelines, 'quick.yaml'),
    'pipeline: quick\nsteps:\n  - greet: { echo: { hello: world } }\n',
  );
});
afterAll(() => {
  // What the killed server has left: nobody starts another one on its folder.
  for (const pid of pids()) {
    try {
      process.kill(pid);
    } catch {
      // It is gone.
    }
  }
  rmSync(project, { recursive: true, force: true });
});

const run = (args: readonly string[], env: { [name: string]: string } = {}): Promise<Ended> =>
  millrace(args, { cwd: project, env });
/** Of the processes of the pipeline `long`, one for each time that it was begun. */
const pids = (): number[] =>
  existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n').map(Number) : [];
const begun = (): number => pids().length;

test('a server is backed up while it works, killed, restored elsewhere, and goes on when it is told to', async () => {
  const data = join(project, 'data');
  const server = await up({ folder: pipelines, data });
  await server.run('quick');
  const long = await server.start('long');
  await expect.poll(begun, { timeout: 10_000 }).toBe(1);
  const key = await run(['keys', 'create', '--data', data, '--team', 'default', '--json']);
  expect(key.code).toBe(0);

  const made = await run(['backup', 'monday.db', '--data', data, '--json']);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(made.stdout)).toMatchObject({
    executions: 2,
    file: join(project, 'monday.db'),
  });
  expect((await run(['backup', 'monday.db', '--data', data])).code).toBe(6);
  const after = await server.start('quick');
  await server.stop('SIGKILL');

  const verified = await run(['verify', 'monday.db']);
  expect(verified.code).toBe(0);
  expect(verified.stdout).toContain('sound');
  expect(verified.stdout).toContain('2 executions');
  copyFileSync(join(data, 'seal.key'), join(project, 'kept.key'));
  const other = join(project, 'other');
  const restored = await run(['restore', 'monday.db', '--data', other, '--seal-key', 'kept.key']);
  expect(restored).toMatchObject({ code: 0 });
  expect(restored.stderr).not.toContain('seal.key is not there');

  const held = await up({ folder: pipelines, data: other });
  const health = await held.call<{ status: string; problem: string; sealKey?: string }>(
    'GET',
    '/health',
  );
  expect(health).toMatchObject({ status: 'held', problem: expect.stringContaining('a backup of') });
  expect(health.sealKey).toBeUndefined();
  const list = await held.call<{ items: { id: string; status: string }[] }>('GET', '/executions');
  expect(list.items.map(({ status }) => status)).toEqual(['RUNNING', 'SUCCEEDED']);
  expect(list.items.some(({ id }) => id === after)).toBe(false);
  await expect(held.start('quick')).rejects.toThrow('MILL3028');
  // What people look at does not fail either.
  for (const path of [
    '/pipelines',
    '/schedules',
    '/pools',
    '/backfills',
    '/pipelines/long/trigger',
  ]) {
    await expect(held.call('GET', path)).resolves.toBeDefined();
  }
  expect(await held.call('GET', '/restore')).toMatchObject({
    held: true,
    restore: { running: 1, attempts: 1, deliveries: 0 },
  });
  const doctor = await run(['doctor', '--data', other]);
  expect(doctor.stdout).toContain('restored from a backup of');
  expect(doctor.stdout).toContain('millrace resume');
  expect(begun()).toBe(1);

  const resumed = await run(['resume', '--data', other]);
  expect(resumed.stdout).toContain('resumed 1 executions go on; 1 open attempts');
  const ended = await held.call<{ status: string; error: string }>(
    'GET',
    `/executions/${long}?wait=20`,
  );
  expect(ended).toMatchObject({ status: 'FAILED', error: 'Millrace.WorkerLost' });
  expect((await held.run('quick')).status).toBe('SUCCEEDED');
  expect(begun()).toBe(1);
  expect((await run(['resume', '--data', other])).stdout).toContain('works already');
  const { stderr } = await held.stop();
  expect(stderr).toContain('nothing starts by itself');
  expect(stderr.indexOf('deployed quick')).toBe(-1);
});

test('`up --resume-restored` goes on at once', async () => {
  const data = join(project, 'at-once');
  expect((await run(['restore', 'monday.db', '--data', data])).stderr).toContain(
    'seal.key is not there',
  );
  const server = await up({ folder: pipelines, data, flags: ['--resume-restored'] });
  // It works, with a sealing key that is not the one of the backup.
  const health = await server.call('GET', '/health');
  expect(health).toMatchObject({ status: 'degraded', sealKey: 'another one' });
  await expect
    .poll(async () => {
      const { items } = await server.call<{ items: { status: string }[] }>('GET', '/executions');
      return items.map(({ status }) => status);
    })
    .toEqual(['FAILED', 'SUCCEEDED']);
  await server.stop();
});

test('a backup is sent to whoever may see all teams, and to nobody else', async () => {
  const data = join(project, 'sending');
  const server = await up({ folder: pipelines, data });
  await server.run('quick');
  const { url, token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  const remote = (text: string): Promise<Ended> =>
    run(['backup', 'sent.db', '--server', url, '--json'], { MILLRACE_TOKEN: text });
  const one = await server.call<{ token: string }>('POST', '/tokens', {
    label: 'one team',
    role: 'editor',
    teams: ['default'],
  });
  expect((await remote(one.token)).code).toBe(4);
  expect(existsSync(join(project, 'sent.db'))).toBe(false);
  const sent = await remote(token);
  expect(sent.code).toBe(0);
  expect(JSON.parse(sent.stdout)).toMatchObject({ executions: 1 });
  expect((await run(['verify', 'sent.db', '--json'])).code).toBe(0);
  expect((await remote(token)).code).toBe(6);
  // Nothing of it stays with the server.
  expect(readdirSync(data).filter((name) => name.startsWith('backup'))).toEqual([]);
  await server.stop();
});

test('a damaged backup is told about, and not restored', async () => {
  const bytes = readFileSync(join(project, 'monday.db'));
  bytes.writeUInt8(bytes.readUInt8(30_000) ^ 0xff, 30_000);
  writeFileSync(join(project, 'damaged.db'), bytes);
  copyFileSync(join(project, 'monday.db.sha256'), join(project, 'damaged.db.sha256'));
  const verified = await run(['verify', 'damaged.db', '--json']);
  expect(verified.code).toBe(10);
  expect(JSON.parse(verified.stdout)).toMatchObject({
    sound: false,
    findings: expect.arrayContaining([expect.stringContaining('another digest')]),
  });
  expect((await run(['restore', 'damaged.db', '--data', 'never'])).code).toBe(10);
  expect(existsSync(join(project, 'never'))).toBe(false);
  expect((await run(['verify', 'nothing-here'])).code).toBe(5);
  expect((await run(['restore', 'monday.db', '--data', pipelines])).code).toBe(6);
});
