import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { MapRunDetail } from '../../src/engine/engine.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { failed, openTestEngine, succeeded, type TestEngine } from './test-engine.js';

let test: TestEngine;
afterEach(() => test.close());

const ITEM = { StartAt: 'Item', States: { Item: { Type: 'Pass', End: true } } };
const TASK = {
  StartAt: 'Item',
  States: { Item: { Type: 'Task', Resource: 'millrace:echo', End: true } },
};

function map(more: object, processor: object = ITEM, type = 'STANDARD'): object {
  const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: type };
  return {
    StartAt: 'Each',
    States: {
      Each: { Type: 'Map', ItemProcessor: { ProcessorConfig, ...processor }, End: true, ...more },
    },
  };
}

const reader = (Key: string, ReaderConfig: object = {}): object => ({
  ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Parameters: { Key } },
});
const writer = (WriterConfig?: object): object => ({
  ResultWriter: {
    Resource: 'arn:aws:states:::s3:putObject',
    Parameters: { Bucket: 'results' },
    ...(WriterConfig ? { WriterConfig } : {}),
  },
});

async function run(pipeline: string, input?: unknown) {
  const ended = await test.engine.executions.run(EVERYTHING, {
    pipeline,
    input: (input ?? {}) as never,
  });
  const [mapRun] = await test.engine.mapRuns.list(EVERYTHING, ended.id);
  return { ended, mapRun: mapRun as MapRunDetail };
}

function writeNumbers(count: number): void {
  const lines = Array.from({ length: count }, (_, i) => `${i}\n`).join('');
  writeFileSync(join(test.folder, 'numbers.jsonl'), lines);
}

/** A gate that tasks wait at. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a map run', () => {
  it('runs every item once, in the order of the items, with no more children than allowed', async () => {
    let running = 0;
    let most = 0;
    test = await openTestEngine(async (task) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setTimeout(done, 1));
      running -= 1;
      return succeeded(task.arguments);
    });
    writeNumbers(700);
    await test.deploy('p', map({ ...reader('numbers.jsonl'), MaxConcurrency: 7 }, TASK));
    const { ended, mapRun } = await run('p');
    expect(ended.output).toEqual([...Array(700).keys()]);
    expect(most).toBeLessThanOrEqual(7);
    expect(mapRun).toMatchObject({
      status: 'SUCCEEDED',
      maxConcurrency: 7,
      items: { total: 700, succeeded: 700, pending: 0, running: 0, resultsWritten: 700 },
      executions: { total: 700, succeeded: 700, pending: 0, running: 0 },
    });
  });

  it('gives children the ARNs that AWS gives them, and finds them by those', async () => {
    test = await openTestEngine();
    await test.deploy('p', map({ Label: 'rows' }, ITEM));
    const { mapRun } = await run('p', [1]);
    const prefix = 'arn:aws:states:us-east-1:000000000000';
    expect(mapRun.arn).toBe(`${prefix}:mapRun:p/rows:${mapRun.id}`);
    const [child] = (await test.engine.executions.list(EVERYTHING, { mapRun: mapRun.id })).items;
    expect(child?.arn).toBe(`${prefix}:execution:p/rows:${child?.id}`);
    expect((await test.engine.executions.describe(EVERYTHING, child?.arn ?? '')).id).toBe(
      child?.id,
    );
    await test.deploy('context', {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Item',
            States: {
              Item: { Type: 'Pass', Parameters: { 'id.$': '$$.StateMachine.Id' }, End: true },
            },
          },
          End: true,
        },
      },
    });
    expect((await run('context', [1])).ended.output).toEqual([
      { id: `${prefix}:stateMachine:context/Each` },
    ]);
  });

  it('counts batches and the items in them', async () => {
    test = await openTestEngine((task) => {
      const { Items } = task.arguments as { Items: number[] };
      return Items.includes(3) ? failed('Odd') : succeeded(Items.length);
    });
    writeNumbers(10);
    const batcher = { ItemBatcher: { MaxItemsPerBatch: 4, BatchInput: { by: 'four' } } };
    const tolerant = { ToleratedFailurePercentage: 40 };
    await test.deploy('p', map({ ...reader('numbers.jsonl'), ...batcher, ...tolerant }, TASK));
    const { ended, mapRun } = await run('p');
    const refused = { Status: 'FAILED', Error: 'Odd', Cause: 'because' };
    expect(ended.output).toEqual([refused, 4, 2]);
    expect(mapRun.items).toMatchObject({ total: 10, succeeded: 6, failed: 4 });
    expect(mapRun.executions).toMatchObject({ total: 3, succeeded: 2, failed: 1 });
    const strict = { ToleratedFailurePercentage: 39 };
    await test.deploy('strict', map({ ...reader('numbers.jsonl'), ...batcher, ...strict }, TASK));
    expect((await run('strict')).ended.error).toBe('States.ExceedToleratedFailureThreshold');
  });

  it('keeps the place of an item whose failure is tolerated, in full when a writer shapes it', async () => {
    test = await openTestEngine((task) =>
      task.arguments === 'b' ? failed('Odd') : succeeded([task.arguments]),
    );
    // A threshold of 0 is none: the percentage alone decides.
    const tolerant = { ToleratedFailureCount: 0, ToleratedFailurePercentage: 40 };
    await test.deploy('p', map(tolerant, TASK));
    const refused = { Status: 'FAILED', Error: 'Odd', Cause: 'because' };
    expect((await run('p', ['a', 'b', 'c'])).ended.output).toEqual([['a'], refused, ['c']]);
    const writer = { ResultWriter: { WriterConfig: { Transformation: 'FLATTEN' } } };
    await test.deploy('shaped', map({ ...tolerant, ...writer }, TASK));
    expect((await run('shaped', ['a', 'b', 'c'])).ended.output).toEqual([
      'a',
      expect.objectContaining({ ...refused, Input: '"b"', RedriveStatus: 'REDRIVABLE' }),
      'c',
    ]);
  });

  it('stops its children when too many have failed, and counts each of them', async () => {
    test = await openTestEngine(async (task, signal) => {
      if (task.arguments === 0) return failed('Odd');
      await new Promise((done) => signal.addEventListener('abort', done));
      return failed('Aborted');
    });
    writeNumbers(20);
    await test.deploy('p', map({ ...reader('numbers.jsonl'), MaxConcurrency: 5 }, TASK));
    const { ended, mapRun } = await run('p');
    expect(ended.error).toBe('States.ExceedToleratedFailureThreshold');
    expect(mapRun.status).toBe('FAILED');
    const { total, pending, running, failed: bad, aborted } = mapRun.executions;
    expect({ total, running, bad, aborted: aborted + pending }).toEqual({
      total: 20,
      running: 0,
      bad: 1,
      aborted: 19,
    });
  });

  it('fails with the reason when its items cannot be read', async () => {
    test = await openTestEngine();
    writeFileSync(join(test.folder, 'bad.jsonl'), '1\n{"a":\n');
    await test.deploy('p', map(reader('bad.jsonl')));
    const { ended, mapRun } = await run('p');
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(ended.cause).toContain('Line 2');
    expect(mapRun).toMatchObject({ status: 'FAILED', executions: { total: 0 } });
  });

  it('succeeds without items', async () => {
    test = await openTestEngine();
    writeNumbers(0);
    await test.deploy('p', map(reader('numbers.jsonl')));
    expect((await run('p')).ended).toMatchObject({ status: 'SUCCEEDED', output: [] });
  });

  it('fails when its results are too large for a payload', async () => {
    test = await openTestEngine();
    const row = JSON.stringify('x'.repeat(1000));
    writeFileSync(join(test.folder, 'rows.jsonl'), `${row}\n`.repeat(300));
    await test.deploy('p', map(reader('rows.jsonl')));
    const { ended } = await run('p');
    expect(ended.error).toBe('States.DataLimitExceeded');
    expect(ended.cause).toContain('ResultWriter');
  });

  it('selects what each child gets, with its index and source', async () => {
    test = await openTestEngine();
    mkdirSync(join(test.folder, 'shop'));
    writeFileSync(join(test.folder, 'shop/rows.jsonl'), '5\n6\n');
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      Parameters: { Bucket: 'shop', Key: 'rows.jsonl' },
    };
    const item = '$$.Map.Item';
    const ItemSelector = {
      'i.$': `${item}.Index`,
      'v.$': `${item}.Value`,
      'from.$': `${item}.Source`,
      'all.$': '$.all',
    };
    await test.deploy('p', map({ ItemReader, ItemSelector }));
    expect((await run('p', { all: 7 })).ended.output).toEqual([
      { i: 0, v: 5, from: 'S3://shop/rows.jsonl', all: 7 },
      { i: 1, v: 6, from: 'S3://shop/rows.jsonl', all: 7 },
    ]);
  });

  it('runs children whose expressions are evaluated elsewhere, through a restart and a redrive', async () => {
    const some = gate();
    let seen = 0;
    let broken = true;
    test = await openTestEngine((task) => {
      seen += 1;
      if (seen === 60) some.open();
      return broken && task.arguments === 200 ? failed('Odd') : succeeded(task.arguments);
    });
    writeNumbers(150);
    const processor = {
      StartAt: 'Double',
      States: {
        Double: {
          Type: 'Pass',
          QueryLanguage: 'JSONata',
          Output: '{% $states.input * 2 %}',
          Next: 'Item',
        },
        Item: {
          Type: 'Task',
          QueryLanguage: 'JSONata',
          Resource: 'millrace:echo',
          Arguments: '{% $states.input %}',
          End: true,
        },
      },
    };
    const more = {
      QueryLanguage: 'JSONata',
      MaxConcurrency: 5,
      ItemSelector: '{% $states.context.Map.Item.Value + 0 %}',
    };
    const { ItemReader } = reader('numbers.jsonl') as { ItemReader: { Parameters: object } };
    const { Parameters: Arguments, ...rest } = ItemReader;
    await test.deploy('p', map({ ...more, ItemReader: { ...rest, Arguments } }, processor));
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'p' });
    await some.opened;
    await test.restart();
    expect((await test.engine.executions.wait(EVERYTHING, id)).status).toBe('FAILED');
    broken = false;
    await test.engine.executions.redrive(EVERYTHING, id);
    const { output } = await test.engine.executions.wait(EVERYTHING, id);
    expect(output).toEqual([...Array(150).keys()].map((n) => n * 2));
  });

  it('keeps no history of express children', async () => {
    test = await openTestEngine();
    await test.deploy('p', map({}, ITEM, 'EXPRESS'));
    const { ended, mapRun } = await run('p', [1, 2]);
    expect(ended.output).toEqual([1, 2]);
    const [child] = (await test.engine.executions.list(EVERYTHING, { mapRun: mapRun.id })).items;
    expect((await test.engine.executions.history(EVERYTHING, child?.id ?? '')).items).toEqual([]);
    expect(
      (await test.engine.executions.history(EVERYTHING, ended.id)).items.length,
    ).toBeGreaterThan(3);
  });

  it('goes on after a restart where it was, without doing an item twice', async () => {
    const seen: unknown[] = [];
    const some = gate();
    test = await openTestEngine((task) => {
      seen.push(task.arguments);
      if (seen.length === 100) some.open();
      return succeeded(task.arguments);
    });
    writeNumbers(1500);
    await test.deploy('p', map({ ...reader('numbers.jsonl'), MaxConcurrency: 10 }, TASK));
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'p' });
    await some.opened;
    await test.restart();
    const ended = await test.engine.executions.wait(EVERYTHING, id);
    expect(ended.output).toEqual([...Array(1500).keys()]);
    expect(new Set(seen).size).toBe(1500);
    expect(seen.length).toBe(1500);
  });

  it('fails after a restart when its file has become another', async () => {
    const begun = gate();
    test = await openTestEngine(async (_, signal) => {
      begun.open();
      await new Promise((done) => signal.addEventListener('abort', done));
      return failed('Aborted');
    });
    writeNumbers(30);
    const patient = { MaxConcurrency: 1, ToleratedFailurePercentage: 100 };
    await test.deploy('p', map({ ...reader('numbers.jsonl'), ...patient }, TASK));
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'p' });
    await begun.opened;
    writeNumbers(40);
    await test.restart();
    const ended = await test.engine.executions.wait(EVERYTHING, id);
    expect(ended.error).toBe('States.ItemReaderFailed');
    expect(ended.cause).toContain('has changed');
  });
});

describe('updateMapRun', () => {
  it('lets more children run at once, and refuses when the run has ended', async () => {
    let begun = 0;
    const one = gate();
    const four = gate();
    const proceed = gate();
    test = await openTestEngine(async () => {
      begun += 1;
      if (begun === 1) one.open();
      if (begun === 4) four.open();
      await proceed.opened;
      return succeeded(1);
    });
    await test.deploy('p', map({ MaxConcurrency: 1 }, TASK));
    const { id } = await test.engine.executions.start(EVERYTHING, {
      pipeline: 'p',
      input: [1, 2, 3, 4, 5],
    });
    await one.opened;
    const [mapRun] = await test.engine.mapRuns.list(EVERYTHING, id);
    expect(mapRun?.executions).toMatchObject({ running: 1, pending: 4 });
    await test.engine.mapRuns.update(EVERYTHING, mapRun?.arn ?? '', { maxConcurrency: 4 });
    await four.opened;
    expect((await test.engine.mapRuns.describe(EVERYTHING, mapRun?.id ?? '')).maxConcurrency).toBe(
      4,
    );
    proceed.open();
    await test.engine.executions.wait(EVERYTHING, id);
    await expect(
      test.engine.mapRuns.update(EVERYTHING, mapRun?.id ?? '', { maxConcurrency: 1 }),
    ).rejects.toMatchObject({ kind: 'MapRunNotRunning' });
  });
});

describe('a ResultWriter', () => {
  const json = (...path: string[]): unknown =>
    JSON.parse(readFileSync(join(test.folder, 'results', ...path), 'utf8'));

  it('writes what succeeded, failed and was never begun', async () => {
    test = await openTestEngine((task) =>
      task.arguments === 1 ? failed('Odd', 'because') : succeeded({ n: task.arguments }),
    );
    mkdirSync(join(test.folder, 'results'));
    writeNumbers(5);
    const one = { MaxConcurrency: 1 };
    await test.deploy('p', map({ ...reader('numbers.jsonl'), ...writer(), ...one }, TASK));
    const { ended, mapRun } = await run('p');
    expect(ended.error).toBe('States.ExceedToleratedFailureThreshold');
    const [folder = ''] = readdirSync(join(test.folder, 'results'));
    expect(folder).toBe(mapRun.id);
    expect(json(folder, 'SUCCEEDED_0.json')).toMatchObject([
      { Input: '0', Output: '{"n":0}', Status: 'SUCCEEDED', RedriveStatus: 'NOT_REDRIVABLE' },
    ]);
    expect(json(folder, 'FAILED_0.json')).toMatchObject([
      { Input: '1', Error: 'Odd', Cause: 'because', Status: 'FAILED' },
    ]);
    expect(json(folder, 'PENDING_0.json')).toMatchObject([
      { Input: '2' },
      { Input: '3' },
      { Input: '4' },
    ]);
    expect(mapRun.executions).toMatchObject({ resultsWritten: 2, pending: 3 });
  });

  it('writes bare outputs, and flattens arrays, also into the result of the state', async () => {
    test = await openTestEngine();
    mkdirSync(join(test.folder, 'results'));
    writeFileSync(join(test.folder, 'rows.jsonl'), '[1,2]\n[3]\n4\n');
    await test.deploy(
      'flat',
      map({
        ...reader('rows.jsonl'),
        ...writer({ Transformation: 'FLATTEN', OutputType: 'JSON' }),
      }),
    );
    const { mapRun } = await run('flat');
    expect(json(mapRun.id, 'SUCCEEDED_0.json')).toEqual([1, 2, 3, 4]);
    const ResultWriter = { WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSON' } };
    await test.deploy('result', map({ ...reader('rows.jsonl'), ResultWriter }));
    expect((await run('result')).ended.output).toEqual([1, 2, 3, 4]);
  });
});

describe('a redrive of a map run', () => {
  it('does only again what did not succeed, begins what was not begun, and counts itself', async () => {
    const done: number[] = [];
    let broken = true;
    test = await openTestEngine((task) => {
      const n = task.arguments as number;
      if (broken && n === 3) return failed('Odd');
      done.push(n);
      return succeeded(n * 10);
    });
    writeNumbers(6);
    await test.deploy('p', map({ ...reader('numbers.jsonl'), MaxConcurrency: 1 }, TASK));
    const { ended, mapRun } = await run('p');
    expect(ended.status).toBe('FAILED');
    broken = false;
    await test.restart();
    const redriven = await test.engine.executions.redrive(EVERYTHING, ended.id);
    expect(redriven.notes).toMatchObject([{ state: 'Each', effect: 'restarted' }]);
    const again = await test.engine.executions.wait(EVERYTHING, ended.id);
    expect(again.output).toEqual([0, 10, 20, 30, 40, 50]);
    expect(done).toEqual([0, 1, 2, 3, 4, 5]);
    const runs = await test.engine.mapRuns.list(EVERYTHING, ended.id);
    expect(runs).toHaveLength(1);
    const all = { total: 6, succeeded: 6, failed: 0, aborted: 0, pending: 0, pendingRedrive: 0 };
    expect(runs[0]).toMatchObject({
      id: mapRun.id,
      status: 'SUCCEEDED',
      redriveCount: 1,
      items: all,
      executions: all,
    });
    expect(runs[0]?.redrivenAt).toBeGreaterThan(0);
    const children = (await test.engine.executions.list(EVERYTHING, { mapRun: mapRun.id })).items;
    expect(children.map(({ redriveCount }) => redriveCount)).toEqual([0, 0, 1, 0, 0, 0]);
    const events = (await test.engine.executions.history(EVERYTHING, ended.id)).items;
    expect(events.find(({ type }) => type === 'MapRunRedriven')?.details).toEqual({
      mapRunArn: mapRun.arn,
      redriveCount: 1,
    });
    const [third] = children.filter(({ redriveCount }) => redriveCount === 1);
    const types = (await test.engine.executions.history(EVERYTHING, third?.id ?? '')).items.map(
      ({ type }) => type,
    );
    expect(types).toContain('ExecutionRedriven');
    expect(types.at(-1)).toBe('ExecutionSucceeded');
  });

  it('runs express children from their beginning, and counts the items of batches', async () => {
    let broken = true;
    const first: unknown[] = [];
    test = await openTestEngine((task) => {
      const { Items } = task.arguments as { Items: number[] };
      if (task.state === 'First') first.push(Items[0]);
      return broken && task.state === 'Second' && Items.includes(2)
        ? failed('Odd')
        : succeeded(task.arguments);
    });
    const two = {
      StartAt: 'First',
      States: {
        First: { Type: 'Task', Resource: 'millrace:echo', Next: 'Second' },
        Second: { Type: 'Task', Resource: 'millrace:echo', End: true },
      },
    };
    const batcher = { ItemBatcher: { MaxItemsPerBatch: 2 }, MaxConcurrency: 1 };
    await test.deploy('p', map(batcher, two, 'EXPRESS'));
    const { ended } = await run('p', [0, 1, 2, 3, 4]);
    expect(ended.error).toBe('States.ExceedToleratedFailureThreshold');
    broken = false;
    await test.engine.executions.redrive(EVERYTHING, ended.id);
    const again = await test.engine.executions.wait(EVERYTHING, ended.id);
    expect(again.output).toEqual([{ Items: [0, 1] }, { Items: [2, 3] }, { Items: [4] }]);
    expect(first).toEqual([0, 2, 2, 4]);
    const [mapRun] = await test.engine.mapRuns.list(EVERYTHING, ended.id);
    expect(mapRun?.items).toMatchObject({ total: 5, succeeded: 5, failed: 0 });
    expect(mapRun?.executions).toMatchObject({ total: 3, succeeded: 3 });
  });

  it('goes on with a run that was stopped with its execution', async () => {
    const some = gate();
    let stopped = false;
    let begun = 0;
    test = await openTestEngine(async (task, signal) => {
      begun += 1;
      if (begun === 4) some.open();
      if (!stopped && begun > 2) {
        await new Promise((done) => signal.addEventListener('abort', done));
        return failed('Aborted');
      }
      return succeeded(task.arguments);
    });
    writeNumbers(8);
    await test.deploy('p', map({ ...reader('numbers.jsonl'), MaxConcurrency: 2 }, TASK));
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'p' });
    await some.opened;
    await test.engine.executions.stop(EVERYTHING, id, { cause: 'lunch' });
    const [before] = await test.engine.mapRuns.list(EVERYTHING, id);
    expect(before).toMatchObject({
      status: 'ABORTED',
      executions: { total: 8, succeeded: 2, aborted: 2, pending: 4, running: 0 },
    });
    stopped = true;
    await test.engine.executions.redrive(EVERYTHING, id);
    const again = await test.engine.executions.wait(EVERYTHING, id);
    expect(again.output).toEqual([...Array(8).keys()]);
    const [after] = await test.engine.mapRuns.list(EVERYTHING, id);
    expect(after).toMatchObject({ status: 'SUCCEEDED', executions: { succeeded: 8, aborted: 0 } });
  });

  it('reads the items anew when none could be read before', async () => {
    test = await openTestEngine();
    await test.deploy('p', map(reader('numbers.jsonl')));
    const { ended } = await run('p');
    expect(ended.error).toBe('States.ItemReaderFailed');
    writeNumbers(2);
    await test.engine.executions.redrive(EVERYTHING, ended.id);
    expect((await test.engine.executions.wait(EVERYTHING, ended.id)).output).toEqual([0, 1]);
  });

  it('runs all items in a new run when the Map state has another definition', async () => {
    let broken = true;
    test = await openTestEngine((task) => (broken ? failed('Odd') : succeeded(task.arguments)));
    await test.deploy('p', map({ MaxConcurrency: 1 }, TASK));
    const { ended } = await run('p', [1, 2]);
    broken = false;
    await test.deploy('p', map({ MaxConcurrency: 2 }, TASK));
    await test.engine.executions.redrive(EVERYTHING, ended.id, { definition: 'current' });
    expect((await test.engine.executions.wait(EVERYTHING, ended.id)).output).toEqual([1, 2]);
    expect(await test.engine.mapRuns.list(EVERYTHING, ended.id)).toHaveLength(2);
  });
});

describe('what a map run may read', () => {
  it('is no more than its team was given, when its machine came over the API', async () => {
    test = await openTestEngine();
    writeNumbers(2);
    const definition = map(reader('numbers.jsonl'));
    await test.engine.stateMachines.create({
      name: 'api',
      team: 'shop',
      tags: {},
      definition: definition as MachineDefinition,
      attributes: {
        type: 'STANDARD',
        definitionText: JSON.stringify(definition),
        roleArn: 'arn:aws:iam::000000000000:role/any',
      },
    });
    const { ended } = await run('api');
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    const given = join(test.work, '.buckets/shop');
    mkdirSync(given, { recursive: true });
    writeFileSync(join(given, 'numbers.jsonl'), '7\n');
    expect((await run('api')).ended.output).toEqual([7]);
  });

  it('is no item that is larger than the input of an execution may be', async () => {
    test = await openTestEngine();
    const large = JSON.stringify({ text: 'x'.repeat(300_000), small: 1 });
    writeFileSync(join(test.folder, 'rows.jsonl'), `1\n${large}\n`);
    await test.deploy('p', map(reader('rows.jsonl')));
    const { ended } = await run('p');
    expect(ended.error).toBe('States.DataLimitExceeded');
    expect(ended.cause).toContain('Item 1');
    const ItemSelector = { 'small.$': '$$.Map.Item.Value.small' };
    writeFileSync(join(test.folder, 'rows.jsonl'), `${large}\n`);
    await test.deploy('q', map({ ...reader('rows.jsonl'), ItemSelector }));
    expect((await run('q')).ended.output).toEqual([{ small: 1 }]);
  });
});
