/**
 * Pipeline files that are links, as Kubernetes mounts them.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { millrace } from './millrace.js';

test('validate follows links as the server does, and names those that lead elsewhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-validate-'));
  mkdirSync(join(folder, '..data'));
  writeFileSync(
    join(folder, '..data', 'a.yaml'),
    'pipeline: a\nsteps: [{ one: { shell: [node] } }]\n',
  );
  symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
  symlinkSync('/etc/passwd', join(folder, 'b.yaml'));
  const { code, stderr } = await millrace(['validate', '.'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toContain('warning[MILL1001] the link leads nowhere, or out of the folder');
  expect(stderr).not.toContain('root:');
  expect(stderr).toMatch(/1 file: 0 errors, 1 warning\n$/);
  rmSync(folder, { recursive: true, force: true });
});
