import type { Observable } from '@soc/contracts';
import { type JsonObject, textAt } from '../json-path.ts';
import { observable } from '../read-draft.ts';
import type { VendorMapping } from '../vendor-mapping.ts';

/**
 * Suricata's EVE JSON. A sensor sends flows, DNS and more on the same way: whatever names another event type is skipped.
 * The rule author's `signature_severity` says more than the priority of the rule's class, so it comes first.
 * Fingerprint: the signature and who talked to whom.
 */
export const suricata: VendorMapping = {
  fields: {
    title: { paths: ['alert.signature'] },
    description: { paths: ['alert.category'] },
    severity: {
      paths: ['alert.metadata.signature_severity', 'alert.severity'],
      table: { '1': 'high', '2': 'medium', '3': 'low', '4': 'informational' },
      default: 'medium',
    },
    ruleId: { paths: ['alert.signature_id'] },
    ruleName: { paths: ['alert.signature'] },
    occurredAt: { paths: ['timestamp'] },
    observables: [
      { type: 'ip', paths: ['src_ip'], role: 'source' },
      { type: 'ip', paths: ['dest_ip'], role: 'destination' },
      { type: 'domain', paths: ['http.hostname'], role: 'destination' },
      { type: 'domain', paths: ['tls.sni'], role: 'destination' },
      { type: 'sha1', paths: ['tls.fingerprint'], role: 'certificate' },
      { type: 'domain', paths: ['dns.rrname', 'dns.query.rrname', 'dns.queries.rrname'], role: 'query' },
      { type: 'sha256', paths: ['fileinfo.sha256', 'fileinfo.sha1', 'fileinfo.md5'], role: 'file' },
      { type: 'sha256', paths: ['files.sha256', 'files.sha1', 'files.md5'], role: 'file' },
      { type: 'email', paths: ['smtp.mail_from', 'email.from'], role: 'sender' },
      { type: 'email', paths: ['smtp.rcpt_to', 'email.to'], role: 'recipient' },
    ],
    tactics: ['alert.metadata.mitre_tactic_id'],
    techniques: ['alert.metadata.mitre_technique_id'],
    tags: ['alert.category', 'alert.action', 'alert.metadata.tag'],
    fingerprint: ['alert.gid', 'alert.signature_id', 'src_ip', 'dest_ip'],
  },
  isAlert: (event) => event['event_type'] === undefined || event['event_type'] === 'alert',
  refine: (draft, event) => ({ observables: [...draft.observables, ...requestedUrl(event)] }),
};

/** EVE holds the host and the path of a request apart; a proxied request holds the whole URL as its path. */
function requestedUrl(event: JsonObject): readonly Observable[] {
  const url = textAt(event, 'http.url');
  const host = textAt(event, 'http.hostname');
  if (url === null || host === null) return [];
  return [observable('url', url.startsWith('/') ? `http://${host}${url}` : url, 'request')];
}
