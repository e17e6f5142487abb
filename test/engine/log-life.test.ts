/**
 * Log lines in a whole engine: what they grow old by, and that they are told once they are durable and not before.
 */
import { afterEach, expect, it } from 'vitest';
import type { Connector } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type TimedConfig, TimedEngine } from '../support/timed-engine.js';

const DAY = 86_400_000;
/** Prints, and then runs for a year. */
const TALKS = {
  StartAt: 'Say',
  States: {
    Say: { Type: 'Task', Resource: 'millrace:echo', Next: 'Wait' },
    Wait: { Type: 'Wait', Seconds: 31_536_000, End: true },
  },
};

let test: TimedEngine;
afterEach(() => test.close());

/** An execution that has printed these lines, each so many days from now, and still runs. */
async function talking(lines: readonly (readonly [string, number])[], config: TimedConfig = {}) {
  const echo: Connector = {
    ...{ kind: 'echo', runsCode: false, validate: () => [] },
    async run(_task, { log }) {
      for (const [message, days] of lines) {
        const at = test.clock.now() + days * DAY;
        log({ at, stream: 'stdout', level: 'info', message });
      }
      return { type: 'succeeded', output: null };
    },
  };
  const runner = createConnectorRunner(new Map([['echo', echo]]));
  test = await new TimedEngine({ ...config, runner }).open();
  await test.deploy('talks', {}, { definition: TALKS });
  const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'talks' });
  await test.settled();
  return id;
}

async function messages(q = ''): Promise<string[]> {
  const { items } = await test.engine.logs.search(EVERYTHING, { q });
  return items.map(({ message }) => message);
}

/** Sweeps now; its pauses are on the test's clock. */
async function sweep(): Promise<void> {
  let isDone = false;
  const sweeping = test.engine.retention.sweep().then(() => {
    isDone = true;
  });
  while (!isDone) await test.pass(20);
  await sweeping;
}

const DAYS = [-4, -3, -2.5, -1, 0].map((day) => [`day ${day}`, day] as const);

it('go when they are old, though their execution still runs, and others stay', async () => {
  const id = await talking(DAYS, { retention: { logs: 2 * DAY } });
  await sweep();
  expect(await messages()).toEqual(['day 0', 'day -1']);
  expect(await test.engine.executions.describe(EVERYTHING, id)).toMatchObject({
    status: 'RUNNING',
  });
});

it('stay as long as their execution when nobody says otherwise', async () => {
  await talking([['old', -300]]);
  await sweep();
  expect(await messages()).toEqual(['old']);
});

it('are found after a crash, each once and by its own time, though the clock jumped', async () => {
  await talking([
    ['a', 0],
    ['b', -1],
    ['c', 1],
    ['d', 0],
  ]);
  await test.crash();
  expect((await messages()).sort()).toEqual(['a', 'b', 'c', 'd']);
  expect(await messages('until:12h')).toEqual(['b']);
  expect((await messages('since:12h')).sort()).toEqual(['a', 'c', 'd']);
});

it('refuse what is no search, with every problem, and what is no page', async () => {
  test = await new TimedEngine().open();
  const { logs } = test.engine;
  await expect(logs.search(EVERYTHING, { q: 'levle:x status:' })).rejects.toMatchObject({
    kind: 'InvalidSearch',
    message: expect.stringMatching(/column 1: .*did you mean level:.*; column 9: /),
  });
  await expect(logs.search(EVERYTHING, { since: 'soon' })).rejects.toMatchObject({
    kind: 'InvalidSearch',
  });
  for (const page of [{ cursor: 'log.1.2' }, { cursor: 'found.1.x.3.4' }, { limit: 0 }]) {
    await expect(logs.search(EVERYTHING, page)).rejects.toMatchObject({ kind: 'InvalidPage' });
  }
});
