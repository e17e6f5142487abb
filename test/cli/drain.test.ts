import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { millrace, type Running, startMillrace } from './millrace.js';

/** Runs until somebody writes the file `go`. */
const SCRIPT = `const { existsSync, writeFileSync } = require('node:fs');
writeFileSync('BEGUN', '');
setInterval(() => existsSync('GO') && process.exit(0), 20);
`;
const LONG = `pipeline: long
steps:
  - wait: { shell: [node, SCRIPT] }
  - after: { echo: {} }
`;
const QUICK = 'pipeline: quick\nsteps: [{ one: { echo: {} } }]\n';

let home: string;
let server: Running;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'millrace-drain-'));
  mkdirSync(join(home, 'pipelines'));
  writeFileSync(file('wait.cjs'), SCRIPT.replace('BEGUN', file('begun')).replace('GO', file('go')));
  writeFileSync(join(home, 'pipelines', 'long.yaml'), LONG.replace('SCRIPT', file('wait.cjs')));
  writeFileSync(join(home, 'pipelines', 'quick.yaml'), QUICK);
  await up();
}, 180_000);
afterEach(async () => {
  server.process.kill('SIGKILL');
  await server.ended;
  rmSync(home, { recursive: true, force: true });
});

const file = (name: string): string => join(home, name);
const run = (...args: string[]) => millrace(args, { cwd: home });

async function up(...args: string[]): Promise<void> {
  server = startMillrace(['up', '--port', '0', ...args], { cwd: home });
  await server.until('is up at');
}

async function begun(): Promise<void> {
  expect((await run('run', 'long')).code).toBe(0);
  while (!existsSync(file('begun'))) await new Promise((resume) => setTimeout(resume, 20));
}

describe('millrace drain', () => {
  it('refuses what would begin, lets what runs end, and stops the server with 0', async () => {
    await begun();
    const detached = await run('drain', '--detach');
    expect(detached.stdout).toContain('1 attempt runs');
    const refused = await run('run', 'quick');
    expect(refused.stderr).toContain('MILL3470');
    expect((await run('status')).stdout).toContain('being drained');
    expect((await run('doctor')).stdout).toContain('being drained');
    expect((await run('drain', '--undo')).stdout).toContain('undone');
    expect((await run('run', 'quick', '--wait')).code).toBe(0);
    expect((await run('drain', '--undo')).stdout).toContain('Nothing was drained');

    const draining = startMillrace(['drain'], { cwd: home });
    await draining.until('1 attempt runs');
    writeFileSync(file('go'), '');
    expect(await draining.ended).toMatchObject({ code: 0 });
    expect(await server.ended).toMatchObject({ code: 0 });
    await up();
    const { stdout } = await run('executions', '--json');
    const { items } = JSON.parse(stdout) as { items: { pipeline: string; redriveCount: number }[] };
    expect(items.map(({ pipeline }) => pipeline)).toEqual(['quick', 'long']);
  }, 180_000);

  it('kills what still runs when the time is over; a time that is none is refused', async () => {
    await begun();
    expect(await run('drain', '--timeout', 'soon')).toMatchObject({ code: 2 });
    expect(await run('drain', '--timeout', '3 days')).toMatchObject({ code: 2 });
    expect(await run('drain', '--timeout', '0s')).toMatchObject({ code: 0 });
    const { code, stderr } = await server.ended;
    expect(stderr).toContain('1 attempts are killed');
    expect(code).toBe(0);
  }, 180_000);

  it('is what a signal does with --drain-timeout', async () => {
    server.process.kill('SIGTERM');
    await server.ended;
    await up('--drain-timeout', '5m');
    await begun();
    server.process.kill('SIGTERM');
    await server.until('draining: 1 attempts run');
    expect((await run('run', 'quick')).stderr).toContain('MILL3470');
    writeFileSync(file('go'), '');
    expect(await server.ended).toMatchObject({ code: 0 });
  }, 180_000);
});
