/**
 * Accounts of AWS as the command line adds them: the entry and the template say the same.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { millrace } from './millrace.js';

const ADD = ['accounts', 'add', 'lake', '--account', '111122223333', '--region', 'eu-central-1'];

test.each([
  ['that tell events', ['--watch', 'glue'], true],
  ['that tell none', ['--watch', 'lambda'], false],
])('an account of services %s has a queue in both, or in neither', async (_, more, hasQueue) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-accounts-'));
  const args = [...ADD, '--trust', '444455556666', ...more];
  const { code, stdout } = await millrace(args, { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toContain('aws cloudformation deploy');
  const read = (file: string) => parse(readFileSync(join(folder, file), 'utf8'));
  expect('events' in read('accounts.yaml').accounts[0]).toBe(hasQueue);
  expect('EventQueue' in read('lake.cloudformation.yaml').Resources).toBe(hasQueue);

  const again = await millrace(args, { cwd: folder });
  expect(again.code).toBe(3);
  expect(again.stderr).toContain('two accounts are named lake');
  rmSync(folder, { recursive: true, force: true });
});

test('the template of an account that is there keeps its external id, and is not made without one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-accounts-'));
  const only = [...ADD, '--trust', '444455556666', '--template-only'];
  const entry = { name: 'lake', account: '111122223333', region: 'eu-central-1' };
  const role = 'arn:aws:iam::111122223333:role/millrace';
  const file = join(folder, 'accounts.yaml');
  writeFileSync(file, JSON.stringify({ accounts: [{ ...entry, role }] }));
  const refused = await millrace(only, { cwd: folder });
  expect([refused.code, existsSync(join(folder, 'lake.cloudformation.yaml'))]).toEqual([2, false]);
  expect(refused.stderr).toContain('lake has no externalId');

  writeFileSync(file, JSON.stringify({ accounts: [{ ...entry, role, externalId: 'kept-id-1' }] }));
  expect((await millrace(only, { cwd: folder })).code).toBe(0);
  expect(readFileSync(join(folder, 'lake.cloudformation.yaml'), 'utf8')).toContain('kept-id-1');
  rmSync(folder, { recursive: true, force: true });
});
