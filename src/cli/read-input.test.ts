import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readInput } from './read-input.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('takes a file with a byte order mark, as editors of Windows write it', async () => {
  writeFileSync(join(folder, 'in.json'), '\uFEFF{"day": "2026-02-28"}\r\n');
  expect(await readInput(`@${join(folder, 'in.json')}`)).toEqual({ day: '2026-02-28' });
});

it('refuses what is no JSON, and a file that is not there', async () => {
  await expect(readInput('{day}')).rejects.toMatchObject({ code: 'MILL5005' });
  await expect(readInput(`@${join(folder, 'none.json')}`)).rejects.toMatchObject({
    code: 'MILL5013',
  });
});
