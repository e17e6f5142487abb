/**
 * What begins, and what does not, while an engine is drained; and what becomes of it: on the real engine and a real file, with a clock
 * that the test moves. One row for each way in which work begins.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { EngineError } from '../../src/engine/kernel/errors.js';
import type { AttemptListener, AttemptRequest, Runner } from '../../src/engine/kernel/ports.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
let started: { request: AttemptRequest; listener: AttemptListener }[];

/** Performs tasks when the test says so. */
function handRunner(): Runner {
  return {
    kinds: new Map([['shell', 2]]),
    code: new Map(),
    start: (request: AttemptRequest, listener: AttemptListener) => {
      started.push({ request, listener });
    },
    kill: () => undefined,
    forget: async () => undefined,
    close: async () => undefined,
  } as unknown as Runner;
}

async function open(): Promise<void> {
  started = [];
  test = await new TimedEngine({ runner: handRunner() }).open();
}
afterEach(async () => {
  await finish();
  await test.close(0);
});

const task = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'millrace:shell',
  Parameters: { command: ['true'] },
  ...more,
});
const TASKS = {
  StartAt: 'First',
  States: { First: task({ Next: 'Second' }), Second: task({ End: true }) },
};
const PASS = { StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } };
const CHILDREN = {
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', Seconds: 60, Next: 'Child' },
    Child: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: { StateMachineArn: 'pass' },
      End: true,
    },
  },
};
const MAP = {
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', Seconds: 60, Next: 'Each' },
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        ...PASS,
      },
      End: true,
    },
  },
};

const ok = { type: 'succeeded', output: {} } as const;
async function finish(): Promise<void> {
  for (const { listener } of started.splice(0)) listener.settled(ok as never);
  await test.settled();
}

const start = (pipeline: string, input: JsonObject = {}) =>
  test.engine.executions.start(EVERYTHING, { pipeline, input: input as never });
const states = async (pipeline: string): Promise<string[]> =>
  (await test.executions(pipeline)).map(({ status, queued }) => queued ?? status);

const WAITS = 'the server is being drained';

/** How something begins while the engine is drained: what is made before, and what makes it begin. */
const WAYS: readonly [
  name: string,
  before: () => Promise<unknown>,
  act: () => Promise<unknown>,
  seen?: string[],
][] = [
  ['a start of the engine itself', async () => undefined, () => start('pass')],
  [
    'a schedule',
    () => test.trigger('pass', { schedule: { rate: '1 minute' } }),
    () => test.pass(61_000),
  ],
  [
    'an event',
    () => test.trigger('pass', { events: [{ pattern: { source: ['own'] } }] }),
    () =>
      test.engine.events.put(ofTeam('default'), [
        { source: 'own', detailType: 'x', detail: {} },
      ] as never),
  ],
  // Its task has not begun: it has not asked for the execution.
  ['another execution', () => start('parent'), () => test.pass(61_000), []],
];

describe('while it is drained', () => {
  it.each(WAYS)(
    'what %s begins waits, is told as such, and begins when it is undone',
    async (...way) => {
      const [, before, act, seen = [WAITS]] = way;
      await open();
      await test.deploy('pass', {}, { definition: PASS });
      await test.deploy('parent', {}, { definition: CHILDREN });
      await before();
      await test.settled();
      await test.engine.drain();
      expect(test.engine.health().status).toBe('draining');
      await act();
      await test.settled();
      expect(await states('pass')).toEqual(seen);
      await test.engine.takeWork();
      await test.settled();
      expect(await states('pass')).toEqual(['SUCCEEDED']);
      expect(test.engine.health().status).toBe('ready');
    },
  );

  it.each(WAYS)('what %s begins is there after a restart, and begins once', async (...way) => {
    const [, before, act] = way;
    await open();
    await test.deploy('pass', {}, { definition: PASS });
    await test.deploy('parent', {}, { definition: CHILDREN });
    await before();
    await test.settled();
    await test.engine.drain();
    await act();
    await test.settled();
    await test.restart(0);
    await test.settled();
    expect((await states('pass'))[0]).toBe('SUCCEEDED');
    expect(test.engine.health().status).toBe('ready');
  });

  it('children of a distributed Map wait, too', async () => {
    await open();
    await test.deploy('map', {}, { definition: MAP });
    const { id } = await start('map', { items: [1, 2, 3] });
    await test.settled();
    await test.engine.drain();
    await test.pass(61_000);
    const children = async (): Promise<string[]> => {
      const [run] = await test.engine.mapRuns.list(EVERYTHING, id);
      if (run === undefined) return [];
      const { items } = await test.engine.executions.list(EVERYTHING, { mapRun: run.id });
      return items.map(({ status, queued }) => queued ?? status);
    };
    expect(new Set(await children())).toEqual(new Set([WAITS]));
    await test.engine.takeWork();
    await test.settled();
    expect(await children()).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  it('an attempt that runs may end, the next one of its execution waits', async () => {
    await open();
    await test.deploy('tasks', {}, { definition: TASKS });
    await start('tasks');
    await test.settled();
    expect(started).toHaveLength(1);
    let isOver = false;
    const drained = test.engine.drain().then(() => {
      isOver = true;
    });
    await test.settled();
    expect(isOver).toBe(false);
    await finish();
    await drained;
    expect(started).toHaveLength(0);
    await test.engine.takeWork();
    await test.settled();
    expect(started).toHaveLength(1);
    await finish();
    expect(await states('tasks')).toEqual(['SUCCEEDED']);
  });

  it('attempts that wait for a slot go on waiting for it', async () => {
    await open();
    await test.deploy('tasks', {}, { definition: TASKS });
    for (let at = 0; at < 4; at += 1) await start('tasks');
    await test.settled();
    expect(started).toHaveLength(2);
    const drained = test.engine.drain();
    await finish();
    await drained;
    expect(started).toHaveLength(0);
    await test.restart(0);
    await test.settled();
    for (let round = 0; round < 4; round += 1) await finish();
    expect(await states('tasks')).toEqual(Array(4).fill('SUCCEEDED'));
  });

  it('whoever asks whether new work may begin is told that it is drained', async () => {
    await open();
    test.engine.expectIntake();
    await test.engine.drain();
    expect(() => test.engine.expectIntake()).toThrow(new EngineError('Draining'));
  });
});
