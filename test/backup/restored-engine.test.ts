/**
 * An engine on records that were restored: what it does before and after it may go on. The backup is made by the real process
 * while another engine has the database open and works.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { ChannelPorts } from '../../src/channels/channel.js';
import type { Connector } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createEvaluationPool } from '../../src/engine/adapters/evaluation/pool.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { makeBackup } from '../../src/store/backups/make-backup.js';
import { restoreBackup } from '../../src/store/backups/restore-backup.js';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite-store.js';

interface Opened {
  engine: Engine;
  store: SqliteStore;
  /** Ids of the executions whose task was begun. */
  begun: string[];
  close(): Promise<void>;
}

let folder: string;
let opened: Opened[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-backup-'));
  opened = [];
});
afterEach(async () => {
  for (const one of opened) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One task at a time; each goes on until the engine is closed. */
async function open(
  data: string,
  as: 'working' | 'held' = 'working',
  ports?: ChannelPorts,
): Promise<Opened> {
  const store = openSqliteStore({ file: join(data, 'millrace.db') });
  const begun: string[] = [];
  const endless: Connector = {
    kind: 'echo',
    runsCode: false,
    validate: () => [],
    async run(task, { signal }) {
      begun.push(String((task.arguments as { name?: string }).name));
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return { type: 'failed', error: 'Test.Ended', cause: 'the engine ended' };
    },
  };
  const evaluator = createEvaluationPool();
  const engine = createEngine({
    store,
    runner: createConnectorRunner(new Map([['echo', endless]]), { echo: 1 }),
    evaluator,
    itemSource: createLocalItems(),
    workFolder: join(data, 'work'),
    ...(ports === undefined ? {} : { notifications: { ports } }),
  });
  await engine.open(as);
  let closing: Promise<void> | undefined;
  const one: Opened = {
    engine,
    store,
    begun,
    close() {
      closing ??= (async () => {
        await engine.close(0);
        await evaluator.close();
        store.close();
      })();
      return closing;
    },
  };
  opened.push(one);
  return one;
}

const task = (more: object = {}): MachineDefinition =>
  ({
    StartAt: 'Work',
    States: {
      Work: {
        Type: 'Task',
        Resource: 'millrace:echo',
        Parameters: { 'name.$': '$$.Execution.Name' },
        End: true,
        ...more,
      },
    },
  }) as MachineDefinition;

async function backUpAndRestore(from: Opened, data: string): Promise<void> {
  const file = join(folder, 'backup.db');
  const { location: database } = from.store.information();
  await makeBackup({ database, file, version: '9.9.9' });
  await restoreBackup({ file, folder: data });
}

test('does nothing by itself, and closes what was open when it may go on', async () => {
  const first = await open(join(folder, 'first'));
  await first.engine.pipelines.deploy({
    name: 'work',
    team: 'shop',
    tags: {},
    definition: task(),
    bindings: {},
    folder,
  });
  await first.engine.pipelines.deploy({
    name: 'nap',
    team: 'shop',
    tags: {},
    definition: {
      StartAt: 'Nap',
      // Longer than making a backup takes on a busy machine.
      States: { Nap: { Type: 'Wait', Seconds: 6, End: true } },
    } as MachineDefinition,
    bindings: {},
    folder,
  });
  for (const name of ['begun', 'about-to-begin']) {
    await first.engine.executions.start(EVERYTHING, { pipeline: 'work', name, input: {} });
  }
  await expect.poll(() => first.begun).toEqual(['begun']);
  await first.engine.executions.start(EVERYTHING, { pipeline: 'nap', name: 'sleeping', input: {} });
  await backUpAndRestore(first, join(folder, 'second'));
  // The world goes on: the second task begins only now, after the backup, and the timer fires.
  await first.engine.executions.stop(EVERYTHING, 'work/begun');
  await expect.poll(() => first.begun).toEqual(['begun', 'about-to-begin']);
  const slept = await first.engine.executions.wait(EVERYTHING, 'nap/sleeping');
  expect(slept.status).toBe('SUCCEEDED');
  await first.close();

  const second = await open(join(folder, 'second'), 'held');
  const statuses = async (): Promise<string[]> =>
    (await second.engine.executions.list(EVERYTHING)).items.map(
      ({ name, status }) => `${name} ${status}`,
    );
  const waiting = ['sleeping RUNNING', 'about-to-begin RUNNING', 'begun RUNNING'];
  expect(second.engine.health().status).toBe('held');
  // The timer of the nap was due long ago: were it armed, it would fire in this time.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await statuses()).toEqual(waiting);
  expect(second.begun).toEqual([]);
  await expect(
    second.engine.executions.start(EVERYTHING, { pipeline: 'work', name: 'new', input: {} }),
  ).rejects.toMatchObject({ kind: 'Held', status: 503 });
  await expect(second.engine.executions.stop(EVERYTHING, 'work/begun')).rejects.toMatchObject({
    kind: 'Held',
  });

  await second.engine.goOn();
  expect(second.engine.health().status).toBe('ready');
  for (const name of ['begun', 'about-to-begin']) {
    const ended = await second.engine.executions.wait(EVERYTHING, `work/${name}`);
    expect([name, ended.status, ended.error]).toEqual([name, 'FAILED', 'Millrace.WorkerLost']);
    const { items } = await second.engine.executions.history(EVERYTHING, `work/${name}`);
    expect(items.map(({ id }) => id)).toEqual(items.map((_, at) => at + 1));
  }
  expect((await second.engine.executions.wait(EVERYTHING, 'nap/sleeping')).status).toBe(
    'SUCCEEDED',
  );
  expect(second.begun).toEqual([]);
  await second.engine.executions.start(EVERYTHING, { pipeline: 'work', name: 'new', input: {} });
  await expect.poll(() => second.begun).toEqual(['new']);
});

test('runs an attempt that was open again where its Retry names that error', async () => {
  const first = await open(join(folder, 'first'));
  const Retry = [{ ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 1 }];
  await first.engine.pipelines.deploy({
    name: 'work',
    team: 'shop',
    tags: {},
    definition: task({ Retry }),
    bindings: {},
    folder,
  });
  await first.engine.executions.start(EVERYTHING, { pipeline: 'work', name: 'again', input: {} });
  await expect.poll(() => first.begun).toEqual(['again']);
  await backUpAndRestore(first, join(folder, 'second'));
  await first.close();
  const second = await open(join(folder, 'second'), 'held');
  await second.engine.goOn();
  await expect.poll(() => second.begun, { timeout: 5_000 }).toEqual(['again']);
});

test('is held once: a restart after it went on is an ordinary one', async () => {
  const first = await open(join(folder, 'first'));
  await backUpAndRestore(first, join(folder, 'second'));
  const second = await open(join(folder, 'second'), 'held');
  expect(second.store.readSetting('backup')).toMatchObject({ version: '9.9.9' });
  await Promise.all([second.engine.goOn(), second.engine.goOn()]);
  expect(second.store.readSetting('backup')).toBeUndefined();
  await second.close();
  const third = await open(join(folder, 'second'));
  expect(third.engine.health().status).toBe('ready');
});

test('closes in good order while it is held', async () => {
  const first = await open(join(folder, 'first'));
  await backUpAndRestore(first, join(folder, 'second'));
  const second = await open(join(folder, 'second'), 'held');
  await second.close();
  expect(second.engine.health().status).toBe('closed');
  const third = await open(join(folder, 'second'), 'held');
  expect(third.store.readSetting('backup')).toMatchObject({ version: '9.9.9' });
});

test('tells nobody anything before it may go on, and then what was not told', async () => {
  const keys: string[] = [];
  const mail: ChannelPorts['mail'] = async () => ({ type: 'failed', error: 'no mail here' });
  const down: ChannelPorts = { mail, http: async () => ({ type: 'unreachable', error: 'down' }) };
  const up: ChannelPorts = {
    mail,
    async http({ headers }) {
      keys.push(headers['millrace-id'] ?? '');
      return { type: 'answered', status: 200, headers: {}, body: '' };
    },
  };
  const first = await open(join(folder, 'first'), 'working', down);
  const sections = { channels: { hook: { type: 'webhook', url: 'https://hook.example/' } } };
  await first.engine.notifications.declare([{ file: 't.yaml', team: 'shop', sections }], []);
  const { message } = await first.engine.notifications.test(ofTeam('shop'), 'hook');
  await backUpAndRestore(first, join(folder, 'second'));
  await first.close();

  const second = await open(join(folder, 'second'), 'held', up);
  // It was due at once: were it sent, it would be in this time.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(keys).toEqual([]);
  expect((await second.engine.notifications.deliveries(EVERYTHING)).items).toMatchObject([
    { status: 'PENDING' },
  ]);
  await second.engine.goOn();
  await expect.poll(() => keys).toEqual([message.key]);
});
