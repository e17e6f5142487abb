/**
 * Where the objects of an ItemReader lie and those of a ResultWriter go: folders here, or S3.
 *
 * The rule: a Bucket that is a folder under the pipeline's folder is that folder. (A state machine that came over the API
 * has `.buckets/TEAM` in the server's work folder for a pipeline's folder.) Any other Bucket is in S3 when S3 is
 * configured (see connectors/s3/s3-buckets.ts). Without S3, a reader's Key is a file under the pipeline's folder, and a writer's
 * results go under the execution's work folder.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TaskFailure } from '../../../connectors/errors.js';
import type { Confinement } from '../../../connectors/process/confinement.js';
import { newFile, openFolder } from '../../../connectors/process/open-folder.js';
import { isAllowed } from '../../../connectors/process/resolve-inside.js';
import { prepareWorkFolder } from '../../../connectors/process/work-folders.js';
import type { Bucket, ListedObject, RemoteBuckets } from '../../../connectors/s3/bucket.js';

const CONFIGURE = 'set AWS_ENDPOINT_URL_S3 or AWS credentials to read from S3';

/** Objects of a page of a listing. */
const PAGE = 1000;

/** The bucket that a reader names. */
export async function bucketToRead(
  folder: string,
  name: string,
  remote: RemoteBuckets,
  confinement: Confinement = {},
): Promise<Bucket> {
  if (name !== '' && (await isFolder(folder, name))) return localBucket(folder, name, confinement);
  const found = name === '' ? undefined : remote(name);
  return found ?? localBucket(folder, '', confinement);
}

/** The bucket that a ResultWriter names. */
export async function bucketToWrite(
  folder: string,
  workFolder: string,
  name: string,
  remote: RemoteBuckets,
  confinement: Confinement = {},
): Promise<Bucket> {
  if (name !== '' && (await isFolder(folder, name))) return localBucket(folder, name, confinement);
  const found = name === '' ? undefined : remote(name);
  if (found) return found;
  const { user } = confinement;
  await prepareWorkFolder(workFolder, user);
  // Tasks that come later read the results, so they are theirs; the data folder around it hides nothing of it.
  return { ...localBucket(workFolder, '', { user }), name: workFolder };
}

async function isFolder(folder: string, name: string): Promise<boolean> {
  if (name.includes('/') || name.includes('\\') || name === '.' || name === '..') return false;
  return stat(join(folder, name)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * A folder under the pipeline's folder.
 * @param name empty for the folder itself
 * @param confinement whose the files become that are put there, and the data folder of which nothing is found
 */
export function localBucket(
  folder: string,
  name: string,
  { user, dataFolder }: Confinement = {},
): Bucket {
  const root = resolve(folder, name);
  const inside = (path: string): Promise<string> => realInside(folder, path, dataFolder);
  return {
    name,
    async find(key) {
      const path = await inside(underRoot(root, key)).catch((error: unknown) => {
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
      const real = await inside(root).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw new Error(
          `There is no folder for the bucket, and S3 is not configured: ${CONFIGURE}.`,
        );
      });
      // Links are not followed below, so that the paths tell where a file lies.
      const closed = await realpath(dataFolder ?? '').catch(() => undefined);
      const isClosed = (path: string): boolean =>
        closed !== undefined && (path === closed || path.startsWith(closed + sep));
      const entries = await readdir(real, { recursive: true, withFileTypes: true });
      const keys = entries
        .filter((entry) => entry.isFile() && !isClosed(entry.parentPath))
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
      const path = underRoot(root, key);
      await mkdir(root, { recursive: true });
      const real = await inside(root);
      // No link on the way is followed, so none leads elsewhere; an object of that name is replaced, not written through.
      const parent = await openFolder(real, relative(root, dirname(path)), { owner: user }).catch(
        (error: unknown) => {
          throw error instanceof TaskFailure ? leaves(key) : error;
        },
      );
      try {
        const temporary = join(parent.path, `.${randomUUID()}`);
        const copy = await newFile(temporary, user);
        await pipeline(createReadStream(file), copy.createWriteStream());
        await rename(temporary, join(parent.path, basename(path)));
      } finally {
        await parent.close();
      }
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

/** Where the object of a key lies: under the bucket's folder. */
function underRoot(root: string, key: string): string {
  const path = resolve(root, key);
  if (!path.startsWith(resolve(root) + sep)) throw leaves(key);
  return path;
}

function leaves(key: string): Error {
  return new Error(`The key '${key}' leaves the folder of its bucket: it lies outside.`);
}

/** The real path, which must lie under the folder even after links are followed. */
async function realInside(
  folder: string,
  path: string,
  dataFolder: string | undefined,
): Promise<string> {
  const root = await realpath(folder);
  const lexical = resolve(path);
  if (lexical !== resolve(folder) && !lexical.startsWith(resolve(folder) + sep)) {
    throw new Error(`The file '${path}' lies outside the pipeline's folder.`);
  }
  const real = await realpath(path);
  if (!isAllowed(real, root, dataFolder)) {
    throw new Error(`The file '${path}' lies outside the pipeline's folder.`);
  }
  return real;
}
