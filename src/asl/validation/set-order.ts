/**
 * The order in which the service lists the fields of a rule: `[States, StartAt]`, `[SecondsPath, Seconds, …]`.
 *
 * The service keeps such fields in hash sets of the Java platform, and lists them as they lie in the set. The order is
 * specified: by the hash code of the name, spread over the buckets of a table whose size is a power of two.
 * Source: Java SE API specification, String.hashCode; the orders of recorded messages.
 * @module
 */

/**
 * The names in the order of a hash set that holds them.
 * @example inSetOrder(['StartAt', 'States']) // ['States', 'StartAt']
 */
export function inSetOrder(names: readonly string[]): string[] {
  let buckets = 16;
  while (names.length > buckets * 0.75) buckets *= 2;
  return names
    .map((name) => ({ name, bucket: spread(hashCode(name)) & (buckets - 1) }))
    .sort((one, other) => one.bucket - other.bucket)
    .map(({ name }) => name);
}

function hashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  }
  return hash;
}

function spread(hash: number): number {
  return hash ^ (hash >>> 16);
}
