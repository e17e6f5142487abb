/**
 * Several random values from one seed, for expressions that draw more than once; see `../random.ts` for single numbers.
 *
 * Not for secrets: whoever knows the seed knows the values. The seed comes with the event (see `transition.ts`).
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeUtf8 } from './utf8.js';

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
