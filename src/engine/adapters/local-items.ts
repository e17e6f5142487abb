/**
 * The items of a distributed Map from files and objects, and its results to them.
 *
 * | Resource of ItemReader | reads |
 * | --- | --- |
 * | `arn:aws:states:::s3:getObject` | the items in the object `Key` of `Bucket` |
 * | `arn:aws:states:::s3:listObjectsV2` | one item for each object of `Bucket` under `Prefix` |
 * | `millrace:file` | the items in the file `path` under the pipeline's folder |
 *
 * Which Bucket is a folder and which is in S3: see items/buckets.ts.
 * Source: Step Functions developer guide, "ItemReader" and "ResultWriter".
 * @module
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type Json } from '../../asl/json.js';
import { checkReader } from '../../asl/map-run.js';
import type { Confinement } from '../../connectors/process/confinement.js';
import type { RemoteBuckets } from '../../connectors/s3/bucket.js';
import { mapRunId } from '../kernel/arn.js';
import type { ItemPage, ItemSource, OpenedItems } from '../kernel/ports.js';
import { bucketToRead, bucketToWrite } from './items/buckets.js';
import { openDataset } from './items/dataset.js';
import { openResultFiles } from './items/result-files.js';

/**
 * Creates the item source of this machine.
 * @param remote gives S3's buckets. Default: S3 is not configured
 * @param confinement which user results are for, and which folder nothing is read from. Default: the server's own, none
 */
export function createLocalItems(
  remote: RemoteBuckets = () => undefined,
  confinement: Confinement = {},
): ItemSource {
  return {
    async open(reader, place, from) {
      const config = isObject(reader.ReaderConfig) ? reader.ReaderConfig : {};
      const problem = checkReader(config);
      if (problem) throw new Error(problem.Cause);
      const given = isObject(reader.Arguments) ? reader.Arguments : {};
      const bucket = await bucketToRead(place.folder, textOf(given.Bucket), remote, confinement);
      const dataset = await openDataset(String(reader.Resource), config, given, bucket, {
        remote,
        confinement,
        ...place,
      });
      const max = typeof config.MaxItems === 'number' ? config.MaxItems : 0;
      return opened(dataset.version, dataset.pages, max || Number.POSITIVE_INFINITY, from);
    },
    async openResults(writer, place, mapRunArn) {
      const given = isObject(writer.Arguments) ? writer.Arguments : {};
      const { folder, workFolder, spool } = place;
      const name = textOf(given.Bucket);
      const bucket = await bucketToWrite(folder, workFolder, name, remote, confinement);
      const run = mapRunId(mapRunArn);
      return openResultFiles(writer, bucket, join(spool, 'results'), run, mapRunArn);
    },
    forget: ({ spool }) => rm(spool, { recursive: true, force: true }).catch(() => undefined),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Pages of items between `from` and `max`. */
function opened(
  version: string,
  pages: () => AsyncGenerator<ItemPage>,
  max: number,
  from: number,
): OpenedItems {
  let reading: AsyncGenerator<ItemPage> | undefined;
  let position = 0;
  return {
    version,
    async count() {
      let count = 0;
      for await (const { items } of pages()) {
        count += items.length;
        if (count >= max) return max;
      }
      return count;
    },
    async next() {
      reading ??= pages();
      for (;;) {
        if (position >= max) return { items: [] };
        const { done, value } = await reading.next();
        if (done) return { items: [] };
        const begin = Math.max(0, from - position);
        const items = value.items.slice(begin, max - position);
        position += value.items.length;
        if (items.length > 0) return { ...value, items };
      }
    },
    async close() {
      // What it fails with has been told where it was read.
      await reading?.return(undefined).catch(() => undefined);
    },
  };
}
