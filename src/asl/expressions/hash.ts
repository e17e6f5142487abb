/**
 * The hashes of States.Hash and $hash, in pure JavaScript.
 * @module
 */
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeUtf8 } from './utf8.js';

export type HashAlgorithm = 'MD5' | 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

const ALGORITHMS: Record<HashAlgorithm, (bytes: Uint8Array) => Uint8Array> = {
  MD5: md5,
  'SHA-1': sha1,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
};

/** True for a name that `hashText` knows. */
export function isHashAlgorithm(name: string): name is HashAlgorithm {
  return Object.hasOwn(ALGORITHMS, name);
}

/** The hash of a text's UTF-8 bytes in lower-case hexadecimal. */
export function hashText(text: string, algorithm: HashAlgorithm): string {
  return bytesToHex(ALGORITHMS[algorithm](encodeUtf8(text)));
}
