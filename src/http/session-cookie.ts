/**
 * Cookies of a browser that logs in. Over TLS they are never sent without it.
 * @module
 */
import type { FastifyRequest } from 'fastify';
import { nameIn } from './auth.js';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Where it holds. */
  readonly path: string;
  /** How long; 0 ends it. */
  readonly seconds: number;
  /** The scheme by which the browser comes. */
  readonly over: 'http' | 'https';
}

/**
 * A cookie that scripts cannot read, and that other sites cannot have sent along.
 * @example cookieText({ name: 'millrace_session', value: '', path: '/', seconds: 0, over: 'https' })
 */
export function cookieText({ name, value, path, seconds, over }: Cookie): string {
  const only = over === 'https' ? '; Secure' : '';
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${only}`;
}

/**
 * By which scheme a browser comes: also through a proxy that says nothing of TLS, under the name by which people come through it.
 * @param publicUrl address under which people reach the server, if that is said
 */
export function schemeOf(
  { protocol, headers }: Pick<FastifyRequest, 'protocol' | 'headers'>,
  publicUrl: string | undefined,
): 'http' | 'https' {
  if (protocol === 'https') return 'https';
  if (publicUrl === undefined || !URL.canParse(publicUrl)) return 'http';
  const known = new URL(publicUrl);
  const isThere = known.hostname === nameIn(headers.host);
  return known.protocol === 'https:' && isThere ? 'https' : 'http';
}
