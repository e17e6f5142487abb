/**
 * Runs what the guides show: each guide in a project of its own, with a server, top to bottom.
 *
 * A comment before a fenced block says what it is for:
 *
 *     <!-- file pipelines/orders.yaml -->   the block is written to this file
 *     <!-- test -->                         the block is run and must end with 0
 *     <!-- test ends with 7 -->             the block is run and must end with 7
 *
 * Blocks without such a comment are only read.
 * @module
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startServer } from '../src/server.js';
import { requirement } from './requirements.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GUIDES = join(ROOT, 'docs/guides');
const BLOCK = /<!-- (file|test)(?: (.+?))? -->\n```\w*\n([\s\S]*?)```/g;

interface Block {
  kind: 'file' | 'test';
  /** The file's name, or how the commands end. */
  note: string;
  text: string;
}

const guides = readdirSync(GUIDES).filter((name) => name.endsWith('.md'));

function blocksOf(guide: string): Block[] {
  const text = readFileSync(join(GUIDES, guide), 'utf8');
  return [...text.matchAll(BLOCK)].map(([, kind, note = '', block = '']) => ({
    kind: kind as Block['kind'],
    note,
    text: block,
  }));
}

/** Programs besides Node that a guide calls. */
const PROGRAMS = ['curl', 'aws', 'openssl'] as const;

function missingFor(guide: string): boolean {
  const scripts = blocksOf(guide).filter(({ kind }) => kind === 'test');
  const needed = PROGRAMS.filter((program) =>
    scripts.some(({ text }) => new RegExp(`\\b${program} `).test(text)),
  );
  return needed.some((program) => requirement(program).missing !== undefined);
}

describe('the commands of', () => {
  for (const guide of guides) {
    test.skipIf(missingFor(guide))(`${guide} do what it says`, () => runGuide(guide), 120_000);
  }
});

test('every guide shows something that is run', () => {
  expect(guides.length).toBeGreaterThan(5);
  for (const guide of guides) {
    const tests = blocksOf(guide).filter(({ kind }) => kind === 'test');
    expect(tests.length, guide).toBeGreaterThan(0);
  }
});

test('links between pages lead to pages and headings that exist', () => {
  for (const guide of guides) {
    const text = readFileSync(join(GUIDES, guide), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file = '', heading] = target.split('#');
      const page = readFileSync(join(GUIDES, file || guide), 'utf8');
      if (heading === undefined) continue;
      const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(anchors, `${guide} → ${target}`).toContain(heading);
    }
  }
});

async function runGuide(guide: string): Promise<void> {
  const project = mkdtempSync(join(tmpdir(), 'millrace-guide-'));
  mkdirSync(join(project, 'pipelines'));
  const commands = commandFolder(project);
  // Read at the start alone.
  const read = Object.fromEntries(
    (['rates', 'accounts'] as const).flatMap((name) => {
      const block = blocksOf(guide).find(({ note }) => note === `${name}.yaml`);
      if (block === undefined) return [];
      const file = join(project, `${name}.yaml`);
      writeFileSync(file, block.text);
      return [[name, file]];
    }),
  );
  const server = await startServer({
    ...read,
    folder: join(project, 'pipelines'),
    data: join(project, '.millrace'),
    port: 0,
  });
  try {
    for (const block of blocksOf(guide)) {
      if (block.kind === 'file') {
        const file = join(project, block.note);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, block.text);
        continue;
      }
      await server.folder?.reload();
      const problems = server.folder?.problems().filter(({ severity }) => severity === 'error');
      expect(problems).toEqual([]);
      const expected = Number(/^ends with (\d+)$/.exec(block.note)?.[1] ?? 0);
      const { code, output } = await shell(block.text, project, commands);
      expect(code, `${block.text}\n${output}`).toBe(expected);
    }
  } finally {
    await server.close();
    rmSync(project, { recursive: true, force: true });
  }
}

/** A folder with `millrace` in it, and the package where the project's own code finds it. */
function commandFolder(project: string): string {
  const folder = join(project, 'node_modules/.bin');
  mkdirSync(folder, { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules/millrace'), 'dir');
  const program = join(folder, 'millrace');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/bin/millrace.js" "$@"\n`);
  chmodSync(program, 0o755);
  return folder;
}

function shell(
  script: string,
  cwd: string,
  commands: string,
): Promise<{ code: number | null; output: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('sh', ['-eu'], {
    cwd,
    env: { PATH: `${commands}${delimiter}${PATH}`, HOME },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.stdin.end(script);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
