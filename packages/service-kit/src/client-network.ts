import { isIPv6 } from 'node:net';

/** One subscriber has a whole /64 of IPv6 (RFC 6177), and could otherwise come from a new address each time. */
const PREFIX_GROUPS = 4;

const groupsOf = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));

/** The address as a client is counted by it: of IPv4 all of it, of IPv6 the network of 64 bits, as `2001:db8:0:1::/64`. */
export function clientNetworkOf(address: string): string {
  // Almost all are of IPv4, and to find that by the grammar of IPv6 is dear.
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [bare = ''] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail = ''] = bare.split('::');
  const [left, right] = [groupsOf(head), groupsOf(tail)];
  const isShort = bare.includes('::');
  // An IPv4 address at the end stands for two groups.
  const rightGroups = right.length + (right.at(-1)?.includes('.') ? 1 : 0);
  const middle = isShort ? Array.from({ length: Math.max(0, 8 - left.length - rightGroups) }, () => '0') : [];
  const first = [...left, ...middle, ...right].slice(0, PREFIX_GROUPS);
  return `${first.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
