import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address without brackets and zone; a zone (`%eth0`) means something on one machine only. */
const bareAddress = (text: string): string => text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');

/**
 * An address in its one notation: dotted decimal, or RFC 5952 for IPv6; IPv4-mapped IPv6 becomes IPv4. Undefined for
 * anything else: short and octal forms of IPv4 mean different hosts to different programs.
 */
export function canonicalIp(text: string): string | undefined {
  const bare = bareAddress(text);
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}

const prefixLength = (text: string, longest: number): number | undefined => {
  const length = /^\d{1,3}$/.test(text) ? Number(text) : longest + 1;
  return length <= longest ? length : undefined;
};

/** A network with its host bits cleared, `198.51.100.0/24`; undefined for what is none. */
export function canonicalCidr(text: string): string | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const isV4 = isIPv4(address);
  const length = prefixLength(prefix, isV4 ? 32 : 128);
  if (rest.length > 0 || length === undefined) return undefined;
  if (isV4) return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`).toString()}/${length}`;
  if (!isIPv6(address) || address.includes('%')) return undefined;
  return canonicalCidr6(address, length);
}

function canonicalCidr6(text: string, length: number): string {
  const address = ipaddr.IPv6.parse(text);
  if (length >= 96 && address.isIPv4MappedAddress()) {
    const mapped = `${address.toIPv4Address().toString()}/${length - 96}`;
    return `${ipaddr.IPv4.networkAddressFromCIDR(mapped).toString()}/${length - 96}`;
  }
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${text}/${length}`).toRFC5952String()}/${length}`;
}
