/**
 * IP addresses as strings of bits, so that a CIDR block is a prefix.
 * @module
 */

const IPV4 = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/;
const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;
const OCTETS = Array.from({ length: 256 }, (_, octet) => octet.toString(2).padStart(8, '0'));
const MAPPED = `${'0'.repeat(80)}${'1'.repeat(16)}`;

/** `'4'` or `'6'` followed by 32 or 128 binary digits; undefined when the text is no address. */
export function addressBits(text: string): string | undefined {
  if (text.length > 64) return undefined;
  if (IPV4.test(text)) return ipv4Bits(text);
  return IPV6.test(text) ? ipv6Bits(text) : undefined;
}

/** The bits that all addresses of a CIDR block begin with, or why the text is none. */
export function cidrBits(text: string): { bits: string } | { reason: string } {
  const [address = '', mask, ...more] = text.split('/');
  if (mask === undefined || mask === '' || more.length > 0) {
    return { reason: "Malformed CIDR, one '/' required" };
  }
  if (!/^[+-]?\d{1,9}$/.test(mask)) {
    return { reason: 'Malformed CIDR, mask bits must be an integer' };
  }
  const length = Number(mask);
  if (length < 0) return { reason: 'Malformed CIDR, mask bits must not be negative' };
  const bits = addressBits(address);
  if (bits === undefined) return { reason: `Nonstandard IP address: ${address}` };
  const limit = bits.length - 1;
  if (length >= limit) {
    return { reason: `IPv${limit === 32 ? 4 : 6} mask bits must be < ${limit}` };
  }
  return { bits: bits.slice(0, length + 1) };
}

function ipv4Bits(text: string): string | undefined {
  let bits = '4';
  for (const part of text.split('.')) {
    const octet = OCTETS[Number(part)];
    if (octet === undefined) return undefined;
    bits += octet;
  }
  return bits;
}

function ipv6Bits(text: string): string | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  let bits = '';
  for (const group of [...before, ...Array<string>(missing).fill('0'), ...after]) {
    if (group === '' || group.length > 4) return undefined;
    bits += Number.parseInt(group, 16).toString(2).padStart(16, '0');
  }
  // An IPv4 address written the IPv6 way is the same address.
  return bits.startsWith(MAPPED) ? `4${bits.slice(MAPPED.length)}` : `6${bits}`;
}
