import type { Observable } from '@soc/contracts';
import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { ecsObservables } from '../normalise/ecs-observables.ts';
import { isObject } from '../normalise/json-path.ts';
import { readDraft } from '../normalise/read-draft.ts';
import { vendorMappings } from '../normalise/vendor-mappings.ts';
import { wellKnownObservables } from '../normalise/well-known-observables.ts';
import { observablesOfEvent } from '../normalise/windows/event-observables.ts';
import { readWindowsEvent } from '../normalise/windows/windows-event.ts';
import { namesNobody, uniqueObservables } from '../observables/canonical.ts';

/** Where the audit logs of clouds and services, and Zeek, name who acted from where. */
const auditObservables: NonNullable<GenericMapping['observables']> = [
  { type: 'ip', paths: ['sourceIPAddress', 'callerIpAddress', 'ipAddress', 'actor_ip', 'sourceIPs'], role: 'source' },
  { type: 'ip', paths: ['client.ipAddress', 'properties.ipAddress', 'id.orig_h', 'id_orig_h'], role: 'source' },
  { type: 'ip', paths: ['id.resp_h', 'id_resp_h'], role: 'destination' },
  { type: 'user', paths: ['userIdentity.userName', 'userIdentity.sessionContext.sessionIssuer.userName'] },
  { type: 'user', paths: ['actor.alternateId', 'properties.userPrincipalName', 'initiatedBy.user.userPrincipalName'] },
  { type: 'user', paths: ['user.username', 'UserId', 'actor', 'acct'] },
  { type: 'domain', paths: ['server_name', 'cs-host', 'qname'] },
  { type: 'process', paths: ['exe', 'comm'] },
];

const anyEvent: GenericMapping = {
  title: { paths: [] },
  observables: [
    ...wellKnownObservables(''),
    ...ecsObservables,
    ...(vendorMappings.suricata.fields.observables ?? []),
    ...auditObservables,
  ],
};

/** Free text of an event that names hashes and addresses. */
const TEXT_CHARACTERS = 4_000;

/**
 * Whom and what a raw event names: of a Windows event what its mapping knows, of any other what its fields commonly mean. `texts`
 * are still to be searched.
 */
export function observablesOf(
  event: unknown,
  receivedAt: Date,
): { readonly observables: readonly Observable[]; readonly texts: readonly string[] } {
  if (!isObject(event)) return { observables: [], texts: [] };
  const windows = readWindowsEvent(event);
  if (windows) {
    const texts = ['Hashes', 'CommandLine'].flatMap(
      (field) => windows.data.get(field)?.slice(0, TEXT_CHARACTERS) ?? [],
    );
    return { observables: known(observablesOfEvent(windows)), texts };
  }
  return { observables: known(readDraft(event, anyEvent, receivedAt).observables), texts: [] };
}

const known = (observables: readonly Observable[]): readonly Observable[] =>
  uniqueObservables(observables).filter((observable) => !namesNobody(observable));
