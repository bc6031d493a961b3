import type { IndicatorMatch, Observable } from '@soc/contracts';
import type { IndicatorType } from '@soc/contracts/intel/indicator';
import { parentDomains } from './canonical-domain.ts';
import { canonicalHost, canonicalValue } from './canonical.ts';

/** A value whose indicator would speak for the observable, and how. */
export interface Candidate {
  readonly type: IndicatorType;
  readonly value: string;
  readonly kind: IndicatorMatch['kind'];
}

/** Where to look an observable up. */
export interface Lookup {
  readonly observable: Observable;
  /** To be found by equality; each value once. */
  readonly candidates: readonly Candidate[];
  /** To be found in networks; canonical. */
  readonly address: string | undefined;
}

type Targets = Omit<Lookup, 'observable'>;

const NOTHING: Targets = { candidates: [], address: undefined };

/** A host name or address, and the domains above it. */
function hostTargets(host: string, kind: 'exact' | 'host'): Targets {
  const ip = canonicalValue('ip', host);
  if (ip !== undefined) return { candidates: [{ type: 'ip', value: ip, kind }], address: ip };
  const parents = parentDomains(host).map((value): Candidate => ({ type: 'domain', value, kind: 'subdomain' }));
  return { candidates: [{ type: 'domain', value: host, kind }, ...parents], address: undefined };
}

function hostOf(type: 'url' | 'email', value: string): string | undefined {
  return canonicalHost(type === 'url' ? new URL(value).hostname : value.slice(value.lastIndexOf('@') + 1));
}

function targetsOf({ type, value }: Observable): Targets {
  switch (type) {
    case 'ip':
    case 'domain':
    case 'host': {
      const host = canonicalHost(value.trim());
      return host === undefined ? NOTHING : hostTargets(host, 'exact');
    }
    case 'url':
    case 'email': {
      const whole = canonicalValue(type, value);
      const host = whole === undefined ? undefined : hostOf(type, whole);
      if (whole === undefined || host === undefined) return NOTHING;
      const { candidates, address } = hostTargets(host, 'host');
      return { candidates: [{ type, value: whole, kind: 'exact' }, ...candidates], address };
    }
    case 'md5':
    case 'sha1':
    case 'sha256': {
      const digest = canonicalValue(type, value);
      return digest === undefined
        ? NOTHING
        : { candidates: [{ type, value: digest, kind: 'exact' }], address: undefined };
    }
    case 'user':
    case 'process':
      return NOTHING;
  }
}

/**
 * Everything whose indicator would speak for an observable: itself; for a URL or an e-mail address its host; for a host
 * the domains above it; for an address the networks around it. Users and processes mean something only at home.
 */
export const lookupOf = (observable: Observable): Lookup => ({ observable, ...targetsOf(observable) });
