import { valuesAt } from '../json-path.ts';
import type { VendorMapping } from '../vendor-mapping.ts';

/** An event of the stream (`event.X`) names its fields in PascalCase, the alerts API in snake_case. */
const inEvent = (...names: readonly string[]): string[] => names.map((name) => `event.${name}`);

/**
 * CrowdStrike Falcon: detection summaries of the event stream (both `DetectionSummaryEvent` and `EppDetectionSummaryEvent`)
 * and alerts of the API (`resources`), severities by name and on both scales (1–5 and 0–100). Other events of the stream
 * are skipped. Fingerprint: the pattern, the machine, the user and the file.
 */
export const crowdstrike: VendorMapping = {
  fields: {
    list: 'resources',
    title: {
      paths: [...inEvent('DetectName', 'Name'), 'display_name', 'name', ...inEvent('Technique'), 'description'],
    },
    description: { paths: [...inEvent('DetectDescription', 'Description'), 'description'] },
    severity: {
      paths: [...inEvent('SeverityName'), 'severity_name', ...inEvent('Severity'), 'severity'],
      table: { '1': 'informational', '2': 'low', '3': 'medium', '4': 'high', '5': 'critical' },
      thresholds: [
        { atLeast: 0, severity: 'informational' },
        { atLeast: 20, severity: 'low' },
        { atLeast: 40, severity: 'medium' },
        { atLeast: 60, severity: 'high' },
        { atLeast: 80, severity: 'critical' },
      ],
      default: 'medium',
    },
    ruleId: { paths: [...inEvent('PatternId', 'MitreAttack.PatternID'), 'pattern_id'] },
    ruleName: { paths: [...inEvent('DetectName', 'Name'), 'display_name', 'name'] },
    externalId: { paths: [...inEvent('CompositeId', 'DetectId'), 'composite_id', 'id'] },
    occurredAt: {
      paths: [
        ...inEvent('ContextTimeStamp', 'ProcessStartTime'),
        'timestamp',
        'created_timestamp',
        'metadata.eventCreationTime',
      ],
    },
    resolved: { paths: ['status'], values: ['closed'] },
    observables: [
      { type: 'host', paths: [...inEvent('ComputerName', 'Hostname'), 'device.hostname'] },
      { type: 'ip', paths: [...inEvent('LocalIP', 'LocalIPv6'), 'device.local_ip'], role: 'host' },
      { type: 'ip', paths: ['device.external_ip'], role: 'gateway' },
      { type: 'user', paths: [...inEvent('UserName'), 'user_name'] },
      { type: 'process', paths: [...inEvent('FileName'), 'filename'] },
      {
        type: 'sha256',
        paths: [...inEvent('SHA256String', 'SHA1String', 'MD5String'), 'sha256', 'sha1', 'md5'],
        role: 'file',
      },
      {
        type: 'ip',
        paths: [...inEvent('NetworkAccesses.RemoteAddress'), 'network_accesses.remote_address'],
        role: 'remote',
      },
      { type: 'domain', paths: [...inEvent('DnsRequests.DomainName'), 'dns_requests.domain_name'], role: 'query' },
    ],
    extract: [...inEvent('CommandLine', 'IOCValue'), 'cmdline', 'ioc_value'],
    tactics: [...inEvent('Tactic', 'MitreAttack.TacticID'), 'tactic_id', 'tactic'],
    techniques: [
      ...inEvent('MitreAttack.TechniqueID', 'Technique'),
      'mitre_attack.technique_id',
      'technique_id',
      'technique',
    ],
    tags: [
      ...inEvent('Objective', 'PatternDispositionDescription'),
      'objective',
      'pattern_disposition_description',
      'product',
    ],
    fingerprint: [
      [...inEvent('PatternId'), 'pattern_id'],
      [...inEvent('DetectName', 'Name'), 'name'],
      [...inEvent('ComputerName', 'Hostname'), 'device.hostname', 'device.device_id'],
      [...inEvent('UserName'), 'user_name'],
      [...inEvent('SHA256String'), 'sha256'],
    ],
  },
  refine: ({ techniques }) => {
    const withId = techniques.filter((technique) => /^C?ST\d|^T\d/.test(technique));
    return withId.length === 0 ? {} : { techniques: withId };
  },
  isAlert: (document) => {
    const [type] = valuesAt(document, 'metadata.eventType');
    return typeof type !== 'string' || type.endsWith('DetectionSummaryEvent');
  },
};
