/**
 * `millrace logs` against a real server: of one execution, and of all that a search finds.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { type Ended, millrace, startMillrace, TERMINAL_CODES } from './millrace.js';

let project: string;
let server: Server;

// Prints, and goes on when a file of the name in its input appears.
const PIPELINE = `pipeline: talking
team: tests
tags: { county: example }
steps:
  - talk: { shell: [node, talk.mjs] }
`;
const TALK = `import { existsSync, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
const { go } = JSON.parse(readFileSync(0, 'utf8'));
console.log('first line');
await new Promise((resolve) => {
  const watcher = watch(dirname(go), look);
  function look() {
    if (!existsSync(go)) return;
    watcher.close();
    resolve();
  }
  look();
});
console.log('last line');
`;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-cli-logs-'));
  mkdirSync(join(project, 'pipelines'));
  writeFileSync(join(project, 'pipelines/talking.yaml'), PIPELINE);
  writeFileSync(join(project, 'pipelines/talk.mjs'), TALK);
  const data = join(project, '.millrace');
  server = await startServer({ folder: join(project, 'pipelines'), data, port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(project, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Ended> => millrace(args, { cwd: project });

describe('logs', () => {
  test('follow an execution until it has ended', async () => {
    const go = join(project, 'go-1');
    const { id } = await server.engine.executions.start(EVERYTHING, {
      pipeline: 'talking',
      input: { go },
    });
    const following = startMillrace(['logs', id, '-f'], { cwd: project });
    await following.until('first line');
    writeFileSync(go, '');
    const { code, stdout } = await following.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/talk first line\n.*talk last line\n$/);
    expect(stdout).not.toMatch(TERMINAL_CODES);
  });

  test('are JSON records with the tags of the pipeline, and can be filtered', async () => {
    const go = join(project, 'go-2');
    writeFileSync(go, '');
    const { id } = await server.engine.executions.run(EVERYTHING, {
      pipeline: 'talking',
      input: { go },
    });
    const { stdout } = await run('logs', id, '--json');
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const tags = { county: 'example' };
    expect(records).toMatchObject([
      { message: 'first line', state: 'talk', stream: 'stdout', tags },
      { message: 'last line', state: 'talk', stream: 'stdout', tags },
    ]);
    expect((await run('logs', id, '--grep', 'LAST')).stdout).toMatch(/^\S+ +talk last line\n$/);
    expect((await run('logs', id, '-n', '1')).stdout).toContain('last line');
    expect((await run('logs', id, '--state', 'other')).stdout).toBe('');
  });

  test('are searched over all executions, and followed as they come', async () => {
    const go = join(project, 'go-3');
    const search = ['logs', '-q', 'tag.county:EXAMPLE "last line" pipeline:talking'];
    const following = startMillrace([...search, '-f'], { cwd: project });
    await following.until('last line');
    const { id, number } = await server.engine.executions.start(EVERYTHING, {
      pipeline: 'talking',
      input: { go },
    });
    writeFileSync(go, '');
    await server.engine.executions.wait(EVERYTHING, id);
    await following.until(`talking#${number} `);
    following.process.kill('SIGINT');
    const { stdout } = await following.ended;
    expect(stdout).not.toContain('first line');
    expect(stdout).not.toMatch(TERMINAL_CODES);

    const [record] = (await run(...search, '--json', '-n', '1')).stdout.trim().split('\n');
    expect(JSON.parse(record ?? '')).toMatchObject({
      message: 'last line',
      stateMachineExecutionID: id,
      stepfunctionName: 'talking',
      county: 'example',
    });
    expect((await run(...search, '--count', '-n', '1')).stderr).toContain('3 lines match');
    const refused = await run('logs', id, '-q', 'x');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('MILL5121');
    const unknown = await run('logs', '-q', 'levle:x');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean level:?');
  });
});
