/**
 * Secrets of an environment file: lines `NAME=value`, as many tools write them. It is read again when it has changed.
 * @module
 */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { SecretSource } from '../../kernel/secret-source.js';

const LARGEST_BYTES = 1_048_576;

/**
 * @param teams that may use them; `*` is every team
 * @example environmentFile('county.env', ['parcels'])
 */
export function environmentFile(file: string, teams: SecretSource['teams']): SecretSource {
  const path = resolve(file);
  let read: { stamp: string; values: { [name: string]: string | undefined } } | undefined;
  return {
    name: `the file ${file}`,
    teams,
    async value(_team, name) {
      const { mtimeMs, size, ino } = await stat(path).catch((error: NodeJS.ErrnoException) => {
        throw new Error(`the file ${file} cannot be read: ${error.code}`);
      });
      if (size > LARGEST_BYTES) throw new Error(`the file ${file} is larger than 1 MiB`);
      const stamp = `${ino} ${mtimeMs} ${size}`;
      if (read?.stamp !== stamp) read = { stamp, values: parseEnv(await readFile(path, 'utf8')) };
      const value = Object.hasOwn(read.values, name) ? read.values[name] : undefined;
      return value === '' ? undefined : value;
    },
  };
}
