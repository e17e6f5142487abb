/**
 * PostgreSQL crashes again and again while executions run; the server ends each time, and is started again as a service manager does.
 * Every execution that was acknowledged ends, once, with all its tasks.
 */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Running, startMillrace } from '../cli/millrace.js';
import { requirement } from '../requirements.js';
import { freePort } from '../support/free-port.js';
import { PostgresServer } from '../support/postgres-server.js';

const { missing } = requirement('postgresql');
const EXECUTIONS = 200;
const CRASHES = 3;

interface Answer {
  status: number;
  answer: { [name: string]: unknown };
}

it.skipIf(missing)(
  `no execution is lost or doubled by a database that crashes${missing ? ` (${missing})` : ''}`,
  async () => {
    const database = await PostgresServer.start();
    const space = await database.makeSpace();
    const folder = mkdtempSync(join(tmpdir(), 'millrace-database-crash-'));
    mkdirSync(join(folder, 'pipelines'));
    writeFileSync(
      join(folder, 'pipelines', 'count.yaml'),
      [
        'pipeline: count',
        'steps:',
        '  - rest: { wait: 1s }',
        `  - mark: { shell: ["sh", "-c", "echo $MILLRACE_EXECUTION_ID >> ${folder}/marks"], retry: { on: Millrace.WorkerLost, max: 20, interval: 1s } }`,
        '  - more: { wait: 1s }',
        '',
      ].join('\n'),
    );
    const port = await freePort();
    const store = database.addressOf(space.schema);
    const url = `http://127.0.0.1:${port}/api/v1`;
    let server: Running | undefined;
    let isOver = false;
    let ends = 0;
    const supervised = (async () => {
      while (!isOver) {
        server = startMillrace(
          [
            'up',
            'pipelines',
            '--data',
            'data',
            '--port',
            String(port),
            '--store',
            store,
            '--standby',
          ],
          { cwd: folder },
        );
        const { code } = await server.ended;
        if (code === 70) ends += 1;
        else if (!isOver) appendFileSync(join(folder, 'ends'), `${code}\n`);
      }
    })();

    /** Asks until there is an answer of the active server. */
    async function ask(path: string, body?: object): Promise<Answer> {
      for (;;) {
        try {
          const { token } = JSON.parse(
            readFileSync(join(folder, 'data', 'server.json'), 'utf8'),
          ) as {
            token: string;
          };
          const response = await fetch(url + path, {
            ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          });
          const answer = (await response.json()) as Answer['answer'];
          if (response.status < 500 && response.status !== 401)
            return { status: response.status, answer };
        } catch {
          // Nobody is there now.
        }
        await wait(100);
      }
    }

    try {
      const ids = new Set<string>();
      const starting = (async () => {
        for (let at = 0; at < EXECUTIONS; at += 1) {
          // A name of its own: one whose answer was lost is the same one when it is started again.
          const { status, answer } = await ask('/executions', {
            pipeline: 'count',
            name: `n${at}`,
          });
          expect([201, 200, 409]).toContain(status);
          if (typeof answer.id === 'string') ids.add(answer.id);
        }
      })();
      for (let at = 0; at < CRASHES; at += 1) {
        await wait(4_000);
        await database.crash();
      }
      await starting;
      const names = new Set<string>();
      for (;;) {
        const { answer } = await ask('/executions?status=RUNNING&limit=1');
        if ((answer.items as unknown[]).length === 0) break;
        await wait(500);
      }
      for (let next = ''; ; ) {
        const { answer } = await ask(`/executions?pipeline=count&limit=100${next}`);
        for (const { name, status } of answer.items as { name: string; status: string }[]) {
          expect({ name, status }).toEqual({ name, status: 'SUCCEEDED' });
          expect(names.has(name)).toBe(false);
          names.add(name);
        }
        if (typeof answer.next !== 'string') break;
        next = `&cursor=${encodeURIComponent(answer.next)}`;
      }
      expect(names.size).toBe(EXECUTIONS);
      // It was there, and it was ended by the crashes.
      expect(ends).toBeGreaterThan(0);
    } finally {
      isOver = true;
      server?.process.kill('SIGKILL');
      await supervised;
      await space.remove();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
