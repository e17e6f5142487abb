/**
 * Prometheus's own tool, which says whether what we write is what Prometheus reads.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Verdict {
  /** It found nothing wrong. */
  isGood: boolean;
  said: string;
}

/** @example promtool(['check', 'metrics'], text) */
export function promtool(args: readonly string[], input = ''): Verdict {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    input,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { isGood: status === 0, said: stdout + stderr };
}

/** Checks files of rules by their names and texts, all in one folder. */
export function promtoolFiles(
  args: readonly string[],
  files: { readonly [name: string]: string },
  named: readonly string[] = Object.keys(files),
): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-rules-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return promtool([...args, ...named.map((name) => join(folder, name))]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
