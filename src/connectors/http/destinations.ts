/**
 * One HTTP request that tells somebody something, and whether it arrived; or that asks for something small. Only addresses that the operator allows are
 * dialled, redirects are not followed, and the answer's body is not read, except where something small is asked for.
 * @module
 */
import { TaskFailure } from '../errors.js';
import { exchange } from './exchange.js';
import { connectionProblem, type HttpConfig, isListed } from './http-config.js';
import { isPublicAddress } from './public-address.js';
import { readBody } from './response-body.js';

export interface DestinationRequest {
  url: string;
  method: string;
  /** By names in small letters. */
  headers: { [name: string]: string };
  body: string | undefined;
}

export type DestinationAnswer =
  | { type: 'arrived' }
  /** Another try may help. */
  | {
      type: 'failed';
      failure: { code: string; message: string };
      /** Milliseconds that the server asks for. */
      retryAfterMs?: number;
      /** What lets it in was refused: another token may be taken. */
      isUnauthorized?: true;
    }
  /** No other try will help. */
  | { type: 'refused'; failure: { code: string; message: string } };

export interface Destinations {
  /** Never rejects. */
  send(request: DestinationRequest, signal: AbortSignal): Promise<DestinationAnswer>;
  /** The answer of somebody who is asked for something small, such as a token of OAuth. Never rejects. */
  ask(request: DestinationRequest, signal: AbortSignal): Promise<AskedAnswer>;
}

/** What was answered, whatever its status; or why there is no answer. */
export type AskedAnswer = { status: number; body: string } | { problem: string };

/** What EventBridge waits for an answer. */
const TIMEOUT_MS = 5_000;
/** For an answer that is read: others wait for it, so it is given up before they are. */
const ASKING_MS = 20_000;
/** Bytes of such an answer. */
const ASKED_LIMIT = 65_536;

export function createDestinations(config: HttpConfig): Destinations {
  const isAllowed = (address: string): boolean =>
    isPublicAddress(address) || isListed(address, config);
  return {
    async ask({ url, ...request }, signal) {
      const timeout = AbortSignal.timeout(ASKING_MS);
      try {
        const both = AbortSignal.any([signal, timeout]);
        const options = { isAllowed, resolve: config.resolve, signal: both };
        const answer = await exchange({ ...request, url: new URL(url) }, options);
        const body = await readBody(answer, ASKED_LIMIT);
        return { status: answer.statusCode ?? 0, body: body.toString('utf8') };
      } catch (error) {
        if (timeout.aborted)
          return { problem: `There was no answer within ${ASKING_MS / 1_000} s.` };
        if (error instanceof TaskFailure) return { problem: error.message };
        return { problem: connectionProblem(error) };
      }
    },
    async send({ url, ...request }, signal) {
      const timeout = AbortSignal.timeout(TIMEOUT_MS);
      try {
        const answer = await exchange(
          { ...request, url: new URL(url) },
          {
            isAllowed,
            resolve: config.resolve,
            signal: AbortSignal.any([signal, timeout]),
          },
        );
        answer.on('error', () => {});
        answer.destroy();
        return judge(answer.statusCode ?? 0, answer.headers['retry-after']);
      } catch (error) {
        if (error instanceof TaskFailure) {
          return { type: 'refused', failure: { code: 'NO_PERMISSIONS', message: error.message } };
        }
        const { code = '', message } = error as NodeJS.ErrnoException;
        if (code.startsWith('ERR_INVALID')) {
          return { type: 'refused', failure: { code: 'INVALID_PARAMETER', message: code } };
        }
        const text = timeout.aborted
          ? `There was no answer within ${TIMEOUT_MS / 1_000} s.`
          : `The server could not be reached: ${message || code}`;
        return { type: 'failed', failure: { code: 'CONNECTION_FAILURE', message: text } };
      }
    },
  };
}

/** AWS tries again after 401, 407, 409, 429 and 5xx. */
function judge(status: number, retryAfter: string | undefined): DestinationAnswer {
  if (status >= 200 && status < 300) return { type: 'arrived' };
  const failure = { code: 'SDK_CLIENT_ERROR', message: `The endpoint answered ${status}.` };
  const isPassing = [401, 407, 409, 429].includes(status) || status >= 500;
  if (!isPassing) return { type: 'refused', failure };
  const seconds = Number(retryAfter);
  return {
    type: 'failed',
    failure,
    ...(status === 401 || status === 407 ? { isUnauthorized: true as const } : {}),
    ...(retryAfter !== undefined && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {}),
  };
}
