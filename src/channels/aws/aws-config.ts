/**
 * What SNS and SES are configured by alike: where they are, and as whom they are called.
 * @module
 */
import { z } from 'zod';
import type { AwsAccount } from '../channel.js';
import { webAddress } from '../webhook/webhook-channel.js';

export interface AwsConfig {
  region: string;
  /** Default: what AWS's client finds by itself. */
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  /** Default: AWS's own. */
  endpoint?: string | undefined;
}

export const awsFields: {
  readonly region: z.ZodType<string>;
  readonly accessKeyId: z.ZodType<string | undefined>;
  readonly secretAccessKey: z.ZodType<string | undefined>;
  readonly endpoint: z.ZodType<string | undefined>;
} = {
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region: eu-central-1'),
  accessKeyId: z
    .string()
    .regex(/^\w{4,128}$/, 'expected the id of an access key')
    .optional(),
  secretAccessKey: z.string().min(4).max(200).optional(),
  endpoint: webAddress.optional(),
};

/** The two that belong together. */
export function halfAKey({
  accessKeyId,
  secretAccessKey,
}: {
  readonly [field: string]: unknown;
}): string | undefined {
  const isHalf = (accessKeyId === undefined) !== (secretAccessKey === undefined);
  return isHalf ? 'give "accessKeyId" and "secretAccessKey", or none' : undefined;
}

/** @example accountOf({ region: 'eu-central-1' }) // { region: 'eu-central-1' } */
export function accountOf({
  region,
  endpoint,
  accessKeyId,
  secretAccessKey,
}: AwsConfig): AwsAccount {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  };
}
