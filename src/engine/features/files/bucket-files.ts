/**
 * Files of a bucket in S3, as triggers see those of a folder: `s3://bucket/folder` is what lies under the prefix `folder/`.
 *
 * An object appears as a whole, so it need not be waited for. Keys that end with `/` and hold nothing are the folders that
 * consoles make, and no files.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Bucket, FoundObject, RemoteBuckets } from '../../../connectors/s3/bucket.js';
import { type FileSource, type ListedFile, MOST_FILES } from './listed-file.js';

const CONFIGURE = 'S3 is not configured: set AWS_ENDPOINT_URL_S3 or AWS credentials';

/** A bucket and what the keys of its files begin with. */
export interface BucketFolder {
  bucket: string;
  /** Empty, or ends with `/`. */
  prefix: string;
}

/**
 * Reads `s3://bucket/folder`; undefined for what is no address of S3.
 * @example bucketFolder('s3://orders/incoming') // { bucket: 'orders', prefix: 'incoming/' }
 */
export function bucketFolder(under: string): BucketFolder | undefined {
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(under) ?? [];
  if (bucket === undefined) return undefined;
  const folder = path.replace(/\/{1,100}$/, '');
  return { bucket, prefix: folder === '' ? '' : `${folder}/` };
}

/** Whatever goes wrong rejects with an error whose message tells the fix. */
export function createBucketFiles(remote: RemoteBuckets): FileSource {
  function open(path: string): { bucket: Bucket; key: string } {
    const [, name = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(path) ?? [];
    const bucket = remote(name);
    if (bucket === undefined) throw new Error(CONFIGURE);
    return { bucket, key };
  }

  return {
    async list(_folder, under) {
      const { bucket: name = '', prefix = '' } = bucketFolder(under) ?? {};
      const bucket = remote(name);
      if (bucket === undefined) throw new Error(CONFIGURE);
      const files: ListedFile[] = [];
      for await (const page of bucket.list(prefix)) {
        for (const { Key, Size, Etag, LastModified } of page) {
          if (Key.endsWith('/') && Size === 0) continue;
          const key = Key.slice(prefix.length);
          files.push({ key, size: Size, modifiedAt: LastModified * 1_000, version: Etag });
        }
        if (files.length >= MOST_FILES) break;
      }
      return files.slice(0, MOST_FILES).sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async read(_folder, path, most) {
      const { bucket, key } = open(path);
      const found = await find(bucket, key);
      if (found === undefined || found.size > most) return undefined;
      const chunks: Uint8Array[] = [];
      for await (const chunk of found.read()) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
    async sha256(_folder, path) {
      const { bucket, key } = open(path);
      const found = await find(bucket, key);
      if (found === undefined) return undefined;
      const hash = createHash('sha256');
      for await (const chunk of found.read()) hash.update(chunk);
      return hash.digest('hex');
    },
  };
}

/** Undefined when there is no such object. */
async function find(bucket: Bucket, key: string): Promise<FoundObject | undefined> {
  try {
    return await bucket.find(key);
  } catch (error) {
    const { name = '' } = ((error as Error).cause ?? {}) as { name?: string };
    if (name === 'NotFound' || name === 'NoSuchKey') return undefined;
    throw error;
  }
}
