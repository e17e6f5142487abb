/**
 * Blocks of addresses; finds all that hold an address with one look-up for each length of prefix that occurs.
 * @module
 */

/** Bits of blocks and what they stand for, by the number of bits. */
export interface AddressSet<T> {
  readonly byLength: Map<number, Map<string, Set<T>>>;
}

/** A set without blocks. */
export function newAddressSet<T>(): AddressSet<T> {
  return { byLength: new Map() };
}

/** Adds a value for the block of addresses that begin with these bits. */
export function addBlock<T>({ byLength }: AddressSet<T>, bits: string, value: T): void {
  const blocks = byLength.get(bits.length) ?? new Map<string, Set<T>>();
  byLength.set(bits.length, blocks);
  const values = blocks.get(bits) ?? new Set<T>();
  blocks.set(bits, values);
  values.add(value);
}

/** Removes a value from a block. */
export function removeBlock<T>({ byLength }: AddressSet<T>, bits: string, value: T): void {
  const blocks = byLength.get(bits.length);
  const values = blocks?.get(bits);
  values?.delete(value);
  if (values?.size === 0) blocks?.delete(bits);
  if (blocks?.size === 0) byLength.delete(bits.length);
}

/** Calls `visit` with each value of every block that holds the address. */
export function visitBlocks<T>(
  { byLength }: AddressSet<T>,
  bits: string,
  visit: (value: T) => void,
): void {
  for (const [length, blocks] of byLength) {
    if (length <= bits.length) blocks.get(bits.slice(0, length))?.forEach(visit);
  }
}
