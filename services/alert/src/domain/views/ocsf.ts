import type { Alert, Severity, Verdict } from '@soc/contracts';
import type { AlertStatus } from '@soc/contracts/alert/alert';
import type { OcsfFinding } from '@soc/contracts/alert/views';
import { valuesOf, withoutAbsent } from './observables-by-role.ts';

/** The release of the schema that the test checks every finding against. */
const OCSF_VERSION = '1.9.0-dev';
const CLASS_UID = 2004;

const severities: Readonly<Record<Severity, readonly [number, string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};
const statuses: Readonly<Record<AlertStatus, readonly [number, string]>> = {
  new: [1, 'New'],
  triaged: [2, 'In Progress'],
  investigating: [2, 'In Progress'],
  closed: [4, 'Resolved'],
};
const suppressed = [3, 'Suppressed'] as const;
const verdicts: Readonly<Record<Verdict, readonly [number, string]>> = {
  true_positive: [2, 'True Positive'],
  benign_true_positive: [5, 'Benign'],
  false_positive: [1, 'False Positive'],
  undetermined: [7, 'Insufficient Data'],
};
/** Observable types of the dictionary; a domain is a host name to OCSF. */
const observableTypes = {
  host: [1, 'Hostname'],
  domain: [1, 'Hostname'],
  ip: [2, 'IP Address'],
  user: [4, 'User Name'],
  email: [5, 'Email Address'],
  url: [6, 'URL String'],
  md5: [8, 'Hash'],
  sha1: [8, 'Hash'],
  sha256: [8, 'Hash'],
  process: [9, 'Process Name'],
} as const;
const riskLevels = ['Info', 'Low', 'Medium', 'High', 'Critical'] as const;

/** An alert as OCSF writes it: class Detection Finding (2004) with the incident profile. What OCSF has no name for is `unmapped`. */
export function ocsfView(alert: Alert): OcsfFinding {
  const [severityId, severity] = severities[alert.severity];
  const [statusId, status] = alert.suppressedBy ? suppressed : statuses[alert.status];
  const [activityId, activity] = activityOf(alert);
  const message = alert.title;
  return {
    class_uid: CLASS_UID,
    class_name: 'Detection Finding',
    category_uid: 2,
    category_name: 'Findings',
    activity_id: activityId,
    activity_name: activity,
    type_uid: CLASS_UID * 100 + activityId,
    type_name: `Detection Finding: ${activity}`,
    severity_id: severityId,
    severity,
    status_id: statusId,
    status,
    time: Date.parse(alert.occurredAt),
    start_time: Date.parse(alert.occurredAt),
    end_time: Date.parse(alert.lastSeenAt),
    count: alert.occurrences,
    message,
    is_alert: true,
    metadata: withoutAbsent({
      version: OCSF_VERSION,
      product: { name: 'SOC Agent', vendor_name: 'SOC Agent' },
      profiles: ['incident'],
      uid: alert.id,
      tenant_uid: alert.tenantId,
      log_name: alert.source,
      logged_time: Date.parse(alert.receivedAt),
      correlation_uid: alert.incidentId,
      labels: alert.tags,
    }),
    finding_info: findingInfo(alert),
    ...withoutAbsent({
      observables: alert.observables.map(({ type, value, role }) => ({
        name: role ?? type,
        type_id: observableTypes[type][0],
        type: observableTypes[type][1],
        value,
      })),
      evidences: evidences(alert),
      ...(alert.score === null ? {} : riskOf(alert.score)),
      ...(alert.verdict === null
        ? {}
        : { verdict_id: verdicts[alert.verdict][0], verdict: verdicts[alert.verdict][1] }),
      ...(alert.assignee === null ? {} : { assignee: { name: alert.assignee } }),
    }),
    unmapped: withoutAbsent({
      fingerprint: alert.fingerprint,
      version: alert.version,
      status: alert.status,
      suggested_verdict: alert.suggestedVerdict,
      reputation: alert.reputation,
    }),
  };
}

function activityOf({ status, version }: Alert): readonly [1 | 2 | 3, string] {
  if (status === 'closed') return [3, 'Close'];
  return version === 1 ? [1, 'Create'] : [2, 'Update'];
}

function findingInfo(alert: Alert): OcsfFinding['finding_info'] {
  const rule = withoutAbsent({ uid: alert.ruleId, name: alert.ruleName });
  return {
    uid: alert.externalId ?? alert.id,
    title: alert.title,
    ...withoutAbsent({
      desc: alert.description,
      uid_alt: alert.externalId === null ? undefined : alert.id,
      created_time: Date.parse(alert.receivedAt),
      first_seen_time: Date.parse(alert.occurredAt),
      last_seen_time: Date.parse(alert.lastSeenAt),
      data_sources: [alert.source],
      product: { name: alert.source },
      analytic: Object.keys(rule).length === 0 ? undefined : { ...rule, type_id: 1, type: 'Rule' },
      attacks: [
        ...alert.techniques.map((uid) => ({ technique: { uid } })),
        ...alert.tactics.map((name) => ({ tactic: { name } })),
      ],
    }),
  };
}

/** 0–100 in five equal steps. */
function riskOf(score: number) {
  const level = Math.min(riskLevels.length - 1, Math.floor(score / 20));
  return { risk_score: score, risk_level_id: level, risk_level: riskLevels[level] };
}

/** Who did what to whom, by the roles of the observables. A process is no evidence: OCSF wants its id, which alerts have not. */
function evidences(alert: Alert): readonly unknown[] {
  const endpoint = (...roles: readonly (string | undefined)[]) =>
    withoutAbsent({
      ip: valuesOf(alert, ['ip'], ...roles)[0],
      hostname: valuesOf(alert, ['host', 'domain'], ...roles)[0],
    });
  const actor = valuesOf(alert, ['user'], 'actor', 'source', undefined)[0];
  const url = valuesOf(alert, ['url'])[0];
  const device = withoutAbsent({
    hostname: valuesOf(alert, ['host'], undefined, 'host', 'device')[0],
    ip: valuesOf(alert, ['ip'], 'host', 'device')[0],
  });
  const evidence = withoutAbsent({
    src_endpoint: endpoint('source'),
    dst_endpoint: endpoint('destination', 'target', 'remote'),
    actor: actor === undefined ? undefined : { user: { name: actor } },
    device: Object.keys(device).length === 0 ? undefined : { ...device, type_id: 0 },
    url: url === undefined ? undefined : { url_string: url },
  });
  return Object.keys(evidence).length === 0 ? [] : [evidence];
}
