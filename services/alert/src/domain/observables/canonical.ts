import type { Observable, ObservableType } from '@soc/contracts';
import { canonicalDomain, canonicalHostName } from './host-name.ts';
import { canonicalIp, isNobodysAddress } from './ip-address.ts';

/** Observables an alert keeps. */
export const OBSERVABLES_LIMIT = 100;
const VALUE_LIMIT = 2_048;
const ROLE_LIMIT = 64;

const hashTypes = new Map<number, ObservableType>([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
]);

/**
 * The one spelling of an observable, so that two sources naming the same thing agree: names, e-mail addresses and hashes in
 * lower case, addresses in their shortest form, ports dropped from hosts. A host or domain that is an address is an `ip`, a
 * hash has the type of its length. Null when the value is nothing of the kind.
 */
export function canonicalObservable({ type, value, role }: Observable): Observable | null {
  const text = value.replaceAll('\0', '').toWellFormed().trim();
  if (text === '' || text.length > VALUE_LIMIT) return null;
  const canonical = canonicalOf(type, text);
  if (canonical === null) return null;
  return role ? { ...canonical, role: role.slice(0, ROLE_LIMIT).toWellFormed() } : canonical;
}

function canonicalOf(type: ObservableType, text: string): Observable | null {
  switch (type) {
    case 'ip':
      return asIp(text);
    case 'host':
      return asIp(text) ?? ipOrName('host', hostOf(withoutPort(text)));
    case 'domain':
      return asIp(text) ?? ipOrName('domain', canonicalDomain(withoutPort(text)));
    case 'url':
      return named('url', canonicalUrl(text));
    case 'email':
      return named('email', canonicalEmail(text));
    case 'md5':
    case 'sha1':
    case 'sha256':
      return asHash(text);
    case 'user':
    case 'process':
      return named(type, text.toLowerCase());
  }
}

/** A host that was nothing but a port has no name left. */
const named = (type: ObservableType, value: string | null): Observable | null =>
  value === null || value === '' ? null : { type, value };

const asIp = (text: string): Observable | null => named('ip', canonicalIp(text) ?? canonicalIp(withoutPort(text)));

/** A name in its one spelling may turn out to be an address: `192.0.2.1.` has a root dot, `１９２.0.2.1` wide digits. */
const ipOrName = (type: 'host' | 'domain', name: string | null): Observable | null =>
  name === null ? null : (asIp(name) ?? named(type, name));

function asHash(text: string): Observable | null {
  const digits = text.replaceAll(':', '').toLowerCase();
  const type = hashTypes.get(digits.length);
  return type && /^[\da-f]+$/.test(digits) ? { type, value: digits } : null;
}

/** Machines are given names that DNS would refuse (`Ann's laptop`); those stay as they are. */
const hostOf = (text: string): string => canonicalHostName(text) ?? text.toLowerCase();

const withoutPort = (text: string): string => text.replace(/^(\[[^\]]*\]|[^:]*):\d{1,5}$/, '$1').trim();

/** Scheme and host in lower case, as RFC 3986 section 6.2.2 compares them; the rest as it came. */
function canonicalUrl(text: string): string | null {
  const match = /^([a-z][a-z\d+.-]{0,31}):\/\/([^/?#\s]{1,512})([^\s]*)$/i.exec(text);
  if (!match) return null;
  const [, scheme = '', authority = '', rest = ''] = match;
  return `${scheme.toLowerCase()}://${authority.toLowerCase()}${rest}`;
}

/** `Name <a@b.example>` and `<a@b.example>` too, as mail logs write them. */
function canonicalEmail(text: string): string | null {
  const address = text.endsWith('>') ? text.slice(text.lastIndexOf('<') + 1, -1) : text;
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0)).toLowerCase();
  const domain = canonicalHostName(address.slice(at + 1));
  return domain !== null && /^[^\s@<>"(),;]{1,128}$/.test(local) ? `${local}@${domain}` : null;
}

/** Canonical ones only, each type and value once (the first keeps its role), at most `OBSERVABLES_LIMIT`. */
export function uniqueObservables(list: Iterable<Observable>): readonly Observable[] {
  const unique = new Map<string, Observable>();
  for (const observable of list) {
    if (unique.size === OBSERVABLES_LIMIT) break;
    const canonical = canonicalObservable(observable);
    if (canonical === null) continue;
    const key = `${canonical.type} ${canonical.value}`;
    if (!unique.has(key)) unique.set(key, canonical);
  }
  return [...unique.values()];
}

/** Whether a canonical observable says no more than "this machine" or "every machine", as sensors and agents do write. */
export const namesNobody = ({ type, value }: Observable): boolean =>
  type === 'ip' ? isNobodysAddress(value) : (type === 'host' || type === 'domain') && /^localhost(?:\.|$)/.test(value);
