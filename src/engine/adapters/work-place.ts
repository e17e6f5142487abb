/**
 * Whether the folders of executions lie where the server had them that was active before.
 *
 * Servers of one database may have different disks. One that takes over without the folders of the executions that go on would
 * hand their next steps empty ones, and nobody would know why their files are gone. So each place has an id, in a file of its
 * own, and the records say which one was used last.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../store/store.js';

const FILE = '.place';
const SETTING = 'work place';

interface Place {
  id: string;
  /** As the server named it that used it. */
  folder: string;
}

/**
 * Notes that the folders lie here from now on.
 *
 * @param root the folder of all executions, which exists
 * @returns a warning when executions go on whose folders lie elsewhere
 * @example const warning = await takeWorkPlace(store, '.millrace/work');
 */
export async function takeWorkPlace(
  store: Pick<Store, 'readSetting' | 'writeSetting' | 'countOpenWork'>,
  root: string,
): Promise<string | undefined> {
  const here: Place = { id: idOf(root), folder: root };
  const before = (await store.readSetting(SETTING)) as unknown as Place | undefined;
  if (before?.id === here.id) return undefined;
  await store.writeSetting(SETTING, { ...here });
  if (before === undefined) return undefined;
  const { running } = await store.countOpenWork();
  if (running === 0) return undefined;
  const who = running === 1 ? 'One execution goes' : `${running} executions go`;
  return `${who} on whose work folders lie elsewhere: in ${before.folder} of the server that was active before, and now in ${root}. Their next steps find empty folders. Give all servers of a database the same --work-folder, on a disk that all see.`;
}

function idOf(root: string): string {
  const file = join(root, FILE);
  try {
    writeFileSync(file, randomUUID(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
