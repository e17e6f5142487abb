/**
 * Files that a process of another user has written, as files of the server's own.
 *
 * That user may still be at work: no link is followed, and what is copied must be what the manifest says.
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../datasets/dataset.js';
import { MANIFEST } from '../../datasets/layout.js';
import { TaskFailure, taskErrors } from '../errors.js';
import type { TaskUser } from '../process/confinement.js';
import { openWritten } from '../process/written-file.js';

/** Manifests of more bytes are none of ours. */
const MOST_MANIFEST = 67_108_864;

/** Copies a staged version, file by file as its manifest lists them. Throws TaskFailure when a file is another one. */
export async function copyWritten(from: string, to: string, user: TaskUser): Promise<void> {
  await mkdir(to, { recursive: true });
  const written = await openWritten(join(from, MANIFEST), user, refusal);
  if (written === undefined || written.size > MOST_MANIFEST)
    throw refusal(`${MANIFEST} is not there`);
  const text = await written.file.readFile('utf8');
  await written.file.close();
  const { files } = JSON.parse(text) as Manifest;
  for (const { path, sha256 } of files) {
    if (path.includes('/') || path.startsWith('.')) throw refusal(`${path} is no name of a file`);
    const source = await openWritten(join(from, path), user, refusal);
    if (source === undefined) throw refusal(`${path} is not there`);
    const target = await open(join(to, path), 'wx', 0o644);
    try {
      const hash = createHash('sha256');
      for await (const chunk of source.file.createReadStream({ autoClose: false })) {
        hash.update(chunk as Buffer);
        await target.write(chunk as Buffer);
      }
      await target.sync();
      if (hash.digest('hex') !== sha256) throw refusal(`${path} has changed since it was written`);
    } finally {
      await source.file.close();
      await target.close();
    }
  }
  await writeFile(join(to, MANIFEST), text, { flush: true });
}

function refusal(reason: string): TaskFailure {
  return new TaskFailure(
    taskErrors.datasetSourceChanged,
    `The version cannot be taken: ${reason}.`,
  );
}
