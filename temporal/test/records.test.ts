import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { requirement } from '../../test/requirements.js';
import { PostgresServer } from '../../test/support/postgres-server.js';
import type { RecordBatch } from '../src/execution-input.js';
import { openPostgresRecords } from '../src/postgres-records.js';
import { type Hosting, isMissing, openHosting } from './support/hosting.js';

const missing = isMissing || requirement('postgresql').missing !== undefined;

const machine = {
  StartAt: 'Say',
  States: {
    Say: {
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: { command: ['sh', '-c', 'echo "to be seen"; echo "password=hunter2hunter2"'] },
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      ItemsPath: '$$.Execution.Input.items',
      ItemProcessor: {
        StartAt: 'Work',
        States: { Work: { Type: 'Task', Resource: 'millrace:echo', End: true } },
      },
      End: true,
    },
  },
};

describe.skipIf(missing)('records of executions on Temporal', () => {
  let database: PostgresServer;
  let server: Server;
  let hosting: Hosting;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-records-'));
    database = await PostgresServer.start();
    url = `postgres://millrace@127.0.0.1:${database.port}/postgres`;
    await expect(openPostgresRecords(url)).rejects.toThrow('millrace up --store');
    server = await startServer({ data: folder, port: 0, place: url });
    hosting = await openHosting({ records: await openPostgresRecords(url) });
  });
  afterAll(async () => {
    await hosting?.close();
    await server?.close();
    await database?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Resolves when the records know of it. */
  async function idOf(name: string): Promise<string> {
    for (;;) {
      const { items } = await server.engine.executions.list(EVERYTHING, {});
      const found = items.find((one) => one.name === name);
      if (found !== undefined) return found.id;
    }
  }

  it('are listed and read by a server beside its own, with history and logs, and what is secret masked', async () => {
    const { executions, pipelines } = server.engine;
    await pipelines.deploy({
      ...{ name: 'own', team: 'default', tags: {}, bindings: {}, folder },
      definition: { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
    });
    const before = await executions.run(EVERYTHING, { pipeline: 'own' });
    const input = { items: [1, 2, 3] };
    const ended = await hosting.run(machine, {
      ...{ input, name: 'recorded', options: { records: true, runEvents: 10 } },
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: [1, 2, 3] });
    const after = await executions.run(EVERYTHING, { pipeline: 'own' });
    expect([before.status, after.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);

    const listed = await executions.list(EVERYTHING, {});
    expect(listed.items.map(({ pipeline }) => pipeline)).toEqual(['test', 'own', 'own']);
    const id = await idOf('recorded');
    const detail = await executions.describe(EVERYTHING, id);
    expect(detail).toMatchObject({ name: 'recorded', status: 'SUCCEEDED', output: [1, 2, 3] });
    const { items } = await executions.history(EVERYTHING, id, { limit: 1_000 });
    expect(items.map(({ id: event }) => event)).toEqual(items.map((_, index) => index + 1));
    expect(items[0]?.type).toBe('ExecutionStarted');
    expect(items.at(-1)?.type).toBe('ExecutionSucceeded');
    expect(items.filter(({ type }) => type === 'MapIterationSucceeded')).toHaveLength(3);
    expect(JSON.stringify(items)).not.toContain('hunter2');
  });

  it('keep the lines that tasks print', async () => {
    const input = { items: [] };
    const given = { input, name: 'printed', options: { records: true } };
    await hosting.run(machine, given);
    await hosting.stopWorker();
    const { items } = await server.engine.executions.logs(EVERYTHING, await idOf('printed'));
    expect(items.map(({ message }) => message)).toContain('to be seen');
    expect(JSON.stringify(items)).not.toContain('hunter2');
    await hosting.replaceWorker({ records: await openPostgresRecords(url) });
  });

  it('are acted on by nobody but Temporal', async () => {
    const { executions } = server.engine;
    const wait = {
      StartAt: 'A',
      States: { A: { Type: 'Task', Resource: 'millrace:echo.waitForTaskToken', End: true } },
    };
    const workflowId = await hosting.start(wait, { name: 'held', options: { records: true } });
    const record = await executions.describe(EVERYTHING, await idOf('held'));
    expect(record).toMatchObject({ status: 'RUNNING' });
    const refused = { code: 'MILL3550' };
    await expect(executions.stop(EVERYTHING, await idOf('held'))).rejects.toMatchObject(refused);
    await expect(executions.redrive(EVERYTHING, await idOf('recorded'))).rejects.toMatchObject(
      refused,
    );
    await expect(executions.planRedrive(EVERYTHING, await idOf('held'))).rejects.toMatchObject(
      refused,
    );
    // A server that recovers leaves it alone, and goes on with its own numbers.
    await server.close();
    server = await startServer({ data: folder, port: 0, place: url });
    const own = await server.engine.executions.run(EVERYTHING, { pipeline: 'own' });
    expect(own.status).toBe('SUCCEEDED');
    const [{ largest }] = (await database.query(
      `SELECT MAX(number) AS largest FROM executions WHERE number < ${2 ** 52}`,
    )) as [{ largest: string }];
    expect(Number(largest)).toBe(3);
    await hosting.executions.stop(workflowId, { cause: 'enough' });
    await hosting.executions.ended(workflowId);
    const detail = await server.engine.executions.describe(EVERYTHING, await idOf('held'));
    expect(detail).toMatchObject({ status: 'ABORTED', cause: 'enough' });
  });

  it('tell of a redrive what came after it, and are the same when a batch is written twice', async () => {
    const fails = (resource: string): object => ({
      StartAt: 'A',
      States: { A: { Type: 'Task', Resource: resource, End: true } },
    });
    const given = { name: 'again', options: { records: true } };
    const { workflowId } = await hosting.run(fails('millrace:nothing'), given);
    const deployment = {
      ...{ name: 'test', team: 'default', tags: {}, folder: '', bindings: {} },
      definition: fails('millrace:echo') as never,
    };
    const history = await server.engine.executions.history(EVERYTHING, await idOf('again'));
    await hosting.executions.redrive(workflowId, { deployment, history: history.items as never });
    await hosting.executions.ended(workflowId);
    const { executions } = server.engine;
    const detail = await executions.describe(EVERYTHING, await idOf('again'));
    expect(detail).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    const types = async (): Promise<string[]> =>
      (await executions.history(EVERYTHING, detail.id)).items.map(({ type }) => type);
    const told = await types();
    expect(told).toContain('ExecutionRedriven');

    const records = await openPostgresRecords(url);
    const { events } = (await hosting.client.workflow.getHandle(workflowId).fetchHistory()) ?? {};
    expect(events?.length).toBeGreaterThan(0);
    const stale: RecordBatch = {
      ...{ id: detail.id, root: null, redriveCount: 0, context: { Execution: {} } as never },
      header: { format: 1, status: 'FAILED', nextEvent: 3, nextThread: 1, forks: {} },
      events: [{ id: 1, prev: 0, at: 0, type: 'ExecutionStarted', details: {} }],
    };
    await records.write(stale);
    await records.close();
    expect(await types()).toEqual(told);
    expect(await executions.describe(EVERYTHING, detail.id)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
