/**
 * Storage of datasets, by what the server was told: a folder, or a place in S3.
 * @module
 */
import { join, resolve } from 'node:path';
import type { ObjectStore } from '../s3/s3-buckets.js';
import { createLocalStorage } from './local-storage.js';
import { createS3Storage } from './s3-storage.js';
import type { DatasetStorage } from './storage.js';

/**
 * @param place a folder, or `s3://bucket/prefix`; default: a folder in the data folder
 * @param data the data folder: what is written to S3, or read from it, lies there meanwhile
 * @param buckets S3 as the server's environment configures it
 * @param isShared another user reads versions: the one that tasks have
 * @throws Error when S3 is named and not configured, or what is named is no place
 * @example openDatasetStorage('s3://lake/datasets', '/srv/millrace', createS3Buckets(process.env))
 */
export function openDatasetStorage(
  place: string | undefined,
  data: string,
  buckets: (name: string) => ObjectStore | undefined,
  isShared = false,
): DatasetStorage {
  if (place === undefined) return createLocalStorage(join(data, 'datasets'), isShared);
  if (!place.includes('://')) return createLocalStorage(resolve(place), isShared);
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket === undefined) {
    throw new Error(`Datasets cannot lie in ${place}. Name a folder, or s3://BUCKET/PREFIX.`);
  }
  const store = buckets(bucket);
  if (store === undefined) {
    throw new Error(
      `Datasets are to lie in ${place}, and S3 is not configured. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL_S3 for another server than AWS.`,
    );
  }
  return createS3Storage({
    store,
    prefix: prefix.replaceAll(/^\/+|\/+$/g, ''),
    cache: join(data, 'dataset-cache'),
    isShared,
  });
}
