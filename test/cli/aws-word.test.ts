/**
 * `millrace up --aws`: what cannot be is refused before anything begins.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const BIN = resolve(import.meta.dirname, '../../bin/millrace.js');

function up(...words: string[]): Promise<{ code: unknown; text: string }> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-aws-word-'));
  const given = [BIN, 'up', '--data', join(data, 'd'), '--port', '0', ...words];
  return new Promise((done) => {
    execFile(process.execPath, given, { cwd: data, timeout: 20_000 }, (error, stdout, stderr) => {
      rmSync(data, { recursive: true, force: true });
      done({ code: error?.code ?? 0, text: stdout + stderr });
    });
  });
}

it('does not start with AWS and without accounts, and says what to do', async () => {
  const { code, text } = await up('--aws', 'real');
  expect(code).not.toBe(0);
  expect(text).toContain('MILL5090');
  expect(text).toContain('--accounts');
});

it('knows two words', async () => {
  const { code, text } = await up('--aws', 'cloud');
  expect(code).not.toBe(0);
  expect(text).toMatch(/local.*real/);
});
