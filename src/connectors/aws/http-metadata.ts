/**
 * What optimized integrations show of the HTTP exchange: SdkHttpMetadata and SdkResponseMetadata.
 * @module
 */
import type { AwsMetadata, AwsObject } from '../../aws/aws.js';

/** Node reads all names in small letters; these are how AWS's services write them. */
const WRITTEN: ReadonlyMap<string, string> = new Map(
  [
    'Connection',
    'Content-Length',
    'Content-Type',
    'Date',
    'Server',
    'X-Amz-Executed-Version',
    'X-Amz-Function-Error',
    'X-Amz-Log-Result',
    'X-Amzn-Trace-Id',
    'x-amzn-RequestId',
    'x-amzn-Remapped-Content-Length',
    'x-amz-crc32',
  ].map((name) => [name.toLowerCase(), name]),
);

/**
 * @param hidden headers that are left out, in small letters
 * @example withMetadata({ JobId: '1' }, metadata) // { JobId: '1', SdkHttpMetadata: {…}, SdkResponseMetadata: { RequestId } }
 */
export function withMetadata(
  output: AwsObject,
  metadata: AwsMetadata,
  hidden: readonly string[] = [],
): AwsObject {
  const named = Object.entries(metadata.headers)
    .filter(([name]) => !hidden.includes(name))
    .map(([name, value]) => [WRITTEN.get(name) ?? name, value] as const);
  return {
    ...output,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(named.map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(named),
      HttpStatusCode: metadata.statusCode,
    },
    SdkResponseMetadata: { RequestId: metadata.requestId },
  };
}
