import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../../../test/connectors/attempt.js';
import { TaskFailure } from '../errors.js';
import { existingInside, writableInside } from './resolve-inside.js';

/** The error's name, or the path. */
function outcome(resolve: () => string): string {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof TaskFailure) return error.error;
    throw error;
  }
}

describe('an existing file', () => {
  test('is found in the first folder that has it', () => {
    const { folder, workFolder } = temporaryFolders({ 'a.csv': '', 'b.csv': '' });
    writeFileSync(join(workFolder, 'b.csv'), '');
    const roots = [workFolder, folder];
    expect(existingInside('a.csv', roots)).toBe(join(folder, 'a.csv'));
    expect(existingInside('b.csv', roots)).toBe(join(workFolder, 'b.csv'));
    expect(existingInside(join(folder, 'b.csv'), roots)).toBe(join(folder, 'b.csv'));
  });

  test('outside is refused, whatever its name looks like', () => {
    const { root, folder } = temporaryFolders();
    mkdirSync(join(root, 'pipeline-other'));
    writeFileSync(join(root, 'secret'), '');
    symlinkSync(join(root, 'secret'), join(folder, 'link'));
    const names = [
      '../secret',
      join(root, 'secret'),
      'link',
      '../pipeline-other',
      '/etc/passwd',
      '..',
    ];
    for (const name of names) {
      expect(
        outcome(() => existingInside(name, [folder])),
        name,
      ).toBe('Connector.PathOutsideFolder');
    }
  });

  test('that is missing is named, but nothing is said of files outside', () => {
    const { folder } = temporaryFolders();
    expect(outcome(() => existingInside('a.csv', [folder]))).toBe('Connector.FileNotFound');
    expect(outcome(() => existingInside('', [folder]))).toBe('Connector.FileNotFound');
    expect(outcome(() => existingInside('a\0.csv', [folder]))).toBe('Connector.FileNotFound');
    const outside = outcome(() => existingInside('../no-such-file', [folder]));
    expect(outside).toBe('Connector.PathOutsideFolder');
  });
});

describe('a file to be written', () => {
  test('may lie in folders that do not exist yet', () => {
    const { workFolder } = temporaryFolders();
    expect(writableInside('a/b/c.csv', workFolder)).toBe(join(workFolder, 'a/b/c.csv'));
    const absolute = join(workFolder, 'd.csv');
    expect(writableInside(absolute, workFolder)).toBe(absolute);
  });

  test('outside is refused, also through a link', () => {
    const { root, workFolder } = temporaryFolders();
    symlinkSync(root, join(workFolder, 'link'));
    for (const name of ['../a.csv', '/tmp/a.csv', 'link/a.csv', 'link/new/a.csv', 'a/../../b']) {
      expect(
        outcome(() => writableInside(name, workFolder)),
        name,
      ).toBe('Connector.PathOutsideFolder');
    }
  });
});
