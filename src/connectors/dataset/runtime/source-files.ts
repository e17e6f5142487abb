/**
 * Whether files are the ones that they were.
 * @module
 */
import { stat } from 'node:fs/promises';

/** Size, time of the last change, and which file it is, by its path. */
export type SeenFiles = ReadonlyMap<string, string>;

export async function seenFiles(files: readonly string[]): Promise<SeenFiles> {
  const seen = await Promise.all(
    files.map(async (file): Promise<[string, string]> => {
      const { size, mtimeNs, ino } = await stat(file, { bigint: true });
      return [file, `${size} ${mtimeNs} ${ino}`];
    }),
  );
  return new Map(seen);
}

/** The first that is another one; undefined: all are the same. */
export function sameFiles(before: SeenFiles, after: SeenFiles): string | undefined {
  return [...before].find(([file, state]) => after.get(file) !== state)?.[0];
}
