/**
 * Whether an IP address belongs to the public internet.
 *
 * A task must not reach what only this machine and its network can reach: loopback, private networks, link-local
 * addresses with the metadata service of clouds (169.254.169.254, fd00:ec2::254). Addresses that embed an IPv4 address are
 * judged by that. Source: the IANA special-purpose address registries (RFC 6890).
 * @module
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const special = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(address, prefix, 'ipv4');
}

/** False for special addresses, and for text that is no IP address. @example isPublicAddress('127.0.0.1') // false */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  const groups = groupsOf(address);
  const embedded = embeddedIpv4(groups);
  if (embedded) return isPublicAddress(embedded);
  const [first = 0, second = 0] = groups;
  const isGlobalUnicast = first >= 0x2000 && first <= 0x3fff;
  const isDocumentation = (first === 0x2001 && second === 0xdb8) || first === 0x3fff;
  const isProtocolAssignment = first === 0x2001 && second < 0x200;
  return isGlobalUnicast && !isDocumentation && !isProtocolAssignment;
}

/** The eight groups of a valid IPv6 address, which may end in dotted IPv4 form. */
function groupsOf(address: string): number[] {
  const plain = address.replace(/\d+\.\d+\.\d+\.\d+$/, (dotted) => {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const parse = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  const after = tail === undefined ? [] : parse(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** IPv4-mapped, IPv4-compatible, NAT64 (64:ff9b::/96) and 6to4 (2002::/16) addresses carry an IPv4 address. */
function embeddedIpv4(groups: number[]): string | undefined {
  const leading = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':');
  const isEmbedded = ['0:0:0:0:0:ffff', '0:0:0:0:0:0', '0:0:0:0:ffff:0', '64:ff9b:0:0:0:0'];
  if (isEmbedded.includes(leading)) return dotted(groups[6] ?? 0, groups[7] ?? 0);
  if (groups[0] === 0x2002) return dotted(groups[1] ?? 0, groups[2] ?? 0);
  return undefined;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
