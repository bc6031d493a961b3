import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { ecsObservables } from '../ecs-observables.ts';
import type { VendorMapping } from '../vendor-mapping.ts';
import { wellKnownObservables } from '../well-known-observables.ts';

/** The names that home-made alerts commonly give their fields. */
const commonNames: GenericMapping = {
  title: {
    paths: [
      'title',
      'name',
      'alert_name',
      'alertName',
      'rule_name',
      'ruleName',
      'rule.name',
      'summary',
      'subject',
      'message',
    ],
  },
  description: { paths: ['description', 'details', 'message', 'body', 'text', 'summary'] },
  severity: { paths: ['severity', 'level', 'priority', 'criticality', 'event.severity'], default: 'medium' },
  ruleId: { paths: ['rule_id', 'ruleId', 'rule.id', 'signature_id'] },
  ruleName: { paths: ['rule_name', 'ruleName', 'rule.name', 'rule'] },
  externalId: { paths: ['id', 'alert_id', 'alertId', 'event_id', 'uuid', '_id'] },
  occurredAt: {
    paths: [
      'occurredAt',
      'occurred_at',
      'timestamp',
      '@timestamp',
      'event_time',
      'time',
      'date',
      'created_at',
      'createdAt',
    ],
  },
  resolved: { paths: ['status', 'state'], values: ['resolved', 'ok', 'recovered', 'closed'] },
  observables: [...wellKnownObservables(''), ...ecsObservables],
  extract: ['title', 'description', 'details', 'message', 'body', 'text'],
  tactics: ['tactics', 'tactic', 'mitre.tactic', 'threat.tactic.name'],
  techniques: ['techniques', 'technique', 'mitre.technique', 'threat.technique.id'],
  tags: ['tags', 'labels'],
};

/** Any JSON with common field names. Fingerprint: the rule or title, and the hosts, users, addresses and domains. */
export const generic: VendorMapping = { fields: commonNames };
