import type { VendorMapping } from '../vendor-mapping.ts';
import { wellKnownObservables } from '../well-known-observables.ts';

/**
 * Graylog's HTTP notification. `event.source` is the Graylog node, not the machine the event is about, so it is no
 * observable. Fingerprint: the event definition and its key.
 */
export const graylog: VendorMapping = {
  fields: {
    title: { paths: ['event_definition_title', 'event.message'] },
    description: { paths: ['event_definition_description', 'event.message'] },
    severity: {
      paths: ['event.priority'],
      table: { '1': 'low', '2': 'medium', '3': 'high', '4': 'critical' },
      default: 'medium',
    },
    ruleId: { paths: ['event_definition_id', 'event.event_definition_id'] },
    ruleName: { paths: ['event_definition_title'] },
    externalId: { paths: ['event.id'] },
    occurredAt: { paths: ['event.timestamp', 'event.timestamp_processing'] },
    observables: [...wellKnownObservables('event.fields'), ...wellKnownObservables('event.group_by_fields')],
    extract: ['event.message', 'backlog.message'],
    tags: ['event_definition_type'],
    fingerprint: [
      ['event_definition_id', 'event.event_definition_id'],
      ['event.key_tuple', 'event.key'],
      'event.group_by_fields',
    ],
  },
};
