/**
 * Whether what a server hears and says can be read on the way: it listens to other machines, and neither itself nor anybody whom it
 * trusts ends TLS before it.
 * @module
 */
import { BlockList, isIP } from 'node:net';

const OWN = new BlockList();
OWN.addSubnet('127.0.0.0', 8, 'ipv4');
OWN.addAddress('::1', 'ipv6');

/**
 * Whether a name or an address is this machine's alone.
 * @example isLoopback('127.0.0.2') // true
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const kind = isIP(name);
  if (kind === 0) return name === 'localhost' || name.endsWith('.localhost');
  return OWN.check(name, kind === 4 ? 'ipv4' : 'ipv6');
}

/** What decides it. */
export interface Listening {
  readonly host: string;
  readonly isTls: boolean;
  readonly trustedProxies: readonly string[];
}

/** @example isExposed({ host: '0.0.0.0', isTls: false, trustedProxies: [] }) // true */
export function isExposed({ host, isTls, trustedProxies }: Listening): boolean {
  return !isTls && trustedProxies.length === 0 && !isLoopback(host);
}
