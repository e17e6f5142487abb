import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEncryptionFile, rotateEncryptionFile } from './encryption.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-seal-'));
  file = join(folder, 'seal.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what was sealed under keys of before is read, and sealed under the new one from now on', () => {
  const first = openEncryptionFile(file).close('the first');
  expect(rotateEncryptionFile(file)).toBe(`${file}.1`);
  const second = openEncryptionFile(file).close('the second');
  expect(rotateEncryptionFile(file)).toBe(`${file}.2`);
  const now = openEncryptionFile(file);
  const third = now.close('the third');
  expect([first, second, third].map((sealed) => now.open(sealed))).toEqual([
    'the first',
    'the second',
    'the third',
  ]);
  expect([first, second, third].map((sealed) => now.isCurrent(sealed))).toEqual([
    false,
    false,
    true,
  ]);
  for (const name of [file, `${file}.1`, `${file}.2`]) {
    expect(statSync(name).mode & 0o777).toBe(0o600);
  }
});

test('a change that was cut off loses no key, wherever it was', () => {
  const sealed = openEncryptionFile(file).close('before');
  // The new key was written, and nothing else.
  writeFileSync(`${file}.next`, Buffer.alloc(32, 7));
  expect(openEncryptionFile(file).open(sealed)).toBe('before');
  // The old one had its new name already.
  renameSync(file, `${file}.1`);
  const now = openEncryptionFile(file);
  expect(now.open(sealed)).toBe('before');
  expect(readFileSync(file)).toEqual(Buffer.alloc(32, 7));
});

test('what was changed opens under none of them', () => {
  const sealed = openEncryptionFile(file).close('before');
  rotateEncryptionFile(file);
  const bytes = Buffer.from(sealed, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(() => openEncryptionFile(file).open(bytes.toString('base64'))).toThrow('another key');
});
