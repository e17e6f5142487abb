/**
 * Blocks of addresses; finds all that hold an address with one look-up for each length of prefix that occurs.
 * @module
 */
import { type Few, visitMembers, withMember, withoutMember } from './few.js';

/** Bits of blocks and what they stand for, by the number of bits. */
export interface AddressSet<T extends object> {
  readonly byLength: Map<number, Map<string, Few<T>>>;
}

/** A set without blocks. */
export function newAddressSet<T extends object>(): AddressSet<T> {
  return { byLength: new Map() };
}

/** Adds a value for the block of addresses that begin with these bits. */
export function addBlock<T extends object>(
  { byLength }: AddressSet<T>,
  bits: string,
  value: T,
): void {
  const blocks = byLength.get(bits.length) ?? new Map<string, Few<T>>();
  byLength.set(bits.length, blocks);
  blocks.set(bits, withMember(blocks.get(bits), value));
}

/** Removes a value from a block. */
export function removeBlock<T extends object>(
  { byLength }: AddressSet<T>,
  bits: string,
  value: T,
): void {
  const blocks = byLength.get(bits.length);
  if (blocks === undefined) return;
  const values = withoutMember(blocks.get(bits), value);
  if (values === undefined) blocks.delete(bits);
  else blocks.set(bits, values);
  if (blocks.size === 0) byLength.delete(bits.length);
}

/** Calls `visit` with each value of every block that holds the address. */
export function visitBlocks<T extends object>(
  { byLength }: AddressSet<T>,
  bits: string,
  visit: (value: T) => void,
): void {
  for (const [length, blocks] of byLength) {
    if (length <= bits.length) visitMembers(blocks.get(bits.slice(0, length)), visit);
  }
}
