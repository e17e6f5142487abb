/**
 * What all that sends requests over HTTP is configured by, and how it words what goes wrong on the way.
 * @module
 */
import type { Confinement } from '../process/confinement.js';
import type { Resolve } from './exchange.js';

export interface HttpConfig extends Confinement {
  /** Lets tasks reach all loopback, private and link-local addresses, or the listed ones. Defaults to false. */
  allowPrivateAddresses?: boolean | string[];
  /** Bytes that `saveTo` may write. Defaults to 4 GiB. */
  downloadLimit?: number;
  /** Resolves names. Defaults to the system's resolver. */
  resolve?: Resolve;
}

/** Whether the operator lets tasks reach an address that is none of the public internet. */
export function isListed(
  address: string,
  { allowPrivateAddresses: allowed = false }: HttpConfig,
): boolean {
  return typeof allowed === 'boolean' ? allowed : allowed.includes(address);
}

/** Why no answer came, in a sentence. */
export function connectionProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // A host with several addresses fails with one error for each of them.
  const inner = error instanceof AggregateError ? error.errors.map((one) => String(one)) : [];
  const text = [message, ...inner].filter((part) => part !== '').join('; ');
  return `The server could not be reached: ${text || String(code)}`;
}
