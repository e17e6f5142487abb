/**
 * Executions that hold secrets compute like all others, across restarts, redrives, children and map runs, although the
 * store has nothing of theirs in readable form.
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import {
  failed,
  openTestEngine,
  succeeded,
  type TestEngine,
  type Work,
} from '../engine/test-engine.js';

const SECRET = 'c4nary-5f/"é"-sealed';
let test: TestEngine;
/** What tasks were called with, and what they answer next. */
let calls: unknown[] = [];
let answer: Work = (task) => succeeded(task.arguments);

beforeEach(async () => {
  calls = [];
  answer = (task) => succeeded(task.arguments);
  test = await openTestEngine((task, signal) => {
    calls.push(task.arguments);
    return answer(task, signal);
  });
});
afterEach(() => test.close());

const task = (more: object): object => ({ Type: 'Task', Resource: 'millrace:echo', ...more });

/** Everything that the store has on the disk. */
function onDisk(): string {
  return readdirSync(test.data)
    .filter((name) => name.startsWith('test.db'))
    .map((name) => readFileSync(join(test.data, name), 'utf8'))
    .join('\n');
}

describe('an execution that holds a secret', () => {
  it('is redriven from an earlier state with what it had, after a restart', async () => {
    await test.deploy('redriven', {
      StartAt: 'Note',
      States: {
        Note: {
          Type: 'Pass',
          Assign: { 'kept.$': '$.password' },
          Next: 'First',
        },
        First: task({ Next: 'Work' }),
        Work: task({ Parameters: { 'kept.$': '$kept', 'given.$': '$.password' }, End: true }),
      },
    });
    answer = (given) => (given.state === 'Work' ? failed('Broken') : succeeded(given.arguments));
    const input = { password: SECRET };
    const { id } = await test.engine.executions.run(EVERYTHING, { pipeline: 'redriven', input });
    await test.restart();
    calls = [];
    answer = (given) => succeeded(given.arguments);
    await test.engine.executions.redrive(EVERYTHING, id, { from: 'First' });
    await test.engine.executions.wait(EVERYTHING, id);
    expect(calls).toEqual([input, { kept: SECRET, given: SECRET }]);
    const original = await test.engine.executions.describe(EVERYTHING, id, 'original');
    expect(original.output).toEqual({ kept: SECRET, given: SECRET });
    const shown = await test.engine.executions.describe(EVERYTHING, id);
    expect(shown).toMatchObject({ input: { password: '***' }, output: { kept: '***' } });
    expect(JSON.stringify(await test.engine.executions.history(EVERYTHING, id))).not.toContain(
      'c4nary',
    );
    expect(onDisk()).not.toContain('c4nary');
  });

  it('waits across a restart, knows its secrets afterwards, and answers who waits for it', async () => {
    await test.deploy('child', {
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'millrace:echo.waitForTaskToken',
          Parameters: { 'handle.$': '$$.Task.Token', 'given.$': '$.secret' },
          Next: 'Say',
        },
        Say: task({ End: true }),
      },
    });
    await test.deploy('parent', {
      StartAt: 'Start',
      States: {
        Start: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.sync:2',
          Parameters: {
            StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:child',
            'Input.$': '$',
          },
          OutputPath: '$.Output',
          End: true,
        },
      },
    });
    const input = { secret: SECRET };
    const parent = await test.engine.executions.start(EVERYTHING, { pipeline: 'parent', input });
    let handle = '';
    while (handle === '') {
      await new Promise((resolve) => setImmediate(resolve));
      handle = (calls[0] as { handle?: string } | undefined)?.handle ?? '';
    }
    expect(calls[0]).toEqual({ handle, given: SECRET });
    await test.restart();
    await expect
      .poll(() =>
        test.engine.tasks
          .succeed(EVERYTHING, handle, { told: `it is ${SECRET}` })
          .then(() => 'taken', String),
      )
      .toBe('taken');
    await test.engine.executions.wait(EVERYTHING, parent.id);
    const original = await test.engine.executions.describe(EVERYTHING, parent.id, 'original');
    expect(original.output).toEqual({ told: `it is ${SECRET}` });
    const { items } = await test.engine.executions.list(EVERYTHING, { pipeline: 'child' });
    const child = await test.engine.executions.describe(EVERYTHING, items[0]?.id ?? '');
    // No name says so here, and the engine that saw it under one is gone.
    expect(child.output).toEqual({ told: 'it is ***' });
    expect(onDisk()).not.toContain('c4nary');
  });

  it('is found again by its name and input, and conflicts with another secret', async () => {
    await test.deploy('named', { StartAt: 'A', States: { A: task({ End: true }) } });
    const start = { pipeline: 'named', name: 'one', input: { password: SECRET } };
    const first = await test.engine.executions.start(EVERYTHING, start);
    await test.engine.executions.wait(EVERYTHING, first.id);
    await test.restart();
    expect(await test.engine.executions.start(EVERYTHING, start)).toMatchObject({
      id: first.id,
      created: false,
    });
    await expect(
      test.engine.executions.start(EVERYTHING, { ...start, input: { password: 'another-one' } }),
    ).rejects.toMatchObject({ code: 'MILL3003' });
  });

  it('runs a map whose items are secrets', async () => {
    await test.deploy('mapped', {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemsPath: '$.users',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'One',
            States: { One: task({ End: true }) },
          },
          End: true,
        },
      },
    });
    const users = [1, 2, 3].map((number) => ({
      name: `user ${number}`,
      password: `${SECRET}${number}`,
    }));
    const ended = await test.engine.executions.run(
      EVERYTHING,
      { pipeline: 'mapped', input: { users } },
      'original',
    );
    expect(ended.output).toEqual(users);
    expect(onDisk()).not.toContain('c4nary');
  });

  it('keeps a definition with a secret, and runs it after a restart', async () => {
    await test.deploy('literal', {
      StartAt: 'A',
      States: {
        A: task({ Parameters: { headers: { Authorization: `Bearer ${SECRET}` } }, End: true }),
      },
    });
    await test.restart();
    await test.engine.executions.run(EVERYTHING, { pipeline: 'literal' });
    expect(calls).toEqual([{ headers: { Authorization: `Bearer ${SECRET}` } }]);
    expect(onDisk()).not.toContain('c4nary');
  });
});

describe('an execution without secrets', () => {
  it('may put out what looks like something sealed', async () => {
    await test.deploy('mimic', {
      StartAt: 'A',
      States: { A: task({ Parameters: { 'text.$': '$.text' }, OutputPath: '$.text', End: true }) },
    });
    for (const text of ['millrace:sealed:', 'millrace:sealed:AAAA', '{"millrace:sealed":"AAAA"}']) {
      const { id } = await test.engine.executions.run(EVERYTHING, {
        pipeline: 'mimic',
        input: { text },
      });
      await test.restart();
      expect((await test.engine.executions.describe(EVERYTHING, id)).output).toBe(text);
    }
    const object = { 'millrace:sealed': 'AAAA' };
    await test.deploy('object', { StartAt: 'A', States: { A: task({ End: true }) } });
    const { id } = await test.engine.executions.run(EVERYTHING, {
      pipeline: 'object',
      input: object,
    });
    await test.restart();
    expect(await test.engine.executions.describe(EVERYTHING, id)).toMatchObject({
      input: object,
      output: object,
    });
    await test.deploy('cause', {
      StartAt: 'A',
      States: { A: { Type: 'Fail', Error: 'E', Cause: 'millrace:sealed:AAAA' } },
    });
    const failing = await test.engine.executions.run(EVERYTHING, { pipeline: 'cause' });
    await test.restart();
    expect((await test.engine.executions.describe(EVERYTHING, failing.id)).cause).toBe(
      'millrace:sealed:AAAA',
    );
  });

  it('lies in the store as it is', async () => {
    await test.deploy('plain', { StartAt: 'A', States: { A: task({ End: true }) } });
    await test.engine.executions.run(EVERYTHING, {
      pipeline: 'plain',
      input: { order: 'number-eleven' },
    });
    expect(onDisk()).toContain('number-eleven');
    expect(onDisk()).not.toContain('millrace:sealed');
  });
});
