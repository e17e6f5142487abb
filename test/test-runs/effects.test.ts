/**
 * Tasks that a test run records instead of doing them: once each, in the commit that answers them, on every path.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Connector } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { EVERYTHING, ofTeam, type Scope } from '../../src/engine/kernel/scope.js';
import { TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
/** Tasks that were really done. */
let done: string[];
/** What the server was asked for as its own. */
let served: string[];

async function open(): Promise<void> {
  done = [];
  served = [];
  const connector = (kind: string, fails = false): [string, Connector] => [
    kind,
    {
      ...{ kind, runsCode: false, validate: () => [] },
      async run({ state, isTestRun }) {
        done.push(`${kind} ${state}${isTestRun === true ? ' in a test run' : ''}`);
        return fails
          ? { type: 'failed', error: 'Down', cause: 'it is' }
          : { type: 'succeeded', output: { kind } };
      },
    },
  ];
  const runner = createConnectorRunner(
    new Map([connector('shell'), connector('http', true), connector('spark')]),
  );
  test = await new TimedEngine({
    runner,
    services: {
      has: () => true,
      async call({ action }) {
        served.push(action);
        return { type: 'succeeded', output: {} };
      },
    },
  }).open();
}
afterEach(() => test.close());

const post = { url: 'https://example.org', method: 'POST', body: { password: 'hunter2hunter2' } };
const ENTRIES = { Entries: [{ Source: 'shop', DetailType: 'd', Detail: {} }] };
const TELLS = {
  StartAt: 'Clean',
  States: {
    Clean: { Type: 'Task', Resource: 'millrace:shell', Next: 'Tell' },
    Tell: {
      ...{ Type: 'Task', Resource: 'millrace:http', Parameters: post, Next: 'Put' },
    },
    Put: {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::events:putEvents', Parameters: ENTRIES },
      End: true,
    },
  },
};

const IS_SAID = { Variable: '$.fail', IsPresent: true };
const CLEAN = {
  ...{ Type: 'Task', Resource: 'millrace:shell', ResultPath: '$.cleaned', Next: 'End' },
};
/** Fails when its input says so. */
const LAST = {
  Type: 'Parallel',
  Branches: [
    {
      StartAt: 'Well?',
      States: {
        'Well?': {
          ...{ Type: 'Choice', Default: 'Good' },
          Choices: [{ And: [IS_SAID, { Variable: '$.fail', BooleanEquals: true }], Next: 'Bad' }],
        },
        Good: { Type: 'Succeed' },
        Bad: { Type: 'Fail', Error: 'Bad' },
      },
    },
  ],
  End: true,
};

const tryOut = (pipeline: string, more: object = {}) =>
  test.engine.executions.run(EVERYTHING, { pipeline, testRun: {}, ...more });
const effects = async (id: string, scope: Scope = EVERYTHING) =>
  (await test.engine.testRuns.effects(scope, id)).items;

describe('a test run', () => {
  it('does the transformation, and records what is outward', async () => {
    await open();
    await test.deploy('tells', {}, { definition: TELLS });
    const { id, status, output } = await tryOut('tells');
    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ FailedEntryCount: 0, Entries: [] });
    expect(done).toEqual(['shell Clean in a test run']);
    expect(served).toEqual([]);
    const shown = { ...post, body: { password: '***' } };
    expect(await effects(id)).toMatchObject([
      { state: 'Tell', performer: 'http', resource: 'millrace:http', sent: shown, isCut: false },
      { state: 'Put', performer: 'service', answer: { FailedEntryCount: 0, Entries: [] } },
    ]);
    // For real both are done.
    await test.engine.executions.run(EVERYTHING, { pipeline: 'tells' });
    expect(done).toEqual(['shell Clean in a test run', 'shell Clean', 'http Tell']);
  });

  it('does what the pipeline says of a state', async () => {
    await open();
    const sections = { effects: { Clean: { output: { rows: 7 } }, Tell: false, Put: true } };
    await test.deploy('said', sections, { definition: TELLS });
    const { id, error } = await tryOut('said');
    expect(error).toBe('Down');
    expect(done).toEqual(['http Tell in a test run']);
    expect(await effects(id)).toMatchObject([{ state: 'Clean', answer: { rows: 7 } }]);
  });

  it('answers what was answered in the last execution that succeeded, when the pipeline says so', async () => {
    await open();
    const Ask = { Type: 'Task', Resource: 'millrace:spark', Parameters: { a: 1 } };
    const definition = {
      StartAt: 'Ask',
      States: { Ask: { ...Ask, ResultPath: '$.spark', Next: 'Clean' }, Clean: CLEAN, End: LAST },
    };
    await test.deploy('asks', { effects: { Ask: 'last', Clean: 'last' } }, { definition });
    const answers = async (more: object = {}): Promise<unknown[]> => {
      const { id, status } = await tryOut('asks', more);
      expect(status).toBe('SUCCEEDED');
      return (await effects(id)).map(({ state, answer }) => [state, answer]);
    };
    // There is none: the empty one.
    const empty = [
      ['Ask', {}],
      ['Clean', {}],
    ];
    expect(await answers()).toEqual(empty);
    // Test runs are none, nor is what failed.
    const failing = { input: { fail: true } };
    await test.engine.executions.run(EVERYTHING, { pipeline: 'asks', ...failing });
    expect(await answers()).toEqual(empty);
    await test.engine.executions.run(EVERYTHING, { pipeline: 'asks', input: { fail: false } });
    const asItWas = [
      ['Ask', { kind: 'spark' }],
      ['Clean', { kind: 'shell' }],
    ];
    expect(await answers()).toEqual(asItWas);
    await test.crash();
    expect(await answers()).toEqual(asItWas);
    // Of the last one, also when a later one has failed.
    await test.engine.executions.run(EVERYTHING, { pipeline: 'asks', ...failing });
    expect(await answers()).toEqual(asItWas);
    // Another pipeline with states of these names has answered nothing.
    await test.deploy('others', { effects: { Ask: 'last', Clean: 'last' } }, { definition });
    const { id } = await tryOut('others');
    expect((await effects(id)).map(({ answer }) => answer)).toEqual([{}, {}]);
    expect(done.filter((one) => one.includes('test run'))).toEqual([]);
  });

  it('records each once, whatever the crash and the redrive', async () => {
    await open();
    const definition = structuredClone(TELLS) as { States: { [state: string]: object } };
    definition.States.Put = { Type: 'Fail', Error: 'Later' };
    await test.deploy('tells', {}, { definition });
    const { id } = await tryOut('tells');
    await test.crash();
    expect(await effects(id)).toMatchObject([{ state: 'Tell' }]);
    await test.engine.executions.redrive(EVERYTHING, id, { from: 'Tell' });
    await test.settled();
    expect(await effects(id)).toMatchObject([{ state: 'Tell' }, { state: 'Tell' }]);
    expect(done.filter((one) => one.startsWith('http'))).toEqual([]);
    const attempts = (await effects(id)).map(({ number }) => number);
    expect(new Set(attempts).size).toBe(2);
  });

  it('records what children of it do: of executions, and of distributed Maps', async () => {
    await open();
    await test.deploy('tells', {}, { definition: TELLS });
    const definition = {
      StartAt: 'Start',
      States: {
        Start: {
          ...{ Type: 'Task', Resource: 'millrace:executions:start.sync:2', ResultPath: null },
          ...{ Parameters: { pipeline: 'tells' }, Next: 'Each' },
        },
        Each: {
          ...{ Type: 'Map', ItemsPath: '$.items', End: true },
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
            ...TELLS,
          },
        },
      },
    };
    await test.deploy('parent', {}, { definition });
    const { id, status } = await tryOut('parent', { input: { items: [1, 2] } });
    expect(status).toBe('SUCCEEDED');
    const found = await effects(id);
    expect(found.map(({ pipeline, state }) => `${pipeline} ${state}`).sort()).toEqual([
      ...['parent Put', 'parent Put', 'parent Tell', 'parent Tell', 'tells Put', 'tells Tell'],
    ]);
    expect(done.every((one) => one === 'shell Clean in a test run')).toBe(true);
    expect(served).toEqual([]);
    // A part of it is asked about as the whole.
    const child = found.find(({ pipeline }) => pipeline === 'tells')?.execution ?? '';
    expect(await effects(child)).toEqual(found);
  });

  it('asks nobody for a token, and gives no activity to a worker', async () => {
    await open();
    const definition = {
      StartAt: 'Ask',
      States: {
        Ask: {
          ...{ Type: 'Task', Resource: 'millrace:shell.waitForTaskToken', End: true },
          Parameters: { command: ['ask'], 'token.$': '$$.Task.Token' },
        },
      },
    };
    await test.deploy('asks', {}, { definition });
    const { id, status } = await tryOut('asks');
    expect(status).toBe('SUCCEEDED');
    expect(done).toEqual([]);
    expect(await effects(id)).toMatchObject([{ state: 'Ask', performer: 'shell' }]);
  });

  it('is told of to its team alone, and page by page', async () => {
    await open();
    await test.deploy('tells', {}, { definition: TELLS });
    const { id } = await tryOut('tells');
    await expect(effects(id, ofTeam('other'))).rejects.toThrow('There is no execution');
    const first = await test.engine.testRuns.effects(EVERYTHING, id, { limit: 1 });
    expect(first.items).toHaveLength(1);
    const cursor = first.next ?? '';
    const second = await test.engine.testRuns.effects(EVERYTHING, id, { limit: 1, cursor });
    expect(second).toMatchObject({ items: [{ state: 'Put' }] });
    expect(second.next).toBeUndefined();
  });

  it('keeps the beginning of what is long', async () => {
    await open();
    const long = 'é'.repeat(50_000);
    const definition = structuredClone(TELLS);
    definition.States.Tell.Parameters = { ...post, body: long } as never;
    await test.deploy('long', {}, { definition });
    const { id } = await tryOut('long');
    const [effect] = await effects(id);
    expect(effect).toMatchObject({ isCut: true });
    expect(String(effect?.sent)).toHaveLength(32_768);
  });
});
