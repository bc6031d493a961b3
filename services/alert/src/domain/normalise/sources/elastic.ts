import { isObject, type JsonObject, valuesAt } from '../json-path.ts';
import { ecsObservables } from '../ecs-observables.ts';
import type { VendorMapping } from '../vendor-mapping.ts';

/** Where Kibana's rule actions, the search API and people's own webhook templates put the alert documents. */
const envelopes = ['context.alerts', 'alerts', 'hits.hits'];

/**
 * Elastic Security alerts: documents of `.alerts-security.*` (8.x `kibana.alert.*`, flat or nested), of `.siem-signals-*`
 * (7.x `signal.*`), in any of the envelopes. The time is that of the event the rule saw, not of the rule's run.
 * Fingerprint: the rule and the host, user, addresses, program, file and name it fired on.
 */
export const elastic: VendorMapping = {
  fields: {
    title: { paths: ['kibana.alert.rule.name', 'signal.rule.name', 'rule.name'] },
    description: {
      paths: [
        'kibana.alert.reason',
        'signal.reason',
        'kibana.alert.rule.description',
        'signal.rule.description',
        'message',
      ],
    },
    severity: {
      paths: [
        'kibana.alert.severity',
        'signal.rule.severity',
        'rule.severity',
        'kibana.alert.risk_score',
        'signal.rule.risk_score',
      ],
      thresholds: [
        { atLeast: 0, severity: 'low' },
        { atLeast: 22, severity: 'medium' },
        { atLeast: 48, severity: 'high' },
        { atLeast: 74, severity: 'critical' },
      ],
      default: 'medium',
    },
    ruleId: { paths: ['kibana.alert.rule.rule_id', 'signal.rule.rule_id', 'kibana.alert.rule.uuid', 'rule.id'] },
    ruleName: { paths: ['kibana.alert.rule.name', 'signal.rule.name', 'rule.name'] },
    externalId: { paths: ['kibana.alert.uuid', '_id'] },
    occurredAt: { paths: ['kibana.alert.original_time', 'signal.original_time', '@timestamp', 'date'] },
    resolved: {
      paths: ['kibana.alert.workflow_status', 'kibana.alert.status', 'signal.status'],
      values: ['closed', 'recovered', 'untracked'],
    },
    observables: ecsObservables,
    extract: ['process.command_line'],
    tactics: [
      'kibana.alert.rule.threat.tactic.id',
      'kibana.alert.rule.parameters.threat.tactic.id',
      'signal.rule.threat.tactic.id',
      'threat.tactic.id',
      'threat.tactic.name',
    ],
    techniques: [
      'kibana.alert.rule.threat.technique.id',
      'kibana.alert.rule.threat.technique.subtechnique.id',
      'kibana.alert.rule.parameters.threat.technique.id',
      'kibana.alert.rule.parameters.threat.technique.subtechnique.id',
      'signal.rule.threat.technique.id',
      'signal.rule.threat.technique.subtechnique.id',
      'threat.technique.id',
      'threat.technique.subtechnique.id',
    ],
    tags: ['kibana.alert.rule.tags', 'signal.rule.tags', 'rule.tags', 'tags'],
    fingerprint: [
      ['kibana.alert.rule.rule_id', 'signal.rule.rule_id', 'rule.id', 'kibana.alert.rule.name', 'signal.rule.name'],
      'host.name',
      'user.name',
      'source.ip',
      'destination.ip',
      'process.executable',
      'file.path',
      'dns.question.name',
    ],
  },
  open: (document) => {
    const inner = envelopes.flatMap((path) => valuesAt(document, path)).filter(isObject);
    return inner.length === 0
      ? [withoutSource(document)]
      : inner.map((alert) => withRule(withoutSource(alert), document));
  },
};

/** A search hit keeps the document in `_source` and its id beside. */
function withoutSource(hit: JsonObject): JsonObject {
  const { _source: source, ...rest } = hit;
  return isObject(source) ? { ...source, _id: rest['_id'] } : hit;
}

/** A rule's action names the rule once, beside its alerts. */
const withRule = (alert: JsonObject, { rule }: JsonObject): JsonObject =>
  isObject(rule) && alert['rule'] === undefined ? { ...alert, rule } : alert;
