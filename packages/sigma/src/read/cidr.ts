import { isIPv4, isIPv6 } from 'node:net';

const isFine = undefined;

/** The eight groups of an IPv6 address that `isIPv6` has accepted. */
function ipv6Groups(address: string): readonly number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [a = 0, b = 0, c = 0, d = 0] = (dotted?.slice(1) ?? []).map(Number);
  const plain = dotted
    ? `${address.slice(0, dotted.index)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
    : address;
  const [head = '', tail] = plain.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({ length: zeros }, () => 0), ...last];
}

function bitsOf(address: string): string {
  if (isIPv4(address)) {
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  }
  return ipv6Groups(address)
    .map((group) => group.toString(2).padStart(16, '0'))
    .join('');
}

/** Why a text is no network in CIDR notation, IPv4 or IPv6; an address alone is a network of one. */
export function cidrProblem(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const width = isIPv4(address) ? 32 : 128;
  if ((!isIPv4(address) && !isIPv6(address)) || address.includes('%') || rest.length > 0) {
    return `${text} is no network such as 10.0.0.0/8 or fe80::/10`;
  }
  if (prefix === undefined) return isFine;
  const length = Number(prefix);
  if (!/^\d{1,3}$/.test(prefix) || length > width) return `the prefix length of ${text} is a number from 0 to ${width}`;
  return bitsOf(address).slice(length).includes('1') ? `${text} has bits set behind its prefix of ${length}` : isFine;
}
