import type { Observable } from '@soc/contracts';

/** `a.b.example.com` and the domains above it, down to two labels. */
export function domainAndParents(domain: string): readonly string[] {
  const labels = domain.replace(/\.$/, '').split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

export const lastPart = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

export function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}

/**
 * Everything an observable can be found by: its value, and what people type instead: a parent domain, the host of a URL,
 * the short name of a host, the file name of a process, a user without the domain.
 */
export function identifiersOf({ type, value }: Pick<Observable, 'type' | 'value'>): readonly string[] {
  switch (type) {
    case 'domain':
      return [value, ...domainAndParents(value)];
    case 'host':
      return [value, ...domainAndParents(value), value.split('.')[0] ?? value];
    case 'url': {
      const host = hostOf(value);
      return host === undefined ? [value] : [value, host, ...domainAndParents(host)];
    }
    case 'email':
      return [value, ...domainAndParents(value.split('@').at(-1) ?? '')];
    case 'user':
      return [value, lastPart(value), value.split('@')[0] ?? value];
    case 'process':
      return [value, lastPart(value)];
    case 'ip':
    case 'md5':
    case 'sha1':
    case 'sha256':
      return [value];
  }
}
