import type { VendorMapping } from '../vendor-mapping.ts';

/**
 * Checkmk's notifications, as scripts post the `NOTIFY_` variables. The long date names its zone and so comes first.
 * Fingerprint: site, host and service; an event (`DOWN -> UP`) is a state of the same problem.
 */
export const checkmk: VendorMapping = {
  fields: {
    title: { paths: ['summary', 'output'] },
    description: { paths: ['long_output', 'output'] },
    severity: {
      paths: ['severity', 'status'],
      table: { down: 'critical', unreachable: 'high', unknown: 'medium', up: 'informational' },
      default: 'medium',
    },
    ruleId: { paths: ['check_command'] },
    ruleName: { paths: ['service', 'check_command'] },
    externalId: { paths: ['id'] },
    occurredAt: { paths: ['long_date_time', 'short_date_time', 'date'] },
    resolved: { paths: ['status', 'notification_type'], values: ['up', 'ok', 'recovery'] },
    observables: [
      { type: 'host', paths: ['host', 'alias'] },
      { type: 'ip', paths: ['address'], role: 'host' },
    ],
    extract: ['output'],
    tags: ['site', 'what', 'notification_type'],
    fingerprint: ['site', 'what', 'host', 'service'],
  },
};
