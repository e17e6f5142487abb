/**
 * Definitions of Step Functions as they are, validated and run by the command line without a server.
 * @module
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, millrace } from './millrace.js';

describe('a definition as it is', () => {
  const state = { Type: 'Pass', End: true };
  const folder = mkdtempSync(join(tmpdir(), 'millrace-plain-'));
  const template = {
    Resources: {
      Ok: {
        Type: 'AWS::Serverless::StateMachine',
        Properties: { Definition: { StartAt: 'A', States: { A: state } } },
      },
      Bad: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Fail","Error":7}}}',
        },
      },
      Fails: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Fail","Error":"NoRows"}}}',
        },
      },
    },
  };
  beforeAll(() => {
    writeFileSync(
      join(folder, 'one.asl.json'),
      JSON.stringify({ StartAt: 'A', States: { A: state } }),
    );
    writeFileSync(join(folder, 'stack.template.json'), JSON.stringify(template));
    writeFileSync(join(folder, 'p.yaml'), 'pipeline: p\nsteps: [{ a: { echo: {} } }]\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is validated, told by its content', async () => {
    const good = await millrace(['validate', 'one.asl.json', 'p.yaml'], { cwd: folder });
    expect(good).toMatchObject({ code: 0, stderr: '2 files: 0 errors, 0 warnings\n' });
    const { code, stderr } = await millrace(['validate', 'stack.template.json'], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toMatch(/error\[MILL1201\] .*Error[\s\S]*stack\.template\.json:1:\d+/);
    expect(stderr).toMatch(/1 file: 1 error, 0 warnings\n$/);
    const all = await millrace(['validate', '.'], { cwd: folder });
    expect(all.stderr).toBe('2 files: 0 errors, 0 warnings\n');
  });

  test('is run without a server, and nothing of it is left', async () => {
    const run = (...args: string[]): Promise<Ended> =>
      millrace(['run', ...args], { cwd: folder, env: { TMPDIR: folder } });
    const ended = await run('one.asl.json', '--input', '{"a":1}');
    expect(JSON.parse(ended.stdout)).toEqual({ a: 1 });
    expect(ended.code).toBe(0);
    expect(await run('stack.template.json', '--machine', 'Ok')).toMatchObject({ code: 0 });
    const failed = await run('stack.template.json', '--machine', 'Fails');
    expect(failed).toMatchObject({ code: 7, stderr: expect.stringContaining('NoRows') });
    expect(failed.stderr).not.toContain('redrive');
    expect(readdirSync(folder).filter((name) => name.startsWith('millrace-run'))).toEqual([]);
  });

  test.each([
    [['stack.template.json'], 2, /3 state machines[\s\S]*Ok, Bad, Fails/],
    [['stack.template.json', '--machine', 'Ko'], 2, /no state machine "Ko"/],
    [['stack.template.json', '--machine', 'Bad'], 3, /has errors/],
    [['gone.asl.json'], 5, /There is no file gone\.asl\.json/],
    [['p.yaml'], 2, /no definition of Step Functions/],
  ])('run %j ends with %i', async (args, code, message) => {
    const ended = await millrace(['run', ...args], { cwd: folder });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
  });
});
