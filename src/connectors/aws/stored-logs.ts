/**
 * Lines of jobs that lie in S3, as EMR in its three forms puts them there: compressed, replaced by a longer object as the job goes
 * on, without a time of each line. And where such logs are, when their names are not known beforehand.
 *
 * What is read is bounded: so many bytes of an object as it lies there, and so many of what comes out of it.
 * @module
 */
import { constants, createGunzip } from 'node:zlib';
import type { AwsObject } from '../../aws/aws.js';
import {
  type Caller,
  type LogStream,
  numberIn,
  objectsIn,
  type StoredLog,
  textIn,
} from './integration.js';

/** Bytes of an object that are fetched, and of its text. */
const MOST_FETCHED = 4 * 1024 * 1024;
const MOST_TEXT = 10 * 1024 * 1024;
/** What is listed of a job. */
const MOST_LISTED = 200;

/** What an object holds beyond what was read of it. */
export interface StoredPiece {
  readonly lines: readonly string[];
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /** To read on from. */
  readonly token: string;
}

/**
 * The next lines of an object; undefined: there are none by now.
 * @param token of the piece before
 * @param most lines
 * @example await readStored({ bucket: 'logs', key: 'emr/j-1/steps/s-1/stderr.gz' }, undefined, 1_000, caller)
 */
export async function readStored(
  { bucket, key }: StoredLog,
  token: unknown,
  most: number,
  caller: Caller,
): Promise<StoredPiece | undefined> {
  const [seen = '', from = '0', whole = ''] = typeof token === 'string' ? token.split(' ') : [];
  const input: AwsObject = { Bucket: bucket, Key: key, Range: `bytes=0-${MOST_FETCHED - 1}` };
  // Read to its end: only another object of this name is news.
  if (whole !== '') input.IfNoneMatch = seen;
  const answer = await caller.call('s3', 'getObject', input, {
    ...{ style: 'optimized', urgency: 'look', bodies: 'base64' },
  });
  if (answer.type === 'refused') return undefined;
  const { output } = answer;
  const fetched = Buffer.from(textIn(output, 'Body'), 'base64');
  const { text, isCut } = await unpacked(fetched);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (isCut || fetched.length >= MOST_FETCHED) {
    lines.push(`The rest is where it was written: s3://${bucket}/${key}`);
  }
  const start = Number(from);
  const end = Math.min(lines.length, start + most);
  const isWhole = end >= lines.length ? ' all' : '';
  return {
    lines: lines.slice(start, end).map((line) => line.replace(/\r$/, '')),
    at: numberIn(output, 'LastModified'),
    token: `${textIn(output, 'ETag')} ${end}${isWhole}`,
  };
}

/** What is compressed, as text: no more of it than is allowed, and what there is of it when it ends in the middle. */
async function unpacked(bytes: Buffer): Promise<{ text: string; isCut: boolean }> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { text: bytes.toString('utf8'), isCut: false };
  const chunks: Buffer[] = [];
  let length = 0;
  const unzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  unzip.end(bytes);
  try {
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MOST_TEXT) break;
    }
  } catch {
    // Damaged from here on: what came before is shown.
  }
  const text = Buffer.concat(chunks).subarray(0, MOST_TEXT).toString('utf8');
  return { text, isCut: length >= MOST_TEXT };
}

/** Bucket and prefix of `s3://bucket/prefix/`, as EMR writes it also `s3n://…`; undefined: it is none. */
export function placeOfUri(uri: string): { bucket: string; prefix: string } | undefined {
  const [, bucket, path = ''] = /^s3[an]?:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  if (bucket === undefined) return undefined;
  const prefix = path.replace(/\/+$/, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/** Which of what lies there are logs to be read: `…-driver/stderr.gz`. */
export interface Wanted {
  /** What their names end with, without `.gz`: its first group is `stdout` or `stderr`. */
  readonly ends: RegExp;
}

/** Objects below an address whose names are not known beforehand. */
export async function storedBelow(
  uri: string,
  path: string,
  { ends }: Wanted,
  caller: Caller,
): Promise<StoredLog[]> {
  const place = placeOfUri(uri);
  if (place === undefined) return [];
  const { bucket } = place;
  const input = { Bucket: bucket, Prefix: `${place.prefix}${path}`, MaxKeys: MOST_LISTED };
  const listed = await caller.call('s3', 'listObjectsV2', input, { urgency: 'look' });
  if (listed.type === 'refused') return [];
  return objectsIn(listed.output, 'Contents').flatMap((one) => {
    const key = textIn(one, 'Key');
    const kind = ends.exec(key.replace(/\.gz$/, ''))?.[1];
    return kind === undefined ? [] : [{ bucket, key, isError: kind === 'stderr' }];
  });
}

/** Streams of a group whose names are not known beforehand. */
export async function streamsBelow(
  group: string,
  prefix: string,
  { ends }: Wanted,
  caller: Caller,
): Promise<LogStream[]> {
  const input = { LogGroupName: group, LogStreamNamePrefix: prefix, Limit: 50 };
  const listed = await caller.call('cloudwatchlogs', 'describeLogStreams', input, {
    urgency: 'look',
  });
  if (listed.type === 'refused') return [];
  return objectsIn(listed.output, 'LogStreams').flatMap((one) => {
    const stream = textIn(one, 'LogStreamName');
    const kind = ends.exec(stream)?.[1];
    return kind === undefined ? [] : [{ group, stream, isError: kind === 'stderr' }];
  });
}
