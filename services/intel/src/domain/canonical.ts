import type { IndicatorType } from '@soc/contracts/intel/indicator';
import { canonicalDomain } from './canonical-domain.ts';
import { canonicalCidr, canonicalIp } from './canonical-ip.ts';

/** As long as a btree entry may be with the other columns of its key beside it. Canonical values are ASCII. */
const MAX_VALUE_LENGTH = 2_048;

const HASH_LENGTH = { md5: 32, sha1: 40, sha256: 64 } as const;

function canonicalHash(text: string, length: number): string | undefined {
  const lower = text.toLowerCase();
  return lower.length === length && /^[0-9a-f]+$/.test(lower) ? lower : undefined;
}

/** Printable ASCII of RFC 5321's local part, quoted forms left out. */
const LOCAL_PART = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/;

function canonicalEmail(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0)).toLowerCase();
  const domain = canonicalDomain(text.slice(at + 1));
  return domain !== undefined && LOCAL_PART.test(local) ? `${local}@${domain}` : undefined;
}

/** The host of a URL as an address or a domain; undefined for a bare name such as `localhost`. */
export const canonicalHost = (host: string): string | undefined => canonicalIp(host) ?? canonicalDomain(host);

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/**
 * A URL with scheme and host in lower case, without credentials, default port and fragment. Path and query keep their
 * case: they may matter to the server. Only URLs with an address or a domain: `https://intranet/` says nothing elsewhere.
 */
function canonicalUrl(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname, search } = new URL(text);
  const host = canonicalHost(hostname);
  if (host === undefined) return undefined;
  return `${protocol}//${bracketed(host)}${port && `:${port}`}${pathname || '/'}${search}`;
}

function canonicalUnbounded(type: IndicatorType, text: string): string | undefined {
  switch (type) {
    case 'ip':
      return canonicalIp(text);
    case 'cidr':
      return canonicalCidr(text);
    case 'domain':
      return canonicalDomain(text);
    case 'url':
      return canonicalUrl(text);
    case 'email':
      return canonicalEmail(text);
    case 'md5':
    case 'sha1':
    case 'sha256':
      return canonicalHash(text, HASH_LENGTH[type]);
  }
}

/**
 * The one notation in which a value is stored and compared; undefined when it is not of its type. Canonical values are
 * ASCII, at most 2,048 characters, and canonical again as themselves.
 */
export function canonicalValue(type: IndicatorType, value: string): string | undefined {
  const canonical = canonicalUnbounded(type, value.trim());
  return canonical !== undefined && canonical.length <= MAX_VALUE_LENGTH ? canonical : undefined;
}
