import type { VendorMapping } from '../vendor-mapping.ts';

/**
 * LibreNMS's API transport with the default template's variables. State 0 is recovered, 1 alert, 2 acknowledged, 3 worse,
 * 4 better. Fingerprint: the rule and the device.
 */
export const librenms: VendorMapping = {
  fields: {
    title: { paths: ['title', 'name'] },
    description: { paths: ['msg', 'description'] },
    severity: { paths: ['severity'], default: 'medium' },
    ruleId: { paths: ['rule_id'] },
    ruleName: { paths: ['name'] },
    externalId: { paths: ['alert_id', 'uid', 'id'] },
    occurredAt: { paths: ['timestamp'] },
    resolved: { paths: ['state'], values: ['0'] },
    observables: [
      { type: 'host', paths: ['hostname', 'sysName'] },
      { type: 'ip', paths: ['ip'], role: 'host' },
    ],
    tags: ['type', 'os', 'location'],
    fingerprint: ['rule_id', 'name', 'device_id', 'hostname'],
  },
};
