/**
 * How channels touch the world here: HTTP and SMTP to addresses that the operator allows, with a deadline, without redirects, and
 * with bounded answers.
 * @module
 */
import type { ChannelAnswer, ChannelPorts, ChannelRequest } from '../../../channels/channel.js';
import { TaskFailure } from '../../../connectors/errors.js';
import { exchange, guardedLookup } from '../../../connectors/http/exchange.js';
import type { HttpConfig } from '../../../connectors/http/http-config.js';
import { isPublicAddress } from '../../../connectors/http/public-address.js';
import { readExcerpt } from '../../../connectors/http/response-body.js';
import { callAws } from './aws.js';
import { sendMail } from './smtp.js';

export interface ChannelPortsConfig {
  /** Private addresses that may be dialled: all, none, or the listed ones. Default: none. */
  readonly allowPrivateAddresses?: HttpConfig['allowPrivateAddresses'];
  /** Resolves names. Default: the system's resolver. */
  readonly resolve?: HttpConfig['resolve'];
  /** Certificates of authorities, in PEM, that mail servers are known by besides those of Node. Default: none. */
  readonly authorities?: string;
  /** Milliseconds for one request. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** Bytes of an answer that are read, unless a channel asks for more, and however many it asks for. */
const MOST_BYTES = 64 * 1024;
const LIMIT_BYTES = 2 * 1024 * 1024;
/** Milliseconds for a request, and for a mail, which takes several answers. */
const TIMEOUT = 10_000;
const MAIL_TIMEOUTS = 3;

/** @example createEngine({ …, notifications: { ports: createChannelPorts({}) } }) */
export function createChannelPorts(config: ChannelPortsConfig): ChannelPorts {
  const { allowPrivateAddresses: allowed = false, resolve, timeoutMs = TIMEOUT } = config;
  const isAllowed = (address: string): boolean =>
    isPublicAddress(address) ||
    (typeof allowed === 'boolean' ? allowed : allowed.includes(address));
  const lookup = guardedLookup({ isAllowed, resolve });
  return {
    http: (request, signal) => ask(request, { isAllowed, resolve, timeoutMs }, signal),
    mail: (server, mail, signal) =>
      sendMail(server, mail, signal, {
        ...{ isAllowed, lookup, timeoutMs: timeoutMs * MAIL_TIMEOUTS },
        ...(config.authorities === undefined ? {} : { authorities: config.authorities }),
      }),
    aws: (account, call, signal) =>
      callAws(account, call, signal, { isAllowed, lookup, timeoutMs }),
  };
}

interface Guard {
  isAllowed(address: string): boolean;
  readonly resolve: HttpConfig['resolve'] | undefined;
  readonly timeoutMs: number;
}

async function ask(
  { url, method, headers, body, mostBytes = MOST_BYTES }: ChannelRequest,
  { isAllowed, resolve, timeoutMs }: Guard,
  closing: AbortSignal,
): Promise<ChannelAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([closing, timeout]);
  try {
    const length = { 'content-length': String(Buffer.byteLength(body ?? '')) };
    const answer = await exchange(
      { url: new URL(url), method, headers: { ...headers, ...length }, body },
      { isAllowed, resolve, signal },
    );
    answer.on('error', () => {});
    const told: { [name: string]: string } = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined) told[name] = [value].flat().join(', ');
    }
    const text = await readExcerpt(answer, Math.min(mostBytes, LIMIT_BYTES));
    answer.destroy();
    return { type: 'answered', status: answer.statusCode ?? 0, headers: told, body: text };
  } catch (error) {
    if (error instanceof TaskFailure) return { type: 'forbidden', error: error.message };
    const { code = '', message } = error as NodeJS.ErrnoException;
    const words = timeout.aborted
      ? `there was no answer within ${timeoutMs / 1_000} s`
      : `it cannot be reached: ${message || code}`;
    return { type: 'unreachable', error: words };
  }
}
