/**
 * Randomness from a seed: the same seed gives the same numbers, so a transition can be computed again.
 *
 * Not for secrets: whoever knows the seed knows the numbers. The seed comes with the event (see `transition.ts`).
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeUtf8 } from './utf8.js';

/**
 * A number from 0 (included) to 1 (excluded), with 32 random bits.
 * @example randomFraction('event-7/jitter') // always the same
 */
export function randomFraction(seed: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(encodeUtf8(seed));
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
}

/** A version 4 UUID (RFC 9562 §5.4). */
export function randomUuid(seed: string): string {
  const bytes = sha256(encodeUtf8(`uuid/${seed}`)).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytesToHex(bytes);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** Numbers one after the other from one seed, for expressions that draw several times. */
export interface Draws {
  readonly seed: string;
  made: number;
}

/** The seed of the next draw: new for each. */
export function nextSeed(draws: Draws): string {
  draws.made += 1;
  return `${draws.seed}/${draws.made}`;
}
