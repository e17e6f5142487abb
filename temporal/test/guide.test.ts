/**
 * Runs what docs/guides/temporal.md shows, top to bottom, as test/docs.test.ts runs the other guides. Its commands have a word of
 * their own, because they need this package:
 *
 *     <!-- file pipelines/greeting.yaml -->   the block is written to this file
 *     <!-- temporal test -->                  the block is run and must end with 0
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { isMissing } from './support/hosting.js';

const GUIDE = join(import.meta.dirname, '../../docs/guides/temporal.md');
const BLOCK = /<!-- (file|temporal test)(?: (.+?))? -->\n```\w*\n([\s\S]*?)```/g;

describe.skipIf(isMissing)('the guide', () => {
  it('shows what works', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-guide-'));
    const bin = join(folder, '.bin');
    mkdirSync(bin);
    const program = join(import.meta.dirname, '../bin/millrace-temporal.js');
    symlinkSync(program, join(bin, 'millrace-temporal'));
    try {
      let tested = 0;
      for (const [, kind, name = '', text = ''] of readFileSync(GUIDE, 'utf8').matchAll(BLOCK)) {
        if (kind === 'file') {
          mkdirSync(dirname(join(folder, name)), { recursive: true });
          writeFileSync(join(folder, name), text);
          continue;
        }
        tested += 1;
        const { code, output } = await run(text, folder, bin);
        expect(code, output).toBe(0);
        expect(output).toContain('SUCCEEDED');
      }
      expect(tested).toBeGreaterThan(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);
});

/** Runs commands; what they leave in the background ends with them. */
function run(
  text: string,
  cwd: string,
  bin: string,
): Promise<{ code: number | null; output: string }> {
  const script = `set -eu\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n${text}`;
  const child = spawn('bash', ['-c', script], {
    cwd,
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      TEMPORAL_ADDRESS: inject('address'),
    },
  });
  const chunks: string[] = [];
  child.stdout.on('data', (chunk) => chunks.push(String(chunk)));
  child.stderr.on('data', (chunk) => chunks.push(String(chunk)));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, output: chunks.join('') }));
  });
}
