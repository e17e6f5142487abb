/**
 * Every command against a real server: what it prints, as text and as JSON, and how it ends.
 * @module
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { type Ended, millrace, startMillrace, TERMINAL_CODES } from './millrace.js';

let project: string;
let server: Server;

const PIPELINES = {
  hello: `pipeline: hello
team: tests
tags: { kind: greeting }
input: { name: world }
steps:
  - greet: { echo: { hello.$: $.name } }
  - finish: { set: { done: true } }
`,
  broken: `pipeline: broken
team: tests
steps:
  - extract: { echo: { rows: 3 } }
  - load: { echo: { fail: { error: NoRows, cause: the file is empty } } }
`,
  hold: `pipeline: hold
team: tests
steps:
  - wait-long: { wait: 1d }
`,
};
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  mkdirSync(join(project, 'pipelines'));
  for (const [name, text] of Object.entries(PIPELINES)) writePipeline(name, text);
  server = await startServer({
    folder: join(project, 'pipelines'),
    data: join(project, '.millrace'),
    port: 0,
  });
});

afterAll(async () => {
  await server.close();
  rmSync(project, { recursive: true, force: true });
});

function writePipeline(name: string, text: string): void {
  writeFileSync(join(project, 'pipelines', `${name}.yaml`), text);
}

const run = (...args: string[]): Promise<Ended> => millrace(args, { cwd: project });

/** What a command prints with `--json`: exactly one document and nothing else, nowhere. */
async function json<T = { [key: string]: unknown }>(
  ...args: string[]
): Promise<T & { code: never }> {
  const { stdout, stderr } = await run(...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as T & { code: never };
}

interface Failure {
  error: { code: string; message: string; fix?: string; exitCode: number };
}

describe('run', () => {
  test('starts an execution and prints its id on standard output alone', async () => {
    const { code, stdout, stderr } = await run('run', 'hello');
    expect(code).toBe(0);
    const id = stdout.trim();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(stderr).toContain(`millrace show ${id}`);
    expect((await server.engine.executions.wait(EVERYTHING, id)).status).toBe('SUCCEEDED');
  });

  test('with --wait shows a line for each change and prints the output', async () => {
    const { code, stdout, stderr } = await run('run', 'hello', '--wait');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'world',
      greet: { hello: 'world' },
      finish: { done: true },
    });
    expect(stderr).toMatch(/▶ greet Task\n.*✔ greet \d+ ms\n.*▶ finish Pass\n.*✔ finish \d+ ms\n/);
    expect(stderr).toMatch(/✔ SUCCEEDED hello #\d+ in \d+ ms/);
    expect(stdout + stderr).not.toMatch(TERMINAL_CODES);
  });

  test('takes its input from an argument, a file or standard input', async () => {
    writeFileSync(join(project, 'input.json'), '{"name":"file"}');
    const outputs = await Promise.all([
      millrace(['run', 'hello', '-w', '-i', '{"name":"argument"}'], { cwd: project }),
      millrace(['run', 'hello', '-w', '-i', '@input.json'], { cwd: project }),
      millrace(['run', 'hello', '-w', '-i', '-'], { cwd: project, input: '{"name":"stdin"}' }),
    ]);
    const names = outputs.map(({ stdout }) => (JSON.parse(stdout) as { name: string }).name);
    expect(names).toEqual(['argument', 'file', 'stdin']);
  });

  test.each([
    ['{"name":', 'MILL5005'],
    ['@missing.json', 'MILL5013'],
  ])('refuses the input %s', async (input, code) => {
    const { error } = await json<Failure>('run', 'hello', '--input', input);
    expect(error).toMatchObject({ code, exitCode: 2 });
  });

  test('starts the same name and input once, and conflicts with another input', async () => {
    const first = await json<{ id: string }>('run', 'hold', '--name', 'one', '--input', '{"a":1}');
    const again = await json<{ id: string }>('run', 'hold', '--name', 'one', '--input', '{"a":1}');
    expect(again.id).toBe(first.id);
    const { error } = await json<Failure>('run', 'hold', '--name', 'one', '--input', '{"a":2}');
    expect(error).toMatchObject({ code: 'MILL3003', exitCode: 6 });
  });

  test('suggests the pipeline that was probably meant', async () => {
    const { code, stderr } = await run('run', 'helo');
    expect(code).toBe(5);
    expect(stderr).toBe(
      "error[MILL3001] There is no pipeline 'helo'.\n fix: Did you mean 'hello'?\n",
    );
  });

  test('with --wait ends with 7 and the error box when the execution fails', async () => {
    const { code, stdout, stderr } = await run('run', 'broken', '--wait');
    expect(code).toBe(7);
    expect(stdout).toBe('');
    expect(stderr).toContain('NoRows in state load');
    expect(stderr).toContain('the file is empty');
    expect(stderr).toMatch(/millrace logs [0-9a-f-]{36} --state load/);
    expect(stderr).toMatch(/millrace redrive [0-9a-f-]{36} --with-current/);
  });

  test('with --timeout ends with 8 and leaves the execution running', async () => {
    const { code, stderr } = await run('run', 'hold', '--wait', '--timeout', '1');
    expect(code).toBe(8);
    const id = /still running: (\S+)/.exec(stderr)?.[1] ?? '';
    expect((await server.engine.executions.describe(EVERYTHING, id)).status).toBe('RUNNING');
  });

  test('ends with 130 at Ctrl-C and leaves the execution running', async () => {
    const running = startMillrace(['run', 'hold', '--wait'], { cwd: project });
    await running.until('▶ wait-long');
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    const id = /detached; still running: (\S+)/.exec(stderr)?.[1] ?? '';
    expect((await server.engine.executions.describe(EVERYTHING, id)).status).toBe('RUNNING');
  });
});

describe('executions and show', () => {
  test('list what ran, newest first', async () => {
    const { id } = await server.engine.executions.run(EVERYTHING, {
      pipeline: 'broken',
      name: 'listed',
    });
    const { code, stdout } = await run('executions', '--pipeline', 'broken', '--status', 'FAILED');
    expect(code).toBe(0);
    const [head, first] = stdout.split('\n');
    expect(head).toMatch(/^no +id +pipeline +status +started +took +error$/);
    expect(first).toContain(id);
    expect(first).toContain('✖ FAILED');
    expect(first).toContain('NoRows');
    const page = await json<{ items: { id: string }[] }>('executions', '--limit', '1');
    expect(page.items).toHaveLength(1);
  });

  test('show the pipelines, one of them, and its definition', async () => {
    const { stdout } = await run('show');
    for (const name of Object.keys(PIPELINES)) expect(stdout).toContain(name);
    expect((await run('show', 'hello')).stdout).toContain('tags   kind=greeting');
    const definition = JSON.parse((await run('show', 'hello', '--asl')).stdout) as object;
    expect(definition).toMatchObject({ StartAt: 'greet' });
    expect(await json('show', 'hello', '--asl')).toEqual(definition);
    const list = await json<{ items: { name: string }[] }>('show');
    expect(list.items.map(({ name }) => name)).toContain('hello');
  });

  test('show an execution by each of its names', async () => {
    const { id, number } = await server.engine.executions.run(EVERYTHING, {
      pipeline: 'broken',
      name: 'named',
    });
    for (const text of [
      id,
      `#${number}`,
      String(number),
      'broken/named',
      'broken@latest',
      'broken@latest-failed',
    ]) {
      const shown = await json<{ id: string; states: { name: string; status: string }[] }>(
        'show',
        text,
      );
      expect(shown.id, text).toBe(id);
      expect(shown.states.map(({ name, status }) => [name, status])).toEqual([
        ['extract', 'succeeded'],
        ['load', 'failed'],
      ]);
    }
    const { stdout } = await run('show', id);
    expect(stdout).toMatch(
      /NoRows in state load[\s\S]*extract +Task +✔ succeeded[\s\S]*load +Task +✖ failed/,
    );
  });

  test('show what went into a state and came out of it', async () => {
    const { id } = await server.engine.executions.run(EVERYTHING, { pipeline: 'hello' });
    const visits = await json<object[]>('show', id, '--state', 'greet');
    expect(visits).toMatchObject([{ input: { name: 'world' } }]);
    expect((await run('show', id, '--state', 'greeet')).code).toBe(5);
  });

  test.each(['nothing', 'hello/nothing', '999999', 'nobody@latest', '../..'])(
    'end with 5 when there is no %s',
    async (text) => {
      const { error } = await json<Failure>('show', text);
      expect(error).toMatchObject({ code: 'MILL3002', exitCode: 5 });
    },
  );

  test('make escape sequences of others visible', async () => {
    const name = 'esc\u001b[2Jape';
    await server.engine.pipelines.deploy({
      name: 'escapes',
      team: 'tests',
      tags: {},
      bindings: {},
      folder: project,
      definition: {
        StartAt: 'Task',
        States: {
          Task: {
            Type: 'Task',
            Resource: 'millrace:echo',
            Parameters: { fail: { error: '\u009bred', cause: '\u001b[31m' } },
            Catch: [{ ErrorEquals: ['States.ALL'], Next: name }],
            End: true,
          },
          [name]: { Type: 'Fail', Error: '\u001b]8;;x', Cause: '\u202eevil\u0007' },
        },
      },
    });
    const { id } = await server.engine.executions.run(EVERYTHING, { pipeline: 'escapes' });
    for (const args of [
      ['show', id],
      ['executions', '-n', '3'],
      ['run', 'escapes', '--wait'],
      ['redrive', id, '--wait'],
    ]) {
      const { stdout, stderr } = await run(...args);
      expect(stdout + stderr, args[0]).not.toMatch(TERMINAL_CODES);
      expect(stdout + stderr, args[0]).not.toContain('\u202e');
    }
  });
});

describe('stop and redrive', () => {
  test('stop ends an execution once', async () => {
    const { id } = await server.engine.executions.start(EVERYTHING, { pipeline: 'hold' });
    expect(await json('stop', id, '--cause', 'wrong day')).toMatchObject({
      status: 'ABORTED',
      cause: 'wrong day',
    });
    const { code, stderr } = await run('stop', id);
    expect(code).toBe(6);
    expect(stderr).toContain('error[MILL3004]');
  });

  test('redrive goes on with the corrected file and repeats nothing that was finished', async () => {
    writePipeline('county', PIPELINES.broken.replace('pipeline: broken', 'pipeline: county'));
    await server.folder?.reload();
    expect((await run('run', 'county', '--wait')).code).toBe(7);
    // The fix; the command itself sees to it that the file is read first.
    writePipeline(
      'county',
      PIPELINES.broken
        .replace('pipeline: broken', 'pipeline: county')
        .replace(/load: .*/, 'load: { echo: { rows.$: $.extract.rows } }'),
    );
    const { code, stderr } = await run(
      'redrive',
      'county@latest-failed',
      '--with-current',
      '--wait',
    );
    expect(code).toBe(0);
    expect(stderr).toContain('✔ SUCCEEDED county');
    const shown = await json<{ states: { name: string }[]; redriveCount: number }>(
      'show',
      'county@latest',
    );
    expect(shown.redriveCount).toBe(1);
    expect(shown.states.filter(({ name }) => name === 'extract')).toHaveLength(1);
  });

  test('redrive with the old definition fails again, with 7', async () => {
    await server.engine.executions.run(EVERYTHING, { pipeline: 'broken', name: 'again' });
    expect((await run('redrive', 'broken/again', '--wait')).code).toBe(7);
    expect((await run('redrive', 'broken/again', '--from', 'extract', '--wait')).code).toBe(7);
    const states = await json<{ states: { name: string }[] }>('show', 'broken/again');
    expect(states.states.filter(({ name }) => name === 'extract')).toHaveLength(2);
  });

  test('redrive says why it cannot be', async () => {
    const good = await server.engine.executions.run(EVERYTHING, { pipeline: 'hello' });
    expect(await json<Failure>('redrive', good.id)).toMatchObject({
      error: { code: 'MILL3005', exitCode: 6 },
    });
    const failed = await server.engine.executions.run(EVERYTHING, { pipeline: 'broken' });
    expect(await json<Failure>('redrive', failed.id, '--from', 'nowhere')).toMatchObject({
      error: { code: 'MILL3019', exitCode: 2 },
    });
  });
});

describe('validate', () => {
  test('prints every problem with its place and ends with 3', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-validate-'));
    writeFileSync(
      join(folder, 'bad.yaml'),
      'pipeline: bad\nsteps:\n  - one: { shel: [node] }\n  - two: { wait: soon }\ndatasets: { a/b: {} }\n',
    );
    const { code, stderr } = await millrace(['validate', '.'], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toMatch(/error\[MILL1101\][\s\S]*bad\.yaml:3:12/);
    expect(stderr).toContain('shell');
    expect(stderr).toMatch(/bad\.yaml:4:\d+/);
    expect(stderr).toMatch(/warning\[MILL1306\][\s\S]*bad\.yaml:5:13/);
    expect(stderr).toMatch(/1 file: \d errors, 1 warning\n$/);
    expect(stderr).not.toMatch(TERMINAL_CODES);
    const report = await millrace(['validate', 'bad.yaml', '--json'], { cwd: folder });
    expect(JSON.parse(report.stdout)).toMatchObject({
      files: 1,
      warnings: 1,
      problems: expect.arrayContaining([
        expect.objectContaining({ code: 'MILL1306', file: 'bad.yaml', line: 5, column: 13 }),
      ]),
    });
    const annotated = await millrace(['validate'], {
      cwd: folder,
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(annotated.stdout).toMatch(/^::error file=bad\.yaml,line=3,col=\d+::/m);
    rmSync(folder, { recursive: true });
  });

  test('needs no server and accepts good files with 0', async () => {
    const { code, stderr } = await run('validate');
    expect(code).toBe(0);
    expect(stderr).toMatch(/files: 0 errors, 0 warnings\n$/);
  });

  test('ends with 3 when a file is not there', async () => {
    const { code, stderr } = await run('validate', 'missing.yaml');
    expect(code).toBe(3);
    expect(stderr).toContain('error[MILL1001]');
  });
});

describe('init', () => {
  test('makes a project that is valid and runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-init-'));
    const made = await millrace(['init', 'orders', '--json'], { cwd: folder });
    expect(JSON.parse(made.stdout)).toMatchObject({
      files: expect.arrayContaining(['pipelines/hello.yaml', '.gitignore']),
    });
    const checked = await millrace(['validate'], { cwd: join(folder, 'orders') });
    expect(checked).toMatchObject({ code: 0 });
    const own = await startServer({
      folder: join(folder, 'orders/pipelines'),
      data: join(folder, 'orders/.millrace'),
      port: 0,
    });
    const ran = await millrace(['run', 'hello', '--wait'], { cwd: join(folder, 'orders') });
    await own.close();
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ summarise: { result: [{ who: 'world' }, {}] } });
    rmSync(folder, { recursive: true });
  });

  test('leaves a folder alone that is not empty, unless it is forced', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-init-'));
    writeFileSync(join(folder, '.gitignore'), 'mine\n');
    const refused = await millrace(['init', '--json'], { cwd: folder });
    expect(refused.code).toBe(6);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'MILL5011', exitCode: 6 } });
    const forced = await millrace(['init', '--force', '--json'], { cwd: folder });
    expect(JSON.parse(forced.stdout).files).not.toContain('.gitignore');
    rmSync(folder, { recursive: true });
  });
});

describe('login', () => {
  test('prints a link that works once', async () => {
    const { url } = await json<{ url: string }>('login');
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(401);
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('knows all commands and their flags in %s', async (shell) => {
    const { code, stdout } = await run('completion', shell);
    expect(code).toBe(0);
    for (const word of ['redrive', 'with-current', 'executions', 'validate']) {
      expect(stdout).toContain(word);
    }
    const check = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    if (check.error !== undefined) {
      process.stderr.write(`not checked by its shell: ${shell} is not installed\n`);
      return;
    }
    expect(check.stderr).toBe('');
    expect(check.status).toBe(0);
  });

  test('completes a command and a flag in bash', async () => {
    const { stdout } = await run('completion', 'bash');
    const complete = (words: string[]): string[] => {
      const word = words.at(-1) ?? '';
      const script = `${stdout}\nCOMP_WORDS=(${words.join(' ')})\nCOMP_CWORD=${words.length - 1}\n_millrace millrace ${word} x\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`;
      const { error, stdout: words_ } = spawnSync('bash', ['-s'], {
        input: script,
        encoding: 'utf8',
      });
      if (error !== undefined) throw error;
      return words_.trim().split('\n');
    };
    expect(complete(['millrace', 'red'])).toEqual(['redrive']);
    expect(complete(['millrace', 'redrive', '--with'])).toEqual(['--with-current']);
  });
});

describe('how commands fail', () => {
  test.each<[string, string[], number, string]>([
    ['an unknown command', ['rnu'], 2, 'MILL5012'],
    ['an unknown flag', ['run', 'hello', '--wiat'], 2, 'MILL5004'],
    ['a missing argument', ['run'], 2, 'MILL5004'],
    ['a value that is not allowed', ['executions', '--status', 'BROKEN'], 2, 'MILL5004'],
    ['a number that is none', ['executions', '--limit', 'many'], 2, 'MILL5004'],
    ['a name that cannot be', ['run', 'hello', '--name', 'a b'], 2, 'MILL3007'],
    ['a server that is not there', ['show', '--server', 'http://127.0.0.1:1'], 9, 'MILL5002'],
    ['an address that is none', ['show', '--server', 'nonsense'], 9, 'MILL5002'],
    ['no server at all', ['show', '--data', 'nowhere'], 9, 'MILL5001'],
  ])('with %s', async (_, args, exitCode, errorCode) => {
    const text = await run(...args);
    expect(text.code).toBe(exitCode);
    expect(text.stdout).toBe('');
    expect(text.stderr).toContain(`error[${errorCode}]`);
    expect(text.stderr).not.toMatch(/\n\s+at /);
    const asJson = await run(...args, '--json');
    expect(asJson.code).toBe(exitCode);
    expect(asJson.stderr).toBe('');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { code: errorCode, exitCode } });
  });

  test('with 4 and a wrong token', async () => {
    const { code, stderr } = await millrace(['show'], {
      cwd: project,
      env: { MILLRACE_TOKEN: 'wrong' },
    });
    expect(code).toBe(4);
    expect(stderr).toContain('error[MILL4001]');
    expect(stderr).not.toContain('wrong');
  });

  test('with 4 when a token may only read', async () => {
    const token = await server.authenticator.issue('api', { label: 'reader', role: 'viewer' });
    const env = { MILLRACE_TOKEN: token };
    expect((await millrace(['show'], { cwd: project, env })).code).toBe(0);
    expect((await millrace(['run', 'hello'], { cwd: project, env })).code).toBe(4);
  });

  test('after a hint when a command is mistyped', async () => {
    expect((await run('exectuions')).stderr).toContain("Did you mean 'executions'?");
  });
});

describe('colour', () => {
  test('is there when it is forced, and never with NO_COLOR', async () => {
    const coloured = await millrace(['show'], { cwd: project, env: { FORCE_COLOR: '1' } });
    expect(coloured.stdout).toMatch(TERMINAL_CODES);
    const plain = await millrace(['show'], {
      cwd: project,
      env: { FORCE_COLOR: '1', NO_COLOR: '1' },
    });
    expect(plain.stdout).not.toMatch(TERMINAL_CODES);
  });
});

test('lists its commands, its exit codes and its version', async () => {
  const { code, stdout } = await run('--help');
  expect(code).toBe(0);
  for (const command of [
    'init',
    'up',
    'validate',
    'run',
    'executions',
    'show',
    'logs',
    'stop',
    'redrive',
    'doctor',
    'completion',
    'login',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  }
  const help = (await run('run', '--help')).stdout.replaceAll(/\s+/g, ' ');
  expect(help).toContain('8 still running when the time was up');
  expect((await run('--version')).stdout).toMatch(/^millrace\/\d+\.\d+\.\d+ /);
});
