import type { VendorMapping } from '../vendor-mapping.ts';
import { wellKnownObservables } from '../well-known-observables.ts';

/**
 * Alertmanager's webhook, version 4: one alert per element of `alerts`; a lone alert is read too. Fingerprint: the labels,
 * which are an alert's identity in Prometheus and the same for firing and resolved.
 */
export const prometheusAlertmanager: VendorMapping = {
  fields: {
    list: 'alerts',
    title: { paths: ['labels.alertname', 'annotations.summary', 'summary', 'annotations.title'] },
    description: { paths: ['annotations.description', 'annotations.message', 'annotations.summary', 'summary'] },
    severity: {
      paths: ['labels.severity', 'labels.priority', 'labels.level'],
      table: { page: 'high' },
      default: 'medium',
    },
    ruleId: { paths: ['labels.alertname'] },
    ruleName: { paths: ['labels.alertname'] },
    externalId: { paths: ['fingerprint'] },
    occurredAt: { paths: ['startsAt', 'activeAt'] },
    resolved: { paths: ['status', 'state'], values: ['resolved', 'inactive'] },
    observables: wellKnownObservables('labels'),
    extract: ['annotations.description', 'annotations.summary'],
    tactics: ['labels.mitre_tactic'],
    techniques: ['labels.mitre_technique'],
    tags: ['labels.job', 'labels.service', 'labels.team', 'labels.environment', 'labels.env', 'labels.cluster'],
    fingerprint: ['labels', 'summary'],
  },
};
