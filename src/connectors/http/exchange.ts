/**
 * One request and the head of its answer, to an address that was checked.
 *
 * The check happens where the address is known for sure: names are resolved by our own lookup, whose answer is what is
 * dialled, so a name that first resolves to a public address and then to a private one gains nothing.
 * @module
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { TaskFailure, taskErrors } from '../errors.js';

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface ExchangeRequest {
  url: URL;
  method: string;
  headers: { [name: string]: string };
  body: string | undefined;
}

export interface ExchangeOptions {
  isAllowed: (address: string) => boolean;
  signal: AbortSignal;
  resolve?: Resolve | undefined;
}

const HEADER_LIMIT = 65_536;

/** Sends a request. The answer's body is unread. Throws TaskFailure `Http.AddressNotAllowed` or the socket's error. */
export function exchange(
  request: ExchangeRequest,
  options: ExchangeOptions,
): Promise<IncomingMessage> {
  const { url } = request;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && !options.isAllowed(host)) {
    return Promise.reject(notAllowed(host, host));
  }
  const { request: send } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      method: request.method,
      headers: request.headers,
      agent: false,
      signal: options.signal,
      maxHeaderSize: HEADER_LIMIT,
      lookup: guardedLookup(options) as never,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

type LookupCallback = (
  error: Error | null,
  address?: string | LookupAddress[],
  family?: number,
) => void;

/** `dns.lookup`, except that one special address among the answers fails the whole lookup. */
export function guardedLookup(
  options: Pick<ExchangeOptions, 'isAllowed' | 'resolve'>,
): (hostname: string, lookupOptions: LookupOptions, callback: LookupCallback) => void {
  const resolve: Resolve = options.resolve ?? lookup;
  return (hostname, lookupOptions, callback) => {
    const family = Number(lookupOptions.family ?? 0);
    resolve(hostname, { all: true, ...(family === 0 ? {} : { family }) }, (error, addresses) => {
      if (error) return callback(error);
      const special = addresses.find(({ address }) => !options.isAllowed(address));
      if (special) {
        return callback(notAllowed(hostname, special.address));
      }
      if (lookupOptions.all) return callback(null, addresses);
      const [first] = addresses;
      if (!first) return callback(new Error(`${hostname} has no address.`));
      return callback(null, first.address, first.family);
    });
  };
}

function notAllowed(host: string, address: string): TaskFailure {
  const named = host === address ? address : `${host} (${address})`;
  return new TaskFailure(
    taskErrors.httpAddress,
    `${named} is not an address of the public internet. If tasks may reach your own network, allow it in the configuration of Millrace (allowPrivateAddresses).`,
  );
}
