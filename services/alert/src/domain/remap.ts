import type { Alert } from '@soc/contracts';
import type { Difference } from '@soc/contracts/alert/remap';
import type { NormalisedAlert } from './normalise/normalised-alert.ts';

/** What a mapping says of an alert; its identity, its triage and what was made of it are not among them. */
const fields = [
  'title',
  'description',
  'severity',
  'ruleId',
  'ruleName',
  'externalId',
  'observables',
  'tactics',
  'techniques',
  'tags',
  'occurredAt',
] as const;

/**
 * The alert as another reading of its payload makes it, and how that differs. The fingerprint stays, for it is what the
 * alert is known by; tactics and techniques are only added to, for analysis has added its own; the severity of an alert
 * that people work on is theirs.
 */
export function remapAlert(
  alert: Alert,
  read: NormalisedAlert,
): { readonly alert: Alert; readonly differences: readonly Difference[] } {
  const after: Alert = {
    ...alert,
    ...Object.fromEntries(fields.map((field) => [field, read[field]])),
    // A payload that tells no time was read as of its receipt, and that moment is in the alert already.
    occurredAt: Date.parse(read.occurredAt) === Date.parse(alert.receivedAt) ? alert.occurredAt : read.occurredAt,
    severity: alert.status === 'new' ? read.severity : alert.severity,
    tactics: [...new Set([...alert.tactics, ...read.tactics])],
    techniques: [...new Set([...alert.techniques, ...read.techniques])],
  };
  const differences = fields.flatMap((field) =>
    JSON.stringify(canonical(alert[field])) === JSON.stringify(canonical(after[field]))
      ? []
      : [{ field, before: alert[field], after: after[field] }],
  );
  return { alert: differences.length === 0 ? alert : { ...after, version: alert.version + 1 }, differences };
}

/** Keys in one order: jsonb keeps its own. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
