/**
 * Damages to the database, and what a server and `millrace doctor` make of each: it is noticed, nothing is acknowledged
 * from then on, reading fails with a reason and never with 500, and nobody says that all is well.
 * @module
 */
import { cpSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLOSED,
  changeLetter,
  expectReadingAlone,
  makeDatabases,
  noticed,
  pagesOf,
  RUNNING,
  report,
} from './damages.js';
import { acknowledged, type Project } from './data-server.js';

let project: Project;
let ids: string[];

beforeAll(async () => {
  ({ project, ids } = await makeDatabases());
}, 120_000);
afterAll(() => project.remove());

describe('a database that is damaged while no server runs', () => {
  it('is sound before: the test can fail', async () => {
    for (const from of ['sound', 'crashed']) {
      expect(await project.doctor(from)).toMatchObject({ verdicts: { database: 'ok' } });
      cpSync(project.path(from), project.path(`again-${from}`), { recursive: true });
      const server = await project.up({ data: `again-${from}` });
      expect(acknowledged(await server.start('hello'))).toBe(true);
      await server.kill('SIGTERM');
    }
  });

  it.each(Object.entries(CLOSED))('%s', { timeout: 60_000 }, async (name, { from, damage }) => {
    const data = name.replaceAll(' ', '-');
    const file = project.path(data, 'millrace.db');
    cpSync(project.path(from), project.path(data), { recursive: true });
    damage(file);
    const before = readFileSync(file);

    const doctor = await project.doctor(data);
    expect(doctor).toMatchObject({ code: 10, verdicts: { database: 'fail' } });

    const begun = performance.now();
    const server = await project.up({ data }).catch(() => undefined);
    if (server === undefined) {
      // It would not start; said why, and changed nothing.
      const { code, stderr } = await project.tryUp({ data });
      expect(code).toBe(1);
      expect(stderr).toContain('error[MILL5031]');
      expect(stderr).toContain('put a backup in place');
      expect(readFileSync(file).equals(before)).toBe(true);
      report(name, 'refused at the start', begun);
      return;
    }
    await noticed(server);
    report(name, 'noticed after the start', begun);
    await expectReadingAlone(server, ids);
    expect((await project.doctor(data)).verdicts).toMatchObject({
      database: 'fail',
      server: 'fail',
    });
    await server.kill('SIGTERM');
    // The next one knows from the beginning.
    const next = await project.tryUp({ data });
    expect(next).toMatchObject({ code: 1, stderr: expect.stringContaining('error[MILL5031]') });
    expect(await project.doctor(data)).toMatchObject({ code: 10, verdicts: { database: 'fail' } });
  });
});

describe('a database that is damaged under a running server', () => {
  it('is noticed by whoever reads what is damaged', async () => {
    const data = 'read';
    cpSync(project.path('sound'), project.path(data), { recursive: true });
    RUNNING['one letter of a history is another']?.damage(project.path(data, 'millrace.db'));
    const server = await project.up({ data });
    const answer = await server.request('GET', `/api/v1/executions/${ids[17]}/history`);
    expect(answer).toMatchObject({ status: 503, body: { code: 'MILL3022' } });
    expect((await server.health()).body).toMatchObject({ status: 'corrupt' });
    await expectReadingAlone(server, ids);
    await server.kill('SIGTERM');
  });
});

describe('a database that was damaged and put right', () => {
  it('starts again with the backup in its place', async () => {
    const data = 'restored';
    const file = project.path(data, 'millrace.db');
    cpSync(project.path('sound'), project.path(data), { recursive: true });
    changeLetter(file, pagesOf(file, 'history', 'leaf'), 'good morning number 17');
    const server = await project.up({ data });
    await noticed(server);
    await server.kill('SIGTERM');
    expect((await project.tryUp({ data })).code).toBe(1);
    cpSync(project.path('sound/millrace.db'), file);
    const again = await project.up({ data });
    expect(acknowledged(await again.start('hello'))).toBe(true);
    await again.kill('SIGTERM');
    expect(await project.doctor(data)).toMatchObject({ verdicts: { database: 'ok' } });
  });
});
