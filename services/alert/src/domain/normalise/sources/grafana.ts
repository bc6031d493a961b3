import type { VendorMapping } from '../vendor-mapping.ts';
import { wellKnownObservables } from '../well-known-observables.ts';

/**
 * Grafana Alerting's webhook (one alert per element of `alerts`), the legacy alert notification (`ruleName`, `state`) and a
 * provisioned rule. Fingerprint: the labels and the rule; of a title, what follows the `[Alerting]` that tells the state.
 */
export const grafana: VendorMapping = {
  fields: {
    list: 'alerts',
    title: { paths: ['labels.alertname', 'ruleName', 'title', 'annotations.summary'] },
    description: { paths: ['annotations.description', 'annotations.summary', 'message', 'valueString'] },
    severity: { paths: ['labels.severity', 'labels.priority', 'tags.severity'], default: 'medium' },
    ruleId: { paths: ['labels.__alert_rule_uid__', 'ruleUID', 'ruleId', 'uid', 'labels.alertname'] },
    ruleName: { paths: ['labels.alertname', 'ruleName', 'title'] },
    externalId: { paths: ['fingerprint'] },
    occurredAt: { paths: ['startsAt'] },
    resolved: { paths: ['status', 'state'], values: ['resolved', 'ok', 'normal'] },
    observables: wellKnownObservables('labels'),
    extract: ['annotations.description', 'annotations.summary'],
    tactics: ['labels.mitre_tactic'],
    techniques: ['labels.mitre_technique'],
    tags: ['labels.grafana_folder', 'labels.team', 'labels.service', 'labels.env', 'ruleGroup'],
    fingerprint: ['labels', 'ruleUID', 'ruleId', 'folderUID', 'ruleGroup'],
  },
  refine: ({ fingerprint, title }) => ({ fingerprint: [...fingerprint, withoutState(title ?? '')] }),
};

const withoutState = (title: string): string => title.replace(/^\[[^\]]{1,32}\] ?/, '');
