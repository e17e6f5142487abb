import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  attempt,
  failureOf,
  messages,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { requirement } from '../../../test/requirements.js';
import { isGroupAlive } from '../process/process-group.js';
import { createShellConnector } from './shell-connector.js';

const shell = createShellConnector({ terminationGrace: 300 });
const python = requirement('python3');

/** A Node program as a command: the one interpreter that is surely there. */
function node(program: string, ...args: string[]): { command: string[] } {
  return { command: [process.execPath, '-e', program, ...args] };
}

describe('input and output', () => {
  test('passes the input on stdin and in a file, and takes the output file', async () => {
    const folders = temporaryFolders();
    const program = `
      const fs = require('node:fs');
      const stdin = JSON.parse(fs.readFileSync(0, 'utf8'));
      const file = JSON.parse(fs.readFileSync(process.env.MILLRACE_INPUT, 'utf8'));
      fs.writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ stdin, file }, null, 2));
      console.log('{"not":"this"}');`;
    const running = attempt(shell, folders, { ...node(program), input: { city: 'Köln' } });
    expect(await outputOf(running)).toEqual({ stdin: { city: 'Köln' }, file: { city: 'Köln' } });
  });

  test('takes the last line on stdout when it is JSON', async () => {
    const running = attempt(
      shell,
      temporaryFolders(),
      node(`console.log('a\\n{"rows": 3}\\n\\n')`),
    );
    expect(await outputOf(running)).toEqual({ rows: 3 });
    expect(messages(running)).toEqual(['a', '{"rows": 3}']);
  });

  test('answers with exit code and text when the last line is no JSON or a log record', async () => {
    const folders = temporaryFolders();
    const text = attempt(shell, folders, node(`console.log('done')`));
    expect(await outputOf(text)).toEqual({ exitCode: 0, stdout: 'done' });
    const record = `{"level":"info","message":"done"}`;
    const logging = attempt(shell, folders, node(`console.log('${record}')`));
    expect(await outputOf(logging)).toEqual({ exitCode: 0, stdout: record });
  });

  test('fails when the output file holds no JSON', async () => {
    const program = `require('node:fs').writeFileSync(process.env.MILLRACE_OUTPUT, 'rows: 3')`;
    const { error, cause } = await failureOf(attempt(shell, temporaryFolders(), node(program)));
    expect(error).toBe('Shell.InvalidOutput');
    expect(cause).toContain('It begins with "rows: 3"');
  });

  test('does not follow a link that the command left as its output file', async () => {
    const folders = temporaryFolders({ 'secret.json': '{"secret":true}' });
    const program = `require('node:fs').symlinkSync(process.argv[1], process.env.MILLRACE_OUTPUT)`;
    const running = attempt(shell, folders, node(program, join(folders.folder, 'secret.json')));
    expect((await failureOf(running)).error).toBe('Shell.InvalidOutput');
  });

  test('refuses more than 256 KiB of output, in the file and on stdout', async () => {
    const folders = temporaryFolders();
    const program = `
      const text = JSON.stringify('x'.repeat(+process.argv[1]));
      if (process.argv[2] === 'file') require('node:fs').writeFileSync(process.env.MILLRACE_OUTPUT, text);
      else console.log(text);`;
    const run = (bytes: number, where: string) =>
      attempt(shell, folders, node(program, String(bytes), where));
    expect((await failureOf(run(262_143, 'file'))).error).toBe('States.DataLimitExceeded');
    expect((await failureOf(run(262_143, 'stdout'))).error).toBe('States.DataLimitExceeded');
    expect((await failureOf(run(1_000_000, 'stdout'))).error).toBe('States.DataLimitExceeded');
    expect(await outputOf(run(262_142, 'file'))).toHaveLength(262_142);
    expect(await outputOf(run(262_142, 'stdout'))).toHaveLength(262_142);
  });

  test('leaves nothing behind in the work folder', async () => {
    const folders = temporaryFolders();
    await outputOf(attempt(shell, folders, node('')));
    expect(readdirSync(join(folders.workFolder, '.millrace'))).toEqual([]);
  });
});

describe('failures', () => {
  test('names the exit code and shows the end of stderr', async () => {
    const program = `console.error('reading\\nno such county'); process.exitCode = 3;`;
    expect(await failureOf(attempt(shell, temporaryFolders(), node(program)))).toEqual({
      error: 'Shell.ExitCode.3',
      cause: 'The command ended with exit code 3. The end of stderr:\nreading\nno such county',
    });
  });

  test('names the signal that ended the command', async () => {
    const program = `process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);`;
    const { error } = await failureOf(attempt(shell, temporaryFolders(), node(program)));
    expect(error).toBe('Shell.Signal.SIGSEGV');
  });

  test('says what to do when the program is missing', async () => {
    const running = attempt(shell, temporaryFolders(), { command: ['no-such-program-here'] });
    expect(await failureOf(running)).toEqual({
      error: 'Connector.StartFailed',
      cause:
        '"no-such-program-here" was not found. Install it, or give the full path of the program.',
    });
  });

  test('reports every problem of the arguments', () => {
    expect(shell.validate({ command: [], env: { 'A-B': 'x', MILLRACE_STATE: 'y' } })).toHaveLength(
      3,
    );
    expect(shell.validate({ script: 'a.py', command: ['a'] })).toHaveLength(1);
    expect(shell.validate('ls')).toHaveLength(1);
    expect(shell.validate({ command: ['ls'], shell: true })).toEqual(['Unrecognized key: "shell"']);
    expect(shell.validate({ command: ['ls', '-l'] })).toEqual([]);
  });
});

describe('scripts', () => {
  test('run by their first line, else by their ending', async () => {
    const folders = temporaryFolders({
      'by-line': '#!/bin/sh\necho "[\\"$1\\"]"\n',
      'by-ending.mjs': 'console.log(JSON.stringify(process.argv.slice(2)))',
    });
    for (const script of ['by-line', 'by-ending.mjs']) {
      const running = attempt(shell, folders, { script, args: ['--all'] });
      expect(await outputOf(running)).toEqual(['--all']);
    }
  });

  test.skipIf(python.missing)('run in Python', async () => {
    const folders = temporaryFolders({
      'extract.py': 'import json, sys\nprint(json.dumps({"got": json.load(sys.stdin)}))\n',
    });
    const running = attempt(shell, folders, { script: 'extract.py', input: [1, 2] });
    expect(await outputOf(running)).toEqual({ got: [1, 2] });
  });

  test('lie under the folder of the pipeline, links included', async () => {
    const folders = temporaryFolders();
    symlinkSync('/bin/ls', join(folders.folder, 'link.sh'));
    for (const script of ['../../etc/passwd', '/bin/ls', 'link.sh']) {
      const { error } = await failureOf(attempt(shell, folders, { script }));
      expect(error, script).toBe('Connector.PathOutsideFolder');
    }
    const missing = await failureOf(attempt(shell, folders, { script: 'missing.sh' }));
    expect(missing.error).toBe('Connector.FileNotFound');
  });
});

describe('isolation', () => {
  test('gives a clean environment', async () => {
    process.env.MILLRACE_TEST_SECRET = 'canary';
    const running = attempt(shell, temporaryFolders(), {
      ...node('console.log(JSON.stringify(process.env))'),
      env: { COUNTY: 'alpine' },
    });
    const env = (await outputOf(running)) as { [name: string]: string };
    delete process.env.MILLRACE_TEST_SECRET;
    expect(JSON.stringify(env)).not.toContain('canary');
    const allowed = ['PATH', 'HOME', 'LANG', 'TZ', 'COUNTY'];
    const other = Object.keys(env)
      .filter((name) => !allowed.includes(name))
      .sort();
    // macOS adds __CF_USER_TEXT_ENCODING to every process by itself.
    expect(other.filter((name) => !name.startsWith('__CF'))).toEqual([
      'MILLRACE_ATTEMPT',
      'MILLRACE_ATTEMPT_ID',
      'MILLRACE_EXECUTION',
      'MILLRACE_INPUT',
      'MILLRACE_LOGGING',
      'MILLRACE_OUTPUT',
      'MILLRACE_PIPELINE',
      'MILLRACE_STATE',
      'MILLRACE_WORK_FOLDER',
      'PYTHONPATH',
    ]);
    expect(env).toMatchObject({ COUNTY: 'alpine', MILLRACE_STATE: 'Step', MILLRACE_ATTEMPT: '0' });
  });

  test.each([
    '; touch pwned',
    '$(touch pwned)',
    '`touch pwned`',
    'a\ntouch pwned',
    '--output=pwned',
    '| touch pwned',
    "' || touch pwned #",
  ])('passes %j as one plain argument', async (hostile) => {
    const folders = temporaryFolders();
    const running = attempt(shell, folders, {
      command: [process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', '--', hostile],
    });
    expect(await outputOf(running)).toEqual([hostile]);
    expect(existsSync(join(folders.folder, 'pwned'))).toBe(false);
  });
});

describe('output', () => {
  test('becomes log records; structured lines keep level and fields', async () => {
    const program = `
      console.log('plain');
      console.error('trouble');
      console.log(JSON.stringify({ msg: 'loaded', level: 'WARNING', rows: 7 }));`;
    const running = attempt(shell, temporaryFolders(), node(program));
    await running.outcome;
    const records = running.records.map(({ at, ...record }) => record);
    expect(records).toHaveLength(3);
    expect(records).toContainEqual({ stream: 'stdout', level: 'info', message: 'plain' });
    expect(records).toContainEqual({ stream: 'stderr', level: 'warn', message: 'trouble' });
    expect(records).toContainEqual({
      stream: 'stdout',
      level: 'warn',
      message: 'loaded',
      fields: { rows: 7 },
    });
    expect(running.heartbeats()).toBeGreaterThan(0);
  });

  test('cannot forge lines or drive a terminal, and need not be UTF-8', async () => {
    const program = `
      process.stdout.write(Buffer.from([0x4b, 0xf6, 0x6c, 0x6e, 0x0a]));
      console.log('\\u001b[2J\\u202eabc\\rERROR fake');
      console.log(JSON.stringify({ message: 'a\\nERROR fake', k: '\\u001b]8;;' }));`;
    const running = attempt(shell, temporaryFolders(), node(program));
    await running.outcome;
    expect(messages(running)).toEqual([
      'K\ufffdln',
      '\\u001b[2J\\u202eabc\\u000dERROR fake',
      'a\\u000aERROR fake',
    ]);
    expect(running.records[2]?.fields).toEqual({ k: '\\u001b]8;;' });
  });

  test('in one endless line is cut', async () => {
    const program = `process.stdout.write('x'.repeat(1_000_000))`;
    const running = attempt(shell, temporaryFolders(), node(program));
    await running.outcome;
    expect(messages(running)).toEqual([`${'x'.repeat(8192)} … (991808 more bytes)`]);
  });

  test('is kept up to the limit, with a note; the outcome still sees the end', async () => {
    const bounded = createShellConnector({ outputLimit: 10_000 });
    const program = `
      for (let i = 0; i < 100_000; i++) process.stdout.write('line ' + i + '\\n');
      console.log('{"lines":100000}');`;
    const running = attempt(bounded, temporaryFolders(), node(program));
    expect(await outputOf(running)).toEqual({ lines: 100_000 });
    expect(running.records.length).toBeLessThan(50);
    expect(messages(running).at(-1)).toContain('The log limit of this attempt is reached');
  });

  test('as a flood does not grow the memory, and the task can be stopped in the middle', async () => {
    const bounded = createShellConnector({ outputLimit: 1_000_000, terminationGrace: 300 });
    const before = process.memoryUsage().rss;
    const running = attempt(bounded, temporaryFolders(), { command: ['yes', 'x'.repeat(100)] });
    await running.logged((record) => record.message.includes('log limit'));
    // Go on reading until a few hundred megabytes have passed.
    const target = running.heartbeats() + 5_000;
    while (running.heartbeats() < target) await new Promise((resolve) => setImmediate(resolve));
    const growth = process.memoryUsage().rss - before;
    running.abort();
    expect((await failureOf(running)).error).toBe('Connector.Aborted');
    expect(growth).toBeLessThan(80 * 1024 * 1024);
  });
});

describe('stopping', () => {
  test('ends a task that ignores SIGTERM', async () => {
    const program = `
      process.on('SIGTERM', () => console.log('ignored'));
      setInterval(() => {}, 1000);
      console.log('ready');`;
    const running = attempt(shell, temporaryFolders(), node(program));
    await running.logged((record) => record.message === 'ready');
    const { pid } = await running.process;
    running.abort();
    expect((await failureOf(running)).error).toBe('Connector.Aborted');
    expect(messages(running)).toEqual(['ready', 'ignored']);
    expect(isGroupAlive(pid)).toBe(false);
  });

  test('lets a task that listens to SIGTERM clean up', async () => {
    const program = `
      process.on('SIGTERM', () => { console.log('cleaned up'); process.exit(0); });
      setInterval(() => {}, 1000);
      console.log('ready');`;
    const running = attempt(shell, temporaryFolders(), node(program));
    await running.logged((record) => record.message === 'ready');
    running.abort();
    await running.outcome;
    expect(messages(running)).toEqual(['ready', 'cleaned up']);
  });

  test('ends children that were put in the background, also when the command succeeds', async () => {
    const folders = temporaryFolders({
      'spawn.sh': '(sleep 300 & echo $! > "$MILLRACE_WORK_FOLDER/pid") &\nwait\necho "{}"\n',
    });
    const running = attempt(shell, folders, { script: 'spawn.sh' });
    expect(await outputOf(running)).toEqual({});
    const child = Number(readFileSync(join(folders.workFolder, 'pid'), 'utf8'));
    expect(child).toBeGreaterThan(1);
    expect(isRunning(child)).toBe(false);
  });

  test.runIf(process.platform === 'linux')(
    'ends a daemon that left the process group',
    async () => {
      const program = `
      const { spawn } = require('node:child_process');
      const daemon = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
      console.log('daemon ' + daemon.pid);
      setInterval(() => {}, 1000);`;
      const running = attempt(shell, temporaryFolders(), node(program));
      const record = await running.logged(({ message }) => message.startsWith('daemon'));
      running.abort();
      await running.outcome;
      expect(isRunning(Number(record.message.slice(7)))).toBe(false);
    },
  );

  test('before the start starts nothing', async () => {
    const folders = temporaryFolders();
    const running = attempt(shell, folders, { command: ['touch', 'started'] });
    running.abort();
    expect((await failureOf(running)).error).toBe('Connector.Aborted');
    expect(existsSync(join(folders.folder, 'started'))).toBe(false);
  });

  test('does not wait for a task that closed its output', async () => {
    const folders = temporaryFolders({
      'silent.sh': 'exec >&- 2>&-\nsleep 300\n',
    });
    const running = attempt(shell, folders, { script: 'silent.sh' });
    const { pid } = await running.process;
    running.abort();
    await running.outcome;
    expect(isGroupAlive(pid)).toBe(false);
  });
});

/** False for zombies too. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
