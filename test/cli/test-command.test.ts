/**
 * `millrace test` as a user calls it: files in, results and an exit code out.
 * @module
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, millrace } from './millrace.js';

let project: string;

const FILES: { [name: string]: string } = {
  'month.yaml': `pipeline: month
steps:
  - fetch: { shell: [./fetch], retry: { interval: 1d, max: 5, backoff: 2 } }
  - settle: { wait: 30d }
  - load: { shell: [./load] }
`,
  'month.test.yaml': `mocks:
  fetch:
    - { throw: { error: NotThere, cause: no file yet }, times: 3 }
    - { return: { rows: 3 } }
  load: { return: { loaded: 3 } }
tests:
  - name: waits a month, and days for the file
    at: 2026-03-01T06:00:00Z
    expect:
      duration: 37d
      attempts: { fetch: 4, load: 1 }
      path: [fetch, settle, load]
      outputContains: { load: { loaded: 3 } }
`,
  'wrong.test.yaml': `pipeline: month.yaml
mocks:
  fetch: { return: {} }
  load: { return: { loaded: 4 } }
tests:
  - name: expects more than there is
    expect:
      outputContains: { load: { loaded: 5 } }
      avoids: [settle]
  - name: is right
    expect: { status: SUCCEEDED }
  - name: forgets a mock
    mocks: { load: { throw: { error: Locked } } }
    expect: { status: SUCCEEDED }
`,
  'misspelt.test.yaml': `pipeline: month.yaml
tests:
  - name: x
    expect: { outputt: 1, statuss: FAILED }
`,
  'unknown.test.yaml': `pipeline: month.yaml
tests:
  - name: x
    mocks: { fetsh: { return: 1 } }
`,
  'machine.asl.json': JSON.stringify({
    StartAt: 'Charge',
    States: {
      Charge: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: 'charge', 'Payload.$': '$' },
        Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 3600, MaxAttempts: 3 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Refused' }],
        OutputPath: '$.Payload',
        End: true,
      },
      Refused: { Type: 'Fail', Error: 'Refused' },
    },
  }),
  'MockConfigFile.json': JSON.stringify({
    StateMachines: {
      charging: { TestCases: { busy: { Charge: 'BusyTwice' }, broken: { Charge: 'Broken' } } },
    },
    MockedResponses: {
      BusyTwice: {
        '0-1': { Throw: { Error: 'Busy', Cause: 'try later' } },
        '2': { Return: { StatusCode: 200, Payload: { paid: true } } },
      },
      Broken: { '0': { Throw: { Error: 'Card', Cause: 'expired' } } },
    },
  }),
};

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'millrace-test-command-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(project, name), text);
  mkdirSync(join(project, 'empty'));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Ended> => millrace(['test', ...args], { cwd: project });

describe('a test that passes', () => {
  test('lets a month of waits and retries pass in less than ten seconds', async () => {
    const began = performance.now();
    const { code, stdout } = await run('month.test.yaml');
    expect(stdout).toContain('✔ waits a month, and days for the file');
    expect(stdout).toContain('1 passed');
    expect(code).toBe(0);
    // 37 virtual days: whoever really waits a day, or a minute, is found out.
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('is told to programs as JUnit, with its time', async () => {
    const { code, stdout } = await run(
      'month.test.yaml',
      '--reporter',
      'junit',
      '--output',
      'out/junit.xml',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('1 passed');
    const xml = readFileSync(join(project, 'out/junit.xml'), 'utf8');
    expect(xml).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites/);
    expect(xml).toMatch(/<testcase [^>]*name="waits a month, and days for the file"/);
    expect(xml).not.toContain('<failure');
  });
});

describe('a test that fails', () => {
  test('says what was expected, what came, and which way was taken; the others run all the same', async () => {
    const { code, stdout } = await run('wrong.test.yaml');
    expect(code).toBe(1);
    expect(stdout).toContain('✖ expects more than there is');
    expect(stdout).toContain('5');
    expect(stdout).toContain('fetch → settle → load');
    expect(stdout).toContain('✔ is right');
    expect(stdout).toContain('✖ forgets a mock');
    expect(stdout).toContain('Locked');
    expect(stdout).toContain('2 failed, 1 passed');
  });

  test('is a failure in JUnit', async () => {
    const { code, stdout } = await run('wrong.test.yaml', '--reporter', 'junit');
    expect(code).toBe(1);
    expect(stdout.match(/<failure /g)).toHaveLength(2);
    expect(stdout).toContain('failures="2"');
  });

  test('is the last one with --bail', async () => {
    const { code, stdout } = await run('wrong.test.yaml', '--bail', '--reporter', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ passed: 0, failed: 1, skipped: 2 });
  });

  test('can be chosen by its name', async () => {
    const { code, stdout } = await run('wrong.test.yaml', '--filter', 'is right');
    expect(code).toBe(0);
    expect(stdout).toContain('1 passed');
  });
});

describe('a mock configuration file', () => {
  const args = ['machine.asl.json', '--mock-config', 'MockConfigFile.json'];

  test('runs its test cases, attempt by attempt', async () => {
    const { stdout } = await run(...args, '--test-case', 'busy', '--reporter', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      results: [{ virtualMs: (3_600 + 7_200) * 1_000 }],
    });
  });

  test('tells what a case comes to that nobody expects to succeed', async () => {
    const { code, stdout } = await run(...args);
    expect(code).toBe(1);
    expect(stdout).toContain('Refused');
  });
});

describe('problems', () => {
  test('are all told at once with their places, and nothing is run', async () => {
    const files = ['misspelt.test.yaml', 'unknown.test.yaml', 'month.test.yaml'];
    const { code, stdout, stderr } = await run(...files);
    expect(code).toBe(2);
    for (const told of ['"outputt"', '"statuss"', '"fetsh"', 'did you mean "fetch"']) {
      expect(stderr).toContain(told);
    }
    expect(stderr).toContain('misspelt.test.yaml:4:15');
    expect(stderr).toContain('unknown.test.yaml:4:');
    expect(stdout).not.toContain('passed');
  });

  test.each([
    [['empty'], 'There are no tests in empty'],
    [
      ['month.test.yaml', '--filter', 'nothing like it'],
      "None of the 1 tests has 'nothing like it'",
    ],
    [['none.test.yaml'], 'none.test.yaml'],
  ])('%j ends with 2 and a way out', async (args, told) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });
});
