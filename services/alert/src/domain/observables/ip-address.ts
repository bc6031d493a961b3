import { isIP } from 'node:net';

/**
 * The one spelling of an address: `2001:DB8::0:1` is `2001:db8::1`, an IPv4 address inside IPv6 is the IPv4 address, brackets
 * and zone (`fe80::1%eth0`) go. Null for what is no address.
 */
export function canonicalIp(text: string): string | null {
  const [bare = ''] = text.replace(/^\[([^\]]*)\]$/, '$1').split('%', 1);
  const version = isIP(bare);
  if (version === 4) return bare;
  return version === 6 ? (embeddedIpv4(shortestIpv6(bare)) ?? shortestIpv6(bare)) : null;
}

/** The WHATWG URL host serialiser writes IPv6 as RFC 5952 wants it. */
const shortestIpv6 = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

function embeddedIpv4(address: string): string | null {
  const match = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address);
  if (!match) return null;
  const high = Number.parseInt(match[1] ?? '', 16);
  const low = Number.parseInt(match[2] ?? '', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether the canonical address names no one machine: unspecified, loopback, broadcast or multicast. */
export const isNobodysAddress = (address: string): boolean =>
  /^(?:0\.|127\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|::1?$|ff[\da-f]{2}:)/.test(address);
