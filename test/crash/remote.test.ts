/**
 * A server that is killed again and again while another system performs its tasks: whatever the moment between a request and its
 * record, no job is made twice, none is forgotten, and none runs on when nobody waits for it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const KILLS = 12;
const EACH = 15;

interface Job {
  id: string;
  request: string;
  execution: string;
  /** Ends by itself when it is looked at for so many times; infinity: never. */
  left: number;
  isStopped: boolean;
}

interface Standing {
  id: string;
  status: string;
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-remote-crash-'));
const jobs = new Map<string, Job>();
const asked: { id: string; isAgain: boolean }[] = [];
const started = new Set<string>();
let standings: Standing[] = [];
let service: Server;
let address = '';

function answer(path: string, body: { [name: string]: unknown }): object {
  if (path === '/submit') {
    const { id, isAgain, execution } = body as { id: string; isAgain: boolean; execution: string };
    asked.push({ id, isAgain });
    const number = jobs.size + 1;
    const left = number % 4 === 0 ? Number.POSITIVE_INFINITY : number % 3;
    const made = { id: `job-${number}`, request: id, execution, left, isStopped: false };
    const job = jobs.get(id) ?? made;
    jobs.set(id, job);
    return { job: job.id };
  }
  const find = (id: string): Job | undefined => [...jobs.values()].find((job) => job.id === id);
  if (path === '/stop') {
    const job = find(String(body.job));
    if (job) job.isStopped = true;
    return { asked: true };
  }
  return {
    states: (body.jobs as string[]).map((id) => {
      const job = find(id);
      if (job === undefined) return { type: 'gone', cause: id };
      job.left -= 1;
      if (job.left > 0) return { type: 'running', status: 'RUNNING' };
      job.left = 0;
      return { type: 'ended', outcome: { type: 'succeeded', output: { job: id } } };
    }),
  };
}

function start(): ChildProcess {
  return fork(join(import.meta.dirname, 'remote-server.mjs'), [folder, address], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function message<Value>(server: ChildProcess): Promise<Value> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`The server ended with ${code}`));
    server.once('exit', gone);
    server.once('message', (value) => {
      server.off('exit', gone);
      resolve(value as Value);
    });
  });
}

/** Kills the server at another moment of each life: after so many requests that it has made. */
async function life(number: number): Promise<void> {
  const server = start();
  await message(server);
  const gone = new Promise((done) => server.once('exit', done));
  server.on('message', ({ id }: { id?: string }) => {
    if (id === undefined) return;
    started.add(id);
    // Some are stopped as soon as they run: while their request is on its way.
    if (started.size % 5 === 0) server.send({ stop: id });
  });
  const before = asked.length;
  const most = before + 1 + ((number * 7) % (EACH + 4));
  killAt = () => {
    if (asked.length >= most) server.kill('SIGKILL');
  };
  server.send({ names: Array.from({ length: EACH }, (_, index) => `n-${number}-${index}`) });
  await gone;
  killAt = undefined;
}
let killAt: (() => void) | undefined;

beforeAll(async () => {
  service = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => {
      text += part.toString();
    });
    request.on('end', () => {
      const given = answer(request.url ?? '', JSON.parse(text));
      // The job is there; whether its answer is heard is another matter.
      killAt?.();
      response.end(JSON.stringify(given));
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  for (let number = 0; number < KILLS; number += 1) await life(number);
  const server = start();
  await message(server);
  const gone = new Promise((done) => server.once('exit', done));
  const list = async (): Promise<Standing[]> => {
    const items = message<{ items: Standing[] }>(server);
    server.send({ list: true });
    return (await items).items;
  };
  const endless = (id: string): boolean =>
    [...jobs.values()].some(({ execution, left }) => execution === id && left > 3);
  for (let look = 0; look < 300; look += 1) {
    standings = await list();
    const running = standings.filter(({ status }) => status === 'RUNNING');
    for (const { id } of running) if (endless(id)) server.send({ stop: id });
    const working = [...jobs.values()].filter(({ left, isStopped }) => left > 0 && !isStopped);
    if (running.length === 0 && working.length === 0) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  server.kill('SIGKILL');
  await gone;
}, 180_000);

afterAll(() => {
  service.close();
  rmSync(folder, { recursive: true, force: true });
});

it('makes a request once, or says that it makes it again', () => {
  const first = asked.filter(({ isAgain }) => !isAgain).map(({ id }) => id);
  expect(new Set(first).size).toBe(first.length);
  expect(asked.filter(({ isAgain }) => isAgain).length).toBeGreaterThan(0);
});

it('makes one job for each attempt, and one attempt for each execution', () => {
  const executions = [...jobs.values()].map(({ execution }) => execution);
  expect(new Set(executions).size).toBe(executions.length);
});

it('ends every execution that it has acknowledged', () => {
  expect(started.size).toBeGreaterThanOrEqual(KILLS);
  const status = new Map(standings.map((one) => [one.id, one.status]));
  for (const id of started) expect(['SUCCEEDED', 'ABORTED']).toContain(status.get(id));
});

it('lets no job run on whose execution has ended', () => {
  const running = [...jobs.values()].filter(({ left, isStopped }) => left > 0 && !isStopped);
  expect(running).toEqual([]);
});
