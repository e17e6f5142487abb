/**
 * Where the objects of an ItemReader lie and those of a ResultWriter go: folders here, or S3.
 *
 * The rule: a Bucket that is a folder under the pipeline's folder is that folder. (A state machine that came over the API
 * has `.buckets/TEAM` in the server's work folder for a pipeline's folder.) Any other Bucket is in S3 when S3 is
 * configured (see connectors/s3/s3-buckets.ts). Without S3, a reader's Key is a file under the pipeline's folder, and a writer's
 * results go under the execution's work folder.
 * @module
 */
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Bucket, ListedObject, RemoteBuckets } from '../../connectors/s3/bucket.js';

const CONFIGURE = 'set AWS_ENDPOINT_URL_S3 or AWS credentials to read from S3';

/** Objects of a page of a listing. */
const PAGE = 1000;

/** The bucket that a reader names. */
export async function bucketToRead(
  folder: string,
  name: string,
  remote: RemoteBuckets,
): Promise<Bucket> {
  if (name !== '' && (await isFolder(folder, name))) return localBucket(folder, name);
  const found = name === '' ? undefined : remote(name);
  return found ?? localBucket(folder, '');
}

/** The bucket that a ResultWriter names. */
export async function bucketToWrite(
  folder: string,
  workFolder: string,
  name: string,
  remote: RemoteBuckets,
): Promise<Bucket> {
  if (name !== '' && (await isFolder(folder, name))) return localBucket(folder, name);
  const found = name === '' ? undefined : remote(name);
  if (found) return found;
  await mkdir(workFolder, { recursive: true });
  return { ...localBucket(workFolder, ''), name: workFolder };
}

async function isFolder(folder: string, name: string): Promise<boolean> {
  if (name.includes('/') || name.includes('\\') || name === '.' || name === '..') return false;
  return stat(join(folder, name)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A folder under the pipeline's folder. @param name empty for the folder itself */
export function localBucket(folder: string, name: string): Bucket {
  const root = resolve(folder, name);
  return {
    name,
    async find(key) {
      const path = await inside(folder, resolve(root, key)).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw new Error(
          `There is no file '${join(name, key)}' under the pipeline's folder${name === '' ? `, and S3 is not configured: ${CONFIGURE}` : ''}.`,
        );
      });
      const found = await stat(path);
      if (!found.isFile()) throw new Error(`'${join(name, key)}' is no file.`);
      return {
        version: `${found.size}-${Math.floor(found.mtimeMs)}`,
        size: found.size,
        read: () => createReadStream(path),
        path,
      };
    },
    async *list(prefix) {
      const real = await inside(folder, root).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw new Error(
          `There is no folder for the bucket, and S3 is not configured: ${CONFIGURE}.`,
        );
      });
      const entries = await readdir(real, { recursive: true, withFileTypes: true });
      const keys = entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(real, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((key) => key.startsWith(prefix))
        .sort();
      for (let i = 0; i < keys.length; i += PAGE) {
        yield await Promise.all(
          keys.slice(i, i + PAGE).map((key) => describe(join(real, key), key)),
        );
      }
    },
    async put(key, file) {
      const path = resolve(root, key);
      if (!path.startsWith(resolve(root) + sep)) {
        throw new Error(`The key '${key}' leaves the folder of its bucket.`);
      }
      await mkdir(dirname(path), { recursive: true });
      // Also when a link on the way leads elsewhere.
      await inside(folder, dirname(path));
      await copyFile(file, path);
    },
  };
}

async function describe(path: string, Key: string): Promise<ListedObject> {
  const { size, mtimeMs } = await stat(path);
  return {
    Etag: `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`,
    Key,
    LastModified: Math.floor(mtimeMs / 1000),
    Size: size,
    StorageClass: 'STANDARD',
  };
}

/** The real path, which must lie under the folder even after links are followed. */
async function inside(folder: string, path: string): Promise<string> {
  const root = await realpath(folder);
  const lexical = resolve(path);
  if (lexical !== resolve(folder) && !lexical.startsWith(resolve(folder) + sep)) {
    throw new Error(`The file '${path}' lies outside the pipeline's folder.`);
  }
  const real = await realpath(path);
  if (real !== root && !real.startsWith(root + sep)) {
    throw new Error(`The file '${path}' lies outside the pipeline's folder.`);
  }
  return real;
}
