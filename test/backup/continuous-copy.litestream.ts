/**
 * A continuous copy of a server's records, by Litestream with the configuration in deploy/litestream: the machine is lost, and another
 * server goes on from the copy.
 *
 * Litestream (0.5 or later, on PATH) is in none of the registries that `.ci/run` installs from: `npm run test:litestream` runs this.
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DataServer, makeProject, type Project } from '../attack/data-server.js';
import { millrace } from '../cli/millrace.js';
import { type Moto, startMoto } from '../engine/moto.js';
import { until } from '../support/until.js';

const CONFIGURATION = fileURLToPath(
  new URL('../../deploy/litestream/litestream.yml', import.meta.url),
);
let project: Project;
let moto: Moto;
let copying: ChildProcess | undefined;

beforeEach(async () => {
  moto = await startMoto();
  await moto.s3.send(new CreateBucketCommand({ Bucket: 'copies' }));
  project = makeProject({
    quick: 'steps:\n  - one: { echo: { hello: world } }\n',
    slow: 'steps:\n  - one: { echo: { hello: world } }\n  - two: { wait: 1h }\n',
  });
});
afterEach(async () => {
  copying?.kill('SIGKILL');
  project?.remove();
  await moto?.close();
});

const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  ...{ MILLRACE_DATA: project.path('data'), MILLRACE_COPY_ENDPOINT: moto.url },
  ...{ MILLRACE_COPY_BUCKET: 'copies', MILLRACE_COPY_PATH: 'a', MILLRACE_COPY_REGION: 'us-east-1' },
});

function copy(): ChildProcess {
  return spawn('litestream', ['replicate', '-config', CONFIGURATION], {
    ...{ env: environment(), stdio: 'ignore' },
  });
}

/** What lies in the bucket now, as a file; the number of executions in it, and whether it is sound. */
async function fetchCopy(): Promise<{ executions: number; verdict: string }> {
  const file = project.path('fetched.db');
  rmSync(file, { force: true });
  const from = project.path('data', 'millrace.db');
  spawnSync('litestream', ['restore', '-config', CONFIGURATION, '-o', file, from], {
    env: environment(),
  });
  if (!existsSync(file)) return { executions: 0, verdict: 'nothing there' };
  const { stdout } = await millrace(['verify', file, '--json'], { cwd: project.folder });
  const { executions, sound } = JSON.parse(stdout) as { executions: number; sound: boolean };
  return { executions, verdict: sound ? 'sound' : 'damaged' };
}

async function startSome(server: DataServer, count: number, pipeline = 'quick'): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const { status } = await server.start(pipeline);
    expect(status).toBe(201);
  }
}

describe('a continuous copy', () => {
  it('holds what was committed, and a server on another machine goes on from it', async () => {
    const server = await project.up({ data: 'data' });
    copying = copy();
    await startSome(server, 30);
    const { body } = await server.start('slow');
    expect(await until(fetchCopy, ({ executions }) => executions === 31)).toEqual({
      ...{ executions: 31, verdict: 'sound' },
    });

    // The machine is gone in the middle of work.
    const load = Promise.all([1, 2, 3].map(() => startSome(server, 2_000).catch(() => {})));
    await until(
      async () => (await server.request('GET', '/api/v1/executions?limit=100')).body,
      ({ items }) => (items as unknown[]).length === 100,
    );
    await server.kill('SIGKILL');
    copying.kill('SIGKILL');
    await load;
    copyFileSync(project.path('data', 'seal.key'), project.path('seal.key'));
    const last = await fetchCopy();
    expect(last.verdict).toBe('sound');
    expect(last.executions).toBeGreaterThanOrEqual(31);
    rmSync(project.path('data'), { recursive: true });

    const restored = await millrace(
      ['restore', 'fetched.db', '--data', 'data', '--seal-key', 'seal.key'],
      { cwd: project.folder },
    );
    expect(restored).toMatchObject({ code: 0 });
    const second = await project.up({ data: 'data' });
    expect((await second.health()).body).toMatchObject({ status: 'held' });
    expect(await second.start('quick')).toMatchObject({ status: 503, body: { code: 'MILL3028' } });
    const resumed = await millrace(['resume', '--data', 'data'], { cwd: project.folder });
    expect(resumed).toMatchObject({ code: 0 });
    await startSome(second, 1);
    const waiting = await second.request('GET', `/api/v1/executions/${String(body.id)}`);
    expect(waiting.body).toMatchObject({ status: 'RUNNING' });
  });
});
