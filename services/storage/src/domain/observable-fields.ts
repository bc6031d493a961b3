import type { Observable } from '@soc/contracts';
import { domainAndParents, hostOf, lastPart } from './identifiers.ts';
import type { KeywordField } from './document-fields.ts';

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

const addressOrDomain = (host: string): readonly [KeywordField, readonly string[]] =>
  IPV4.test(host) || host.includes(':') ? ['ip', [host]] : ['domain', [host, ...domainAndParents(host)]];

/** The fields that an observable is asked for by, with the same short forms as in `identifiersOf`. */
export function observableFields({
  type,
  value,
}: Pick<Observable, 'type' | 'value'>): readonly (readonly [KeywordField, readonly string[]])[] {
  switch (type) {
    case 'ip':
      return [['ip', [value]]];
    case 'domain':
      return [['domain', [value, ...domainAndParents(value)]]];
    case 'host':
      return [['host', [value, value.split('.')[0] ?? value]]];
    case 'url': {
      const host = hostOf(value);
      return host === undefined || host === '' ? [['url', [value]]] : [['url', [value]], addressOrDomain(host)];
    }
    case 'email':
      return [
        ['email', [value]],
        ['domain', domainAndParents(value.split('@').at(-1) ?? '')],
      ];
    case 'user':
      return [['user', [value, lastPart(value), value.split('@')[0] ?? value]]];
    case 'process':
      return [['process', [value, lastPart(value)]]];
    case 'md5':
    case 'sha1':
    case 'sha256':
      return [['hash', [value]]];
  }
}
