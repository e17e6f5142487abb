/**
 * Buckets of Amazon S3 or of any server that speaks its API, by AWS's own client, which is loaded when the first bucket is
 * used.
 *
 * S3 is configured when one of these is set, as for every program that uses AWS's SDKs: AWS_ENDPOINT_URL_S3,
 * AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_WEB_IDENTITY_TOKEN_FILE, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
 * AWS_CONTAINER_CREDENTIALS_FULL_URI. The region is AWS_REGION, AWS_DEFAULT_REGION or us-east-1.
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 * @module
 */
import { open } from 'node:fs/promises';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.js';

type Sdk = typeof import('@aws-sdk/client-s3');
type Environment = { readonly [name: string]: string | undefined };

/** Bytes that are sent in one request. */
const PART_BYTES = 8_388_608;
/** Milliseconds until a connection is there, and in which nothing may come over it. */
const CONNECTION_MS = 10_000;
const SILENCE_MS = 60_000;
/** How often a broken connection is made again without a byte in between. */
const RECONNECTIONS = 4;

const CONFIGURED_BY = [
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL',
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/** A bucket in which things are also changed. */
export interface ObjectStore extends Bucket {
  /** One request: readers see the old content or the new one. */
  putText(key: string, text: string): Promise<void>;
  /** Fine when they are gone. @param keys at most 1,000 */
  remove(keys: readonly string[]): Promise<void>;
}

/** Whether something failed because there is no such object. */
export function isMissing(error: unknown): boolean {
  const { name } = ((error as Error).cause ?? {}) as { name?: string };
  return name === 'NoSuchKey' || name === 'NotFound';
}

/**
 * Gives S3's buckets as the environment configures them.
 * @example createS3Buckets(process.env)('orders')?.find('2026/rows.csv')
 */
export function createS3Buckets(
  environment: Environment,
): (name: string) => ObjectStore | undefined {
  if (!CONFIGURED_BY.some((name) => environment[name])) return () => undefined;
  let loading: Promise<Connection> | undefined;
  const connect = (): Promise<Connection> => {
    loading ??= openConnection(environment);
    return loading;
  };
  return (name) => s3Bucket(name, connect);
}

interface Connection {
  sdk: Sdk;
  client: S3Client;
}

async function openConnection(environment: Environment): Promise<Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
  const client = new sdk.S3Client({
    region: environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1',
    ...credentialsOf(environment),
    // Other servers seldom have a host name for each bucket.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // By default a server that has gone silent is waited for without end.
    requestHandler: { connectionTimeout: CONNECTION_MS, socketTimeout: SILENCE_MS },
    // Nor do all of them know the checksums that the client adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { sdk, client };
}

/**
 * Keys that the environment itself holds; else the client looks for others. As in AWS's own order, a profile goes before.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 */
function credentialsOf(environment: Environment): Pick<S3ClientConfig, 'credentials'> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = environment;
  if (AWS_PROFILE || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return {};
  return {
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    },
  };
}

function s3Bucket(name: string, connect: () => Promise<Connection>): ObjectStore {
  return {
    name,
    find(key, versionId) {
      const subject = { Bucket: name, Key: key, ...(versionId ? { VersionId: versionId } : {}) };
      return told(`read s3://${name}/${key}`, async () => {
        const { sdk, client } = await connect();
        const head = await client.send(new sdk.HeadObjectCommand(subject));
        const version = head.ETag ?? `${head.ContentLength}`;
        return {
          version,
          size: head.ContentLength ?? 0,
          read: () => bytesOf(connect, subject, head.ETag),
        };
      });
    },
    async *list(prefix) {
      const { sdk, client } = await connect();
      for (let token: string | undefined; ; ) {
        const page = await told(`list s3://${name}/${prefix}`, () =>
          client.send(
            new sdk.ListObjectsV2Command({
              Bucket: name,
              Prefix: prefix,
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
          ),
        );
        yield (page.Contents ?? []).map((object) => ({
          Etag: object.ETag ?? '',
          Key: object.Key ?? '',
          LastModified: Math.floor((object.LastModified?.getTime() ?? 0) / 1000),
          Size: object.Size ?? 0,
          StorageClass: object.StorageClass ?? 'STANDARD',
        }));
        token = page.NextContinuationToken;
        if (!page.IsTruncated || token === undefined) return;
      }
    },
    put: (key, file) =>
      told(`write s3://${name}/${key}`, async () => upload(await connect(), name, key, file)),
    putText: (key, text) =>
      told(`write s3://${name}/${key}`, async () => {
        const { sdk, client } = await connect();
        await client.send(new sdk.PutObjectCommand({ Bucket: name, Key: key, Body: text }));
      }),
    remove: (keys) =>
      told(`remove from s3://${name}/${keys[0] ?? ''}`, async () => {
        const { sdk, client } = await connect();
        // One by one: several in one request need a checksum that not every server knows.
        for (const Key of keys) {
          await client.send(new sdk.DeleteObjectCommand({ Bucket: name, Key }));
        }
      }),
  };
}

type Subject = { Bucket: string; Key: string; VersionId?: string };

/** The bytes of an object; a connection that breaks is made again from where it broke. */
async function* bytesOf(
  connect: () => Promise<Connection>,
  subject: Subject,
  etag: string | undefined,
): AsyncGenerator<Uint8Array> {
  const { sdk, client } = await connect();
  const whole = { ...subject, ...(etag ? { IfMatch: etag } : {}) };
  let offset = 0;
  for (let failures = 0; ; ) {
    const range = offset === 0 ? {} : { Range: `bytes=${offset}-` };
    const before = offset;
    const { Body } = await told(`read s3://${subject.Bucket}/${subject.Key}`, () =>
      client.send(new sdk.GetObjectCommand({ ...whole, ...range })),
    );
    try {
      for await (const chunk of Body as unknown as AsyncIterable<Uint8Array>) {
        offset += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      failures = offset > before ? 1 : failures + 1;
      if (failures > RECONNECTIONS) throw error;
    }
  }
}

/** Puts a file into a bucket, in parts when it is large: a part can be sent again, a stream cannot. */
async function upload(
  { sdk, client }: Connection,
  Bucket: string,
  Key: string,
  file: string,
): Promise<void> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const part = async (at: number): Promise<Uint8Array> => {
      const bytes = Buffer.alloc(Math.min(PART_BYTES, size - at));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
      return bytes.subarray(0, bytesRead);
    };
    if (size <= PART_BYTES) {
      await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: await part(0) }));
      return;
    }
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key }));
    const target = { Bucket, Key, UploadId };
    try {
      const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
      for (let at = 0; at < size; at += PART_BYTES) {
        const PartNumber = Parts.length + 1;
        const command = new sdk.UploadPartCommand({ ...target, PartNumber, Body: await part(at) });
        Parts.push({ PartNumber, ETag: (await client.send(command)).ETag });
      }
      const MultipartUpload = { Parts };
      await client.send(new sdk.CompleteMultipartUploadCommand({ ...target, MultipartUpload }));
    } catch (error) {
      // What is left of it would be paid for; that it cannot be removed is not what has gone wrong.
      await client.send(new sdk.AbortMultipartUploadCommand(target)).catch(() => undefined);
      throw error;
    }
  } finally {
    await handle.close();
  }
}

/** Does something in S3; its error tells what was tried, and what may help. */
async function told<Value>(attempt: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    const { name = 'Error', message = '' } = error as { name?: string; message?: string };
    const detail = message === '' || message === name ? name : `${name}: ${message}`;
    throw new Error(`Could not ${attempt}: ${detail}. ${adviceFor(name)}`, { cause: error });
  }
}

function adviceFor(name: string): string {
  switch (name) {
    case 'NoSuchKey':
    case 'NotFound':
    case 'NoSuchBucket':
      return 'Check Bucket and Key.';
    case 'PreconditionFailed':
      return 'The object has changed while it was being read; redrive the execution.';
    case 'AccessDenied':
    case 'Forbidden':
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'CredentialsProviderError':
      return 'Check the AWS credentials of the server and what they allow.';
    default:
      return 'Check AWS_ENDPOINT_URL_S3, the region and the network.';
  }
}
