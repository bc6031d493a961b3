import { isIP } from 'node:net';
import { parseAddress } from '../engine/address.ts';

const isFine = undefined;

/** Why a text is no network in CIDR notation, IPv4 or IPv6; an address alone is a network of one. */
export function cidrProblem(text: string): string | undefined {
  const [written = '', prefix, ...rest] = text.split('/');
  // Stricter than what is asked of events: no leading zeros in IPv4, which some read as octal, and no zone.
  const version = written.includes('%') ? 0 : isIP(written);
  const address = version === 0 ? undefined : parseAddress(written);
  if (!address || rest.length > 0) return `${text} is no network such as 10.0.0.0/8 or fe80::/10`;
  if (prefix === undefined) return isFine;
  const width = version === 4 ? 32 : 128;
  const length = Number(prefix);
  if (!/^\d{1,3}$/.test(prefix) || length > width) return `the prefix length of ${text} is a number from 0 to ${width}`;
  const bits = address.map((group) => group.toString(2).padStart(16, '0')).join('');
  // IPv4 written in IPv6 is IPv4: what stands before it ends in ones.
  const own = length - (width - bits.length);
  return own < 0 || bits.slice(own).includes('1') ? `${text} has bits set behind its prefix of ${length}` : isFine;
}
