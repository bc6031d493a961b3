import { BlockList, isIP } from 'node:net';

/** Where webhooks may go. */
export interface DestinationPolicy {
  readonly allowPrivate: boolean;
  /** Lower-case; any host when empty. */
  readonly allowedHosts: readonly string[];
}

export type DestinationDecision = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** The special-purpose address registries of IANA (RFC 6890): everything that is not the public internet. */
const NOT_PUBLIC: readonly (readonly [network: string, prefix: number])[] = [
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
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

function blockListOf(networks: typeof NOT_PUBLIC): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, familyOf(network));
  return list;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const notPublic = blockListOf(NOT_PUBLIC);

/** Whether an address is on the public internet. IPv4 inside IPv6 (`::ffff:127.0.0.1`) counts as what it is. */
export const isPublicAddress = (address: string): boolean => !notPublic.check(address, familyOf(address));

/** Whether a URL may be called, as far as can be told before its name is resolved. */
export function checkDestination(text: string, policy: DestinationPolicy): DestinationDecision {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('only http and https are possible');
  if (url.username !== '' || url.password !== '') return refuse('credentials do not belong in a URL');
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (policy.allowedHosts.length > 0 && !policy.allowedHosts.includes(host)) {
    return refuse('this installation does not send to that host');
  }
  if (policy.allowPrivate) return { ok: true };
  const isLocal = isIP(host) === 0 ? /(?:^|\.)localhost$/.test(host) : !isPublicAddress(host);
  return isLocal ? refuse('the address is not on the public internet') : { ok: true };
}

const refuse = (reason: string): DestinationDecision => ({ ok: false, reason });
