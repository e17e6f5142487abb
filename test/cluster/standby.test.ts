/**
 * Two servers on one database of PostgreSQL: one is active, the other hands requests to it and takes over.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Running, startMillrace } from '../cli/millrace.js';
import { requirement } from '../requirements.js';
import { freePort } from '../support/free-port.js';
import { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/until.js';

const { missing } = requirement('postgresql');
/** A machine that is busy with other tests is slow to start a program. */
const LONG = 180_000;

interface Member {
  readonly url: string;
  readonly data: string;
  readonly running: Running;
}

describe.skipIf(missing)(`servers on one database${missing ? ` (${missing})` : ''}`, () => {
  let database: PostgresServer;
  let space: Awaited<ReturnType<PostgresServer['makeSpace']>>;
  let folder: string;
  let members: Member[];
  beforeAll(async () => {
    database = await PostgresServer.start();
  });
  afterAll(async () => await database?.stop());
  beforeEach(async () => {
    space = await database.makeSpace();
    folder = mkdtempSync(join(tmpdir(), 'millrace-cluster-'));
    members = [];
    mkdirSync(join(folder, 'pipelines'));
    writeFileSync(
      join(folder, 'pipelines', 'nightly.yaml'),
      [
        'pipeline: nightly',
        'steps:',
        '  - before: { wait: 1s }',
        `  - log: { shell: ["sh", "-c", "echo once >> ${folder}/ran; while [ -e ${folder}/wait ]; do sleep 0.1; done"] }`,
        '  - after: { wait: 1s }',
        '',
      ].join('\n'),
    );
  });
  afterEach(async () => {
    for (const { running } of members) {
      running.process.kill('SIGCONT');
      running.process.kill('SIGKILL');
      await running.ended;
    }
    await space.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(name: string, ...more: string[]): Promise<Member> {
    const data = join(folder, name);
    const port = await freePort();
    const store = database.addressOf(space.schema);
    const running = startMillrace(
      [
        'up',
        'pipelines',
        '--data',
        data,
        '--port',
        String(port),
        '--store',
        store,
        '--seal-key',
        'key',
        ...more,
      ],
      { cwd: folder },
    );
    const member = { url: `http://127.0.0.1:${port}`, data, running };
    members.push(member);
    await running.until(more.includes('--standby') ? 'standing by:' : 'is up at');
    return member;
  }

  const tokenOf = ({ data }: Member): string =>
    (JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { token: string }).token;

  async function ask(
    url: string,
    token: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; answer: { [name: string]: unknown } }> {
    const response = await fetch(`${url}/api/v1${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
    return {
      status: response.status,
      answer: (await response.json()) as { [name: string]: unknown },
    };
  }

  const isReady = (url: string) => async (): Promise<boolean> => {
    try {
      const response = await fetch(`${url}/api/v1/health`);
      return ((await response.json()) as { status: string }).status === 'ready';
    } catch {
      return false;
    }
  };

  it(
    'a second one is refused unless it stands by',
    async () => {
      const first = await start('first');
      const port = await freePort();
      const store = database.addressOf(space.schema);
      const second = startMillrace(
        ['up', 'pipelines', '--data', 'second', '--port', String(port), '--store', store],
        { cwd: folder },
      );
      const { code, stderr } = await second.ended;
      expect(stderr).toContain('MILL5500');
      expect(stderr).toContain('--standby');
      expect(code).toBe(6);
      expect(await isReady(first.url)()).toBe(true);
    },
    LONG,
  );

  it(
    'requests to the one that stands by are answered by the active one, also streams and refusals',
    async () => {
      const first = await start('first');
      const second = await start('second', '--standby');
      const token = tokenOf(first);
      expect(await ask(second.url, 'mr_no', '/executions')).toMatchObject({ status: 401 });
      const { status, answer } = await ask(second.url, token, '/executions', {
        pipeline: 'nightly',
        input: { text: 'Grüße 🌍', long: 'x'.repeat(100_000) },
      });
      expect(status).toBe(201);
      // A long poll through both.
      const ended = await ask(second.url, token, `/executions/${answer.id}?wait=60`);
      expect(ended.answer).toMatchObject({ status: 'SUCCEEDED' });
      // The same page, and what a browser must keep of it.
      const seen = ({ status: code, headers }: Response) => [code, headers.get('content-type')];
      const page = await fetch(`${second.url}/login?token=none`, { redirect: 'manual' });
      expect(seen(page)).toEqual(
        seen(await fetch(`${first.url}/login?token=none`, { redirect: 'manual' })),
      );
      // It ends in good order while it stands by, and nobody notices.
      second.running.process.kill('SIGTERM');
      expect(await second.running.ended).toMatchObject({ code: 0 });
      expect(await isReady(first.url)()).toBe(true);
    },
    LONG,
  );

  it(
    'takes over from one that was killed: what ran goes on, and what had begun is never begun twice by itself',
    async () => {
      const first = await start('first');
      const second = await start('second', '--standby');
      const token = tokenOf(first);
      const ids: string[] = [];
      writeFileSync(join(folder, 'wait'), '');
      for (let at = 0; at < 2; at += 1) {
        const { answer } = await ask(first.url, token, '/executions', { pipeline: 'nightly' });
        ids.push(String(answer.id));
      }
      const ran = (): number => readFileSync(join(folder, 'ran'), 'utf8').split('\n').length - 1;
      await until(
        () => {
          try {
            return ran();
          } catch {
            return 0;
          }
        },
        (count) => count === 2,
      );
      first.running.process.kill('SIGKILL');
      await second.running.until('is up at');
      await until(isReady(second.url), (ready) => ready);
      // What the first one had begun ends by itself; nobody hears of it.
      rmSync(join(folder, 'wait'));
      const own = tokenOf(second);
      const ended = await Promise.all(
        ids.map((id) => ask(second.url, own, `/executions/${id}?wait=60`)),
      );
      for (const { answer } of ended) {
        expect(answer).toMatchObject({ status: 'FAILED', error: 'Millrace.WorkerLost' });
      }
      expect(ran()).toBe(2);
      // Tokens are in the database: those that others made are good here as well.
      const more = await ask(second.url, own, '/executions?wait=60', { pipeline: 'nightly' });
      expect(more.answer).toMatchObject({ status: 'SUCCEEDED' });
    },
    LONG,
  );

  it(
    'takes over when the active one ends in good order',
    async () => {
      const first = await start('first');
      const second = await start('second', '--standby');
      first.running.process.kill('SIGTERM');
      expect(await first.running.ended).toMatchObject({ code: 0 });
      await second.running.until('is up at');
      expect(await isReady(second.url)()).toBe(true);
    },
    LONG,
  );

  it(
    'takes over from one that is stopped, which can write nothing when it comes back, and ends',
    async () => {
      const first = await start('first');
      const second = await start('second', '--standby');
      first.running.process.kill('SIGSTOP');
      await second.running.until('is up at');
      const own = tokenOf(second);
      const started = await ask(second.url, own, '/executions', { pipeline: 'nightly' });
      first.running.process.kill('SIGCONT');
      const { code, stderr } = await first.running.ended;
      expect(code).toBe(70);
      expect(stderr).toContain('The store failed, so the server ends');
      const ended = await ask(second.url, own, `/executions/${started.answer.id}?wait=60`);
      expect(ended.answer).toMatchObject({ status: 'SUCCEEDED' });
      const epoch = await database.query(
        `SELECT value FROM ${space.schema}.settings WHERE key = 'epoch'`,
      );
      expect(epoch).toEqual([{ value: '2' }]);
    },
    LONG,
  );
});
