import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { environmentFileFlag, openSecretsFile } from './secrets-file.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-secrets-file-'));
const file = join(folder, 'secrets.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function open(text: string): ReturnType<typeof openSecretsFile> {
  writeFileSync(file, text);
  return openSecretsFile(file);
}

test('reads sources in their order, each for the teams that it names', () => {
  const text = `sources:
  - { file: county.env, teams: [parcels] }
  - { command: [pass, show, "millrace/{team}/{name}"], teams: '*', timeout: 5s, environment: [GNUPGHOME] }
  - { aws: "millrace/{team}/{name}", region: us-west-2, teams: '*' }
`;
  expect(open(text)).toEqual([
    { type: 'file', path: join(folder, 'county.env'), teams: ['parcels'] },
    {
      type: 'command',
      argv: ['pass', 'show', 'millrace/{team}/{name}'],
      timeoutMs: 5_000,
      environment: ['GNUPGHOME'],
      teams: '*',
    },
    { type: 'aws', id: 'millrace/{team}/{name}', region: 'us-west-2', teams: '*' },
  ]);
});

test.each([
  ['sources: [{ file: a.env }]', /teams/],
  ["sources: [{ file: a.env, command: [x, '{name}'], teams: '*' }]", /exactly one of file/],
  ['sources: [{ command: [pass, show], teams: [a] }]', /expected \{name\} in an argument/],
  ['sources: [{ aws: everything, teams: [a] }]', /expected \{name\}/],
  ['sources: [{ file: a.env, teams: [a], timeout: 5s }]', /only of a command/],
  ["sources: [{ command: [x, '{name}'], teams: [a], timeout: 2h }]", /up to 60s/],
  ['sources: [{ file: a.env, teams: [a], regoin: x }]', /regoin/],
  ['source: []', /sources/],
  ['sources: []', /sources/],
])('refuses %s', (text, problem) => {
  expect(() => open(text)).toThrow(problem);
});

test('says which file is not there', () => {
  expect(() => openSecretsFile(join(folder, 'none.yaml'))).toThrow(/cannot be read: ENOENT/);
});

test.each([
  ['county.env', ['default'], 'county.env'],
  ['parcels=county.env', ['parcels'], 'county.env'],
  ['*=a=b.env', '*', 'a=b.env'],
  ['./odd/name=x.env', ['default'], './odd/name=x.env'],
])('reads the flag %s', (given, teams, path) => {
  expect(environmentFileFlag(given)).toEqual({ type: 'file', path: resolve(path), teams });
});

test('refuses a flag that names no file', () => {
  expect(() => environmentFileFlag('parcels=')).toThrow(/names no file/);
});
