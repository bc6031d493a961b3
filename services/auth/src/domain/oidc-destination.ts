import { BlockList, isIP } from 'node:net';

/** Never a provider: this host, its neighbours on the link and what clouds answer there, and groups (RFC 6890). */
const FORBIDDEN: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 127],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['fe80::', 10],
  ['ff00::', 8],
];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const forbidden = new BlockList();
for (const [network, prefix] of FORBIDDEN) forbidden.addSubnet(network, prefix, familyOf(network));

/** Whether a connection to the address may be made. IPv4 inside IPv6 (`::ffff:127.0.0.1`) counts as what it is. */
export const isAllowedAddress = (address: string): boolean => !forbidden.check(address, familyOf(address));

/** The host of a URL as it is compared with: no brackets, no final dot, lower case. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/**
 * Whether a URL of a provider may be called or shown to a browser, as far as can be told before its name is resolved: https,
 * and no address that is forbidden. Hosts that the installation names are free of both.
 */
export function isAllowedDestination(url: URL, allowedHosts: readonly string[]): boolean {
  if (url.username !== '' || url.password !== '') return false;
  const host = hostOf(url);
  if (allowedHosts.includes(host)) return url.protocol === 'https:' || url.protocol === 'http:';
  if (url.protocol !== 'https:') return false;
  return isIP(host) === 0 ? !/(?:^|\.)localhost$/.test(host) : isAllowedAddress(host);
}
