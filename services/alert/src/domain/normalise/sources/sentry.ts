import type { VendorMapping } from '../vendor-mapping.ts';

/** Where the event stands: in the legacy webhook, in an issue alert, in an error notification. */
const inEvent = (...names: readonly string[]): string[] =>
  ['event', 'data.event', 'data.error'].flatMap((prefix) => names.map((name) => `${prefix}.${name}`));

/**
 * Sentry's legacy webhook (`event` beside the fields) and its integration platform (`data.event`, `data.error`,
 * `data.issue`, `data.metric_alert`). Fingerprint: the issue, as Sentry groups events into issues itself.
 */
export const sentry: VendorMapping = {
  fields: {
    title: { paths: [...inEvent('title'), 'data.issue.title', 'data.description_title', 'message', 'culprit'] },
    description: {
      paths: [
        'message',
        ...inEvent('logentry.formatted', 'message', 'culprit'),
        'data.issue.culprit',
        'data.description_text',
        'culprit',
      ],
    },
    severity: {
      paths: ['level', ...inEvent('level'), 'data.issue.level', 'action'],
      table: { resolved: 'informational' },
      default: 'medium',
    },
    ruleId: { paths: ['data.metric_alert.alert_rule.id'] },
    ruleName: { paths: ['data.triggered_rule', 'data.metric_alert.alert_rule.name', 'triggering_rules'] },
    externalId: { paths: ['id', ...inEvent('issue_id'), 'data.issue.id', 'data.metric_alert.id'] },
    occurredAt: {
      paths: [...inEvent('timestamp', 'datetime'), 'data.issue.lastSeen', 'data.metric_alert.date_triggered'],
    },
    resolved: { paths: ['action', 'data.issue.status'], values: ['resolved'] },
    observables: [
      { type: 'ip', paths: inEvent('user.ip_address'), role: 'source' },
      { type: 'email', paths: inEvent('user.email') },
      { type: 'user', paths: inEvent('user.username', 'user.id') },
      { type: 'host', paths: inEvent('server_name') },
      { type: 'url', paths: inEvent('request.url'), role: 'request' },
    ],
    tags: ['project_slug', 'project', 'data.issue.project.slug', ...inEvent('environment', 'platform')],
    fingerprint: [
      ['id', ...inEvent('issue_id'), 'data.issue.id', 'data.metric_alert.alert_rule.id', 'data.metric_alert.id'],
    ],
  },
};
