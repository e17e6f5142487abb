/**
 * Grants count at the moment a task is performed: what was allowed when an execution started, or when its attempt was
 * scheduled, does not help when the server has other bindings by then.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createEvaluationPool } from '../../src/engine/adapters/evaluation/pool.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import type { SharedBindings } from '../../src/engine/kernel/code-grants.js';
import type { AttemptRequest, Runner } from '../../src/engine/kernel/ports.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';

let folder: string;
/** What was really performed, as KIND and arguments. */
let performed: AttemptRequest[];
/** Attempts of the first server never end, so that others wait for the slot. */
let isStuck: boolean;
let scheduled: () => void;

const runner = (): Runner => ({
  kinds: new Map([
    ['shell', 1],
    ['echo', 1],
  ]),
  code: new Map([['shell', ['input']]]),
  start(request, listener) {
    performed.push(request);
    scheduled();
    if (!isStuck) listener.settled({ type: 'succeeded', output: 'done' });
    else held.push(() => listener.settled({ type: 'failed', error: 'Killed', cause: '' }));
  },
  kill: () => undefined,
  forget: async () => undefined,
  close: async () => {
    for (const settle of held.splice(0)) settle();
  },
});
const held: (() => void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-later-'));
  performed = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shared = (given: Partial<SharedBindings>): SharedBindings => ({
  bindings: {},
  teams: {},
  grants: {},
  folder,
  file: 'bindings.yaml',
  ...given,
});

async function withEngine<Value>(
  sharedBindings: SharedBindings,
  act: (engine: Engine) => Promise<Value>,
): Promise<Value> {
  const store = openSqliteStore({ file: join(folder, 'test.db') });
  const evaluator = createEvaluationPool();
  const engine = createEngine({
    store,
    runner: runner(),
    evaluator,
    itemSource: createLocalItems(),
    workFolder: join(folder, 'work'),
    sharedBindings,
  });
  await engine.open();
  try {
    return await act(engine);
  } finally {
    await engine.close(0);
    await evaluator.close();
    store.close();
  }
}

/** Two executions of a machine that a client made: one runs and is stuck, the other waits for its slot. */
async function leaveOneWaiting(resource: string, bindings: SharedBindings): Promise<void> {
  isStuck = true;
  await withEngine(bindings, async (engine) => {
    const isRunning = new Promise<void>((resolve) => {
      scheduled = resolve;
    });
    await engine.stateMachines.create({
      name: 'made',
      team: 'parcels',
      tags: {},
      definition: {
        StartAt: 'Run',
        States: {
          Run: {
            Type: 'Task',
            Resource: resource,
            Parameters: { command: ['rm', '-r', '/'] } as JsonObject,
            End: true,
          },
        },
      },
      attributes: {
        type: 'STANDARD',
        roleArn: 'arn:aws:iam::000000000000:role/x',
        definitionText: '',
      },
    });
    await engine.executions.start(EVERYTHING, { pipeline: 'made', name: 'first' });
    await isRunning;
    await engine.executions.start(EVERYTHING, { pipeline: 'made', name: 'second' });
  });
  expect(performed.map(({ execution }) => execution.name)).toEqual(['first']);
  performed = [];
  isStuck = false;
}

test('an attempt that waited for a slot is not performed when the grant is gone', async () => {
  await leaveOneWaiting('millrace:shell', shared({ grants: { parcels: ['shell'] } }));
  const ended = await withEngine(shared({ grants: { others: ['shell'] } }), (engine) =>
    engine.executions.wait(EVERYTHING, 'made/second'),
  );
  expect(ended.error).toBe('Millrace.NotGranted');
  expect(performed).toEqual([]);
});

test('nor when the binding is for other teams now', async () => {
  const bindings = { 'arn:aws:lambda:us-east-1:000000000000:function:tell': { shell: ['tell'] } };
  const forTeam = (team: string): SharedBindings =>
    shared({ bindings, teams: { 'arn:aws:lambda:us-east-1:000000000000:function:tell': [team] } });
  await leaveOneWaiting('arn:aws:lambda:us-east-1:000000000000:function:tell', forTeam('parcels'));
  const ended = await withEngine(forTeam('others'), (engine) =>
    engine.executions.wait(EVERYTHING, 'made/second'),
  );
  expect(ended.error).toBe('Millrace.UnboundResource');
  expect(performed).toEqual([]);
});

test('one whose binding names another connector now is performed by that, not by the former', async () => {
  const name = 'arn:aws:lambda:us-east-1:000000000000:function:tell';
  const by = (binding: JsonObject): SharedBindings =>
    shared({ bindings: { [name]: binding }, teams: { [name]: '*' } });
  await leaveOneWaiting(name, by({ shell: ['tell'] }));
  // Its arguments are those of the task: a shell would run them.
  scheduled = () => undefined;
  const ended = await withEngine(by({ connector: 'echo' }), (engine) =>
    engine.executions.wait(EVERYTHING, 'made/second'),
  );
  expect(ended.status).toBe('SUCCEEDED');
  expect(performed.map(({ kind }) => kind)).toEqual(['echo']);
});
