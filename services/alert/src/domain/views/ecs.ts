import { type Alert, type ObservableType, severityRank } from '@soc/contracts';
import type { EcsAlert } from '@soc/contracts/alert/views';
import { valuesOf, withoutAbsent } from './observables-by-role.ts';

const ECS_VERSION = '8.17.0';

/** An alert as the Elastic Common Schema writes it. What ECS has no name for is under `soc`. */
export function ecsView(alert: Alert): EcsAlert {
  const all = (...types: readonly ObservableType[]) => [...new Set(valuesOf(alert, types))];
  const actor = valuesOf(alert, ['user'], 'actor', 'source', undefined)[0];
  const target = valuesOf(alert, ['user'], 'target', 'destination')[0];
  return {
    '@timestamp': alert.occurredAt,
    ecs: { version: ECS_VERSION },
    message: alert.title,
    event: {
      kind: 'alert',
      category: ['intrusion_detection'],
      type: ['info'],
      id: alert.id,
      dataset: alert.source,
      module: 'soc',
      severity: severityRank(alert.severity),
      created: alert.receivedAt,
      start: alert.occurredAt,
      end: alert.lastSeenAt,
      ...withoutAbsent({ reason: alert.description, risk_score: alert.score }),
    },
    ...withoutAbsent({
      rule: withoutAbsent({ id: alert.ruleId, name: alert.ruleName }),
      host: withoutAbsent({
        name: valuesOf(alert, ['host'], undefined, 'host', 'device')[0],
        ip: valuesOf(alert, ['ip'], 'host', 'device'),
      }),
      source: endpoint(alert, 'source'),
      destination: endpoint(alert, 'destination', 'remote'),
      user: withoutAbsent({ name: actor, target: withoutAbsent({ name: target }) }),
      url: withoutAbsent({ full: valuesOf(alert, ['url'])[0] }),
      process: withoutAbsent({ name: valuesOf(alert, ['process'])[0] }),
      threat: threat(alert),
      related: withoutAbsent({
        ip: all('ip'),
        hosts: all('host', 'domain'),
        user: all('user', 'email'),
        hash: all('md5', 'sha1', 'sha256'),
      }),
      tags: alert.tags,
    }),
    organization: { id: alert.tenantId },
    soc: withoutAbsent({
      severity: alert.severity,
      status: alert.status,
      fingerprint: alert.fingerprint,
      occurrences: alert.occurrences,
      external_id: alert.externalId,
      incident_id: alert.incidentId,
      verdict: alert.verdict,
      suggested_verdict: alert.suggestedVerdict,
      reputation: alert.reputation,
      assignee: alert.assignee,
      version: alert.version,
    }),
  };
}

function endpoint(alert: Alert, ...roles: readonly string[]): Record<string, unknown> {
  const ip = valuesOf(alert, ['ip'], ...roles)[0];
  const domain = valuesOf(alert, ['domain', 'host'], ...roles)[0];
  return withoutAbsent({ address: ip ?? domain, ip, domain });
}

/** Techniques with a dot are sub-techniques to ECS, beside their parents. */
function threat({ tactics, techniques }: Alert): Record<string, unknown> {
  if (tactics.length + techniques.length === 0) return {};
  const parents = [...new Set(techniques.map((id) => id.split('.', 1)[0]))];
  return withoutAbsent({
    framework: 'MITRE ATT&CK',
    tactic: withoutAbsent({ name: tactics }),
    technique: withoutAbsent({
      id: parents,
      subtechnique: withoutAbsent({ id: techniques.filter((id) => id.includes('.')) }),
    }),
  });
}
