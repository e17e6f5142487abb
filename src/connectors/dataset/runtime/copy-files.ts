/**
 * Files as they came, into the folder of a version.
 * @module
 */
import { constants, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { taskErrors } from '../../errors.js';
import { SqlFailure } from '../../sql/runtime/sql-errors.js';
import { eachOf } from './each-of.js';

/** Copies each under its own name. Throws SqlFailure when two have the same. */
export async function copyFiles(files: readonly string[], folder: string): Promise<void> {
  const names = new Map<string, string>();
  for (const file of files) {
    const name = basename(file);
    const other = names.get(name);
    if (other !== undefined) {
      throw new SqlFailure(
        taskErrors.invalidArguments,
        `${other} and ${file} have the same name. A version holds each name once: give one of them another.`,
      );
    }
    names.set(name, file);
  }
  await eachOf([...names], async ([name, file]) => {
    // Where the file system can, both share their blocks; what is written to one is not seen in the other.
    await copyFile(file, join(folder, name), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  });
}
