/**
 * Gives a file another text: as a whole or not at all, whatever fails and wherever the power goes.
 *
 *     its bytes are those that were read ──▶ the new text beside it, on the disk ──rename──▶ it
 *
 * @module
 */
import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises';

/** A file that is about to be replaced. */
export interface Replacement {
  /** Where it really lies: a link would be replaced itself. */
  readonly path: string;
  /** What was read of it. */
  readonly before: string;
  readonly after: string;
}

/**
 * Keeps its mode; what lies where the new text is written first is removed, and a link there is not followed.
 * @throws Error when it has another text than was read, or cannot be written: it is as it was then, and nothing lies beside it
 * @example await replaceFile({ path: 'pipelines/a.yaml', before, after })
 */
export async function replaceFile({ path, before, after }: Replacement): Promise<void> {
  const bytes = await readFile(path);
  if (!bytes.equals(Buffer.from(before))) throw new Error('it has changed, or is not UTF-8');
  const { mode } = await stat(path);
  const beside = `${path}.promoted~`;
  await rm(beside, { force: true });
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(after);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(beside, mode & 0o7777);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}
