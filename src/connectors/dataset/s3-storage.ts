/**
 * Versions of datasets in a bucket of S3, or of any server that speaks its API.
 *
 *     s3://BUCKET/PREFIX/structured/…, raw/…    the same keys as paths in a folder: see datasets/layout.ts
 *     CACHE/.staging/VERSION-…                  written here first
 *     CACHE/structured/…                        copies that tasks read; they go with the version
 *
 * A version is there when its manifest is, which is put last; `current.json` is replaced by one request, and S3 shows either the old
 * one or the new one to everybody.
 * @module
 */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Manifest } from '../../datasets/dataset.js';
import { MANIFEST, POINTER, type Pointer } from '../../datasets/layout.js';
import { isMissing, type ObjectStore } from '../s3/s3-buckets.js';
import { makeReadable } from './readable.js';
import type { DatasetStorage } from './storage.js';

const STAGING = '.staging';
/** Largest text that is read as a whole: a manifest of a version with tens of thousands of files. */
const MOST_TEXT = 67_108_864;
/** Files of a version that are put, or fetched, at a time. */
const AT_A_TIME = 8;

export interface S3Place {
  readonly store: ObjectStore;
  /** Without slashes around it; '' for the whole bucket. */
  readonly prefix: string;
  /** A folder of this machine, absolute: it need not exist. */
  readonly cache: string;
  /** Another user reads versions: the one that tasks have. */
  readonly isShared?: boolean;
}

/** @example createS3Storage({ store, prefix: 'lake', cache: '/srv/millrace/cache' }) */
export function createS3Storage({
  store,
  prefix,
  cache,
  isShared = false,
}: S3Place): DatasetStorage {
  const root = `s3://${store.name}${prefix === '' ? '' : `/${prefix}`}`;
  const keyOf = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`);
  const here = (path: string): string => join(cache, ...path.split('/'));
  const fetching = new Map<string, Promise<string>>();

  async function textAt(path: string): Promise<string | undefined> {
    try {
      const found = await store.find(keyOf(path));
      if (found.size > MOST_TEXT) throw new Error(`${root}/${path} is larger than a manifest is.`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of found.read()) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Copies the files of a version, each compared with its manifest. */
  async function fetched(folder: string): Promise<string> {
    const target = here(folder);
    if (existsSync(join(target, MANIFEST))) return target;
    const text = await textAt(`${folder}/${MANIFEST}`);
    if (text === undefined)
      throw new Error(`${root}/${folder} has no ${MANIFEST}: it is no version.`);
    const { files } = JSON.parse(text) as Manifest;
    const temporary = here(
      `${STAGING}/fetched-${process.pid}-${folder.replaceAll('/', '_').slice(-150)}`,
    );
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    try {
      await inTurn([...files], async ({ path, sha256 }) => {
        const found = await store.find(keyOf(`${folder}/${path}`));
        const hash = createHash('sha256');
        const hashed = async function* (): AsyncGenerator<Uint8Array> {
          for await (const chunk of found.read()) {
            hash.update(chunk);
            yield chunk;
          }
        };
        await pipeline(hashed, createWriteStream(join(temporary, path), { flags: 'wx' }));
        if (hash.digest('hex') === sha256) return;
        throw new Error(
          `${root}/${folder}/${path} is not what its manifest says: somebody has changed it.`,
        );
      });
      const manifest = await store.find(keyOf(`${folder}/${MANIFEST}`));
      await pipeline(
        manifest.read(),
        createWriteStream(join(temporary, MANIFEST), { flags: 'wx' }),
      );
      await mkdir(dirname(target), { recursive: true });
      await rm(target, { recursive: true, force: true });
      await rename(temporary, target);
      if (isShared) await makeReadable(cache, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return target;
  }

  return {
    root,
    stagingFolder: (version) => join(cache, STAGING, version),
    async take(staging, folder) {
      const names = (await readdir(staging)).filter((name) => name !== MANIFEST);
      const hasManifest = existsSync(join(staging, MANIFEST));
      const first = hasManifest ? MANIFEST : names[0];
      if (first !== undefined && (await textOrBytes(`${folder}/${first}`))) {
        throw new Error(`${root}/${folder} is there already`);
      }
      await inTurn(names, (name) => store.put(keyOf(`${folder}/${name}`), join(staging, name)));
      if (hasManifest) await store.put(keyOf(`${folder}/${MANIFEST}`), join(staging, MANIFEST));
      // Whoever reads it next need not fetch it.
      const target = here(folder);
      await mkdir(dirname(target), { recursive: true });
      try {
        await rename(staging, target);
        if (isShared) await makeReadable(cache, folder);
      } catch {
        // Then it is fetched.
        await rm(staging, { recursive: true, force: true });
      }
    },
    async point(folder, pointer) {
      const path = `${folder}/${POINTER}`;
      const known = revisionOf(await textAt(path));
      if (known !== undefined && known >= pointer.revision) return;
      await store.putText(keyOf(path), `${JSON.stringify(pointer, null, 2)}\n`);
    },
    read: textAt,
    local(folder) {
      const going = fetching.get(folder);
      if (going !== undefined) return going;
      const fetch = fetched(folder).finally(() => fetching.delete(folder));
      fetching.set(folder, fetch);
      return fetch;
    },
    async remove(folder) {
      if (!folder.startsWith(`${STAGING}/`)) {
        // Without its manifest it is no version any more, whatever comes between.
        await store.remove([keyOf(`${folder}/${MANIFEST}`)]);
        for await (const page of store.list(keyOf(`${folder}/`))) {
          await store.remove(page.map(({ Key }) => Key));
        }
      }
      await rm(here(folder), { recursive: true, force: true });
    },
    list: () => listed(),
  };

  async function textOrBytes(path: string): Promise<boolean> {
    try {
      await store.find(keyOf(path));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async function* listed(): AsyncIterable<{ folder: string; at: number }> {
    const staging = join(cache, STAGING);
    for (const name of existsSync(staging) ? await readdir(staging) : []) {
      const { mtimeMs } = await stat(join(staging, name)).catch(() => ({ mtimeMs: Number.NaN }));
      if (!Number.isNaN(mtimeMs)) yield { folder: `${STAGING}/${name}`, at: mtimeMs };
    }
    for (const top of ['structured', 'raw', 'table', 'shadow']) {
      let last: { folder: string; at: number } | undefined;
      for await (const page of store.list(keyOf(`${top}/`))) {
        for (const { Key, LastModified } of page) {
          const folder = versionOf(prefix === '' ? Key : Key.slice(prefix.length + 1));
          if (folder === undefined) continue;
          const at = LastModified * 1_000;
          // Keys come in their order, so those of a folder come together.
          if (last?.folder === folder) last = { folder, at: Math.max(last.at, at) };
          else {
            if (last !== undefined) yield last;
            last = { folder, at };
          }
        }
      }
      if (last !== undefined) yield last;
    }
  }
}

/** The folder of the version that a key is of. */
function versionOf(path: string): string | undefined {
  return /^(.+?\/(?:versions|quarantine)\/[^/]+)\/[^/]+$/.exec(path)?.[1];
}

function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    const { revision } = JSON.parse(text) as Partial<Pointer>;
    return typeof revision === 'number' ? revision : undefined;
  } catch {
    // Somebody has damaged it: it is written anew.
    return undefined;
  }
}

/** Each, a few at a time. Rejects with the first failure, when the others have ended. */
async function inTurn<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  let failure: unknown;
  const worker = async (): Promise<void> => {
    for (
      let item = left.shift();
      item !== undefined && failure === undefined;
      item = left.shift()
    ) {
      await act(item).catch((error: unknown) => {
        failure ??= error;
      });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  if (failure !== undefined) throw failure;
}
