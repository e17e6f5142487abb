/**
 * Arguments of a `millrace:http` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `url` | http or https |
 * | `method` | GET when absent |
 * | `headers` | `{ name: value }`; values of headers such as Authorization never appear in logs and causes |
 * | `query` | `{ name: value or list of values }`, added to the URL |
 * | `body` | text is sent as it is, any other JSON as application/json |
 * | `timeoutSeconds` | for the whole answer; 60 when absent |
 * | `expect` | `{ status: [200, 404] }`: statuses that count as success; 200 to 299 when absent |
 * | `saveTo` | file in the work folder that gets the body, for what is larger than 256 KiB |
 * @module
 */
import { z } from 'zod';
import type { Json } from '../connector.js';

export const DEFAULT_TIMEOUT_SECONDS = 60;

export type QueryValue = string | number | boolean;

export interface HttpArguments {
  url: string;
  method?: string | undefined;
  headers?: { [name: string]: string } | undefined;
  query?: { [name: string]: QueryValue | QueryValue[] } | undefined;
  body?: Json | undefined;
  timeoutSeconds?: number | undefined;
  expect?: { status: number[] } | undefined;
  saveTo?: string | undefined;
}

const queryValue = z.union([z.string(), z.number(), z.boolean()]);

/** Headers that belong to the transport: another value would let a request be read in two ways. */
const TRANSPORT_HEADERS = ['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade'];

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'This is not the name of a header.')
  .refine(
    (name) => !TRANSPORT_HEADERS.includes(name.toLowerCase()),
    'This header is set by Millrace.',
  );

const headerValue = z
  .string()
  .regex(
    /^[\t\x20-\x7e\x80-\xff]*$/,
    'A header value may not hold line breaks or control characters.',
  );

function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:');
}

export const httpArguments: z.ZodType<HttpArguments> = z.strictObject({
  url: z.string().refine(isWebAddress, 'Give an address that begins with https:// or http://.'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional(),
  headers: z.record(headerName, headerValue).optional(),
  query: z.record(z.string(), z.union([queryValue, z.array(queryValue)])).optional(),
  body: z.json().optional(),
  timeoutSeconds: z.number().min(0.001).max(86_400).optional(),
  expect: z.strictObject({ status: z.array(z.number().int().min(200).max(599)).min(1) }).optional(),
  saveTo: z.string().min(1).optional(),
});
