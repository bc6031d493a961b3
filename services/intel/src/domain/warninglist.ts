import type { ObservableType } from '@soc/contracts';
import type { CreateWarninglistBody } from '@soc/contracts/intel/warninglist';
import { canonicalDomain } from './canonical-domain.ts';
import { canonicalCidr, canonicalIp } from './canonical-ip.ts';
import { canonicalValue } from './canonical.ts';

/** `value` is met by equality, `domain` by the domain and all below it, `cidr` by every address within. */
export interface WarninglistEntry {
  readonly kind: 'value' | 'domain' | 'cidr';
  readonly value: string;
}

interface SkippedEntry {
  readonly entry: string;
  readonly reason: string;
}

export type WarninglistReading =
  | {
      readonly ok: true;
      readonly entries: readonly WarninglistEntry[];
      readonly skipped: readonly SkippedEntry[];
      readonly observableTypes: readonly ObservableType[];
    }
  | { readonly ok: false; readonly refusal: 'regex' | 'attributes' | 'empty' };

const HASHES: readonly ObservableType[] = ['md5', 'sha1', 'sha256'];
const NAMES: readonly ObservableType[] = ['domain', 'host'];
const LOOKED_UP: readonly ObservableType[] = ['ip', ...NAMES, 'url', 'email', ...HASHES];

/** MISP's attribute types in our terms, the composite ones (`domain|ip`, `filename|md5`) by their parts. */
const TYPES_OF_ATTRIBUTE: Readonly<Record<string, readonly ObservableType[]>> = {
  'ip-src': ['ip'],
  'ip-dst': ['ip'],
  ip: ['ip'],
  domain: NAMES,
  hostname: NAMES,
  url: ['url'],
  uri: ['url'],
  link: ['url'],
  email: ['email'],
  'email-src': ['email'],
  'email-dst': ['email'],
  'email-reply-to': ['email'],
  'target-email': ['email'],
  'whois-registrant-email': ['email'],
  'dns-soa-email': ['email'],
  md5: ['md5'],
  sha1: ['sha1'],
  sha256: ['sha256'],
};

function observableTypesOf(attributes: readonly string[] | undefined): readonly ObservableType[] {
  if (attributes === undefined || attributes.length === 0) return LOOKED_UP;
  const parts = attributes.flatMap((attribute) => attribute.toLowerCase().split('|'));
  const types = new Set(parts.flatMap((part) => TYPES_OF_ATTRIBUTE[part] ?? []));
  return LOOKED_UP.filter((type) => types.has(type));
}

/** A plain value in the notation in which observables are compared; of no known type, in lower case. */
function plainValue(text: string): string | undefined {
  for (const type of ['ip', 'cidr', 'url', 'email', 'domain'] as const) {
    const canonical = canonicalValue(type, text);
    if (canonical !== undefined) return canonical;
  }
  const lower = text.trim().toLowerCase();
  return lower.length > 0 && lower.length <= 500 ? lower : undefined;
}

const entry = (kind: WarninglistEntry['kind'], value: string | undefined): WarninglistEntry | undefined =>
  value === undefined ? undefined : { kind, value };

function readNetwork(text: string): WarninglistEntry | undefined {
  const address = canonicalIp(text);
  return entry('cidr', canonicalCidr(address === undefined ? text : `${address}/${address.includes(':') ? 128 : 32}`));
}

/** A leading dot or wildcard says: and all below. */
function readString(text: string): WarninglistEntry | undefined {
  const domain = /^\*?\./.test(text) ? canonicalDomain(text) : undefined;
  return entry('domain', domain) ?? entry('value', plainValue(text));
}

/**
 * How each kind of list reads its entries. A substring that is a domain is taken as that domain and all below it, which is
 * what its author means and what an index can answer; any other substring would cost a comparison per entry and alert.
 */
const READERS: Readonly<
  Record<'string' | 'substring' | 'hostname' | 'cidr', { read: typeof readString; refusal: string }>
> = {
  string: { read: readString, refusal: 'empty or too long' },
  substring: { read: (text) => entry('domain', canonicalDomain(text)), refusal: 'a substring must be a domain' },
  hostname: { read: (text) => entry('domain', canonicalDomain(text)), refusal: 'not a domain' },
  cidr: { read: readNetwork, refusal: 'neither network nor address' },
};

/** Reads a list in the format of MISP. Regular expressions are refused: whoever writes one could stop the service with it. */
export function readWarninglist(body: CreateWarninglistBody): WarninglistReading {
  if (body.type === 'regex') return { ok: false, refusal: 'regex' };
  const observableTypes = observableTypesOf(body.matching_attributes);
  if (observableTypes.length === 0) return { ok: false, refusal: 'attributes' };
  const { read, refusal } = READERS[body.type];
  const entries = new Map<string, WarninglistEntry>();
  const skipped: SkippedEntry[] = [];
  for (const text of body.list) {
    const found = read(text.trim());
    if (found) entries.set(`${found.kind} ${found.value}`, found);
    else skipped.push({ entry: text, reason: refusal });
  }
  if (entries.size === 0) return { ok: false, refusal: 'empty' };
  return { ok: true, entries: [...entries.values()], skipped, observableTypes };
}
