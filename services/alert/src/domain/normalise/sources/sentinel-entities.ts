import type { Observable, ObservableType } from '@soc/contracts';
import { isObject, type JsonObject, textAt, textsAt } from '../json-path.ts';
import { observable } from '../read-draft.ts';

interface EntityKind {
  readonly type: ObservableType;
  /** In the spelling of the SecurityAlert table; the incident API begins them in lower case. */
  readonly fields: readonly string[];
  readonly role?: string;
}

/** What the kinds of entities hold (Microsoft Sentinel entity types reference), by `Type` or `kind` in lower case. */
const kinds = new Map<string, readonly EntityKind[]>([
  ['ip', [{ type: 'ip', fields: ['Address'] }]],
  ['url', [{ type: 'url', fields: ['Url'] }]],
  ['dns', [{ type: 'domain', fields: ['DomainName'] }]],
  ['dnsresolution', [{ type: 'domain', fields: ['DomainName'] }]],
  ['filehash', [{ type: 'sha256', fields: ['Value', 'HashValue'], role: 'file' }]],
  ['file', [{ type: 'sha256', fields: ['FileHashes.Value', 'FileHashes.HashValue'], role: 'file' }]],
  ['process', [{ type: 'process', fields: ['ImageFile.Name', 'ImageFile.FileName'] }]],
  ['mailbox', [{ type: 'email', fields: ['MailboxPrimaryAddress'] }]],
  [
    'mailmessage',
    [
      { type: 'email', fields: ['Recipient'], role: 'recipient' },
      { type: 'email', fields: ['Sender', 'P1Sender', 'P2Sender'], role: 'sender' },
      { type: 'ip', fields: ['SenderIP'], role: 'sender' },
      { type: 'url', fields: ['Urls'] },
    ],
  ],
]);

/** The observables that Sentinel's entities name. */
export const observablesOfEntities = (entities: readonly unknown[]): readonly Observable[] =>
  entities.filter(isObject).flatMap((entity) => ofEntity(entity));

function ofEntity(entity: JsonObject): readonly Observable[] {
  const kind = (textAt(entity, 'Type', 'kind', 'type') ?? '').toLowerCase().replaceAll('-', '');
  if (kind === 'host') return ofHost(entity);
  if (kind === 'account') return ofAccount(entity);
  return (kinds.get(kind) ?? []).flatMap(({ type, fields, role }) =>
    textsAt(entity, fields.flatMap(spellings)).map((value) => observable(type, value, role)),
  );
}

function ofHost(entity: JsonObject): readonly Observable[] {
  const name = textAt(entity, ...spellings('HostName'), ...spellings('NetBiosName'));
  return name === null ? [] : [observable('host', name)];
}

/** A user by the bare name, as most sources write it, and by the address that the directory knows. */
function ofAccount(entity: JsonObject): readonly Observable[] {
  const name = textAt(entity, ...spellings('Name'), ...spellings('AccountName'));
  if (name === null) return [];
  const suffix = textAt(entity, ...spellings('UPNSuffix'), 'properties.upnSuffix');
  return [observable('user', name), ...(suffix === null ? [] : [observable('email', `${name}@${suffix}`)])];
}

/** `HostName`, and `hostName` among an API entity's properties. */
function spellings(field: string): readonly string[] {
  const camelCase = field.replaceAll(/(^|\.)([A-Z])/g, (start) => start.toLowerCase());
  return [field, camelCase, `properties.${camelCase}`];
}
