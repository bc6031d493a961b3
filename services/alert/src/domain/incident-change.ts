import type { Incident, IncidentStatus } from '@soc/contracts';
import type { UpdateIncidentBody } from '@soc/contracts/alert/incidents';
import { type Change, changeOf } from './change.ts';

const watched = [
  'title',
  'severity',
  'status',
  'verdict',
  'assignee',
  'alertCount',
  'entities',
  'tactics',
  'techniques',
  'firstSeenAt',
  'lastSeenAt',
  'locked',
  'closedAt',
  'mergedIntoId',
] as const;

/** The fields that differ, by name. */
export const changedFields = (before: Incident, after: Incident): readonly string[] =>
  watched.filter(
    // Lists that nothing was added to are the same object: the dear comparison is for the few others.
    (field) => before[field] !== after[field] && JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );

/** Where an incident may go from each status; a closed one goes back to work. */
const next: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  open: ['investigating', 'contained', 'closed'],
  investigating: ['contained', 'closed'],
  contained: ['investigating', 'closed'],
  closed: ['investigating'],
};

export type IncidentDecision =
  | { readonly ok: true; readonly incident: Incident; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly refusal: 'version_conflict' | 'illegal_transition' | 'merged' };

/** What a person changes about an incident. One that was merged away changes no more. */
export function updateIncident(incident: Incident, body: UpdateIncidentBody, at: string): IncidentDecision {
  const { version, ...wanted } = body;
  if (version !== undefined && version !== incident.version) return { ok: false, refusal: 'version_conflict' };
  if (incident.mergedIntoId !== undefined) return { ok: false, refusal: 'merged' };
  const { status = incident.status } = wanted;
  if (status !== incident.status && !next[incident.status].includes(status)) {
    return { ok: false, refusal: 'illegal_transition' };
  }
  const after: Incident = {
    ...incident,
    status,
    title: wanted.title ?? incident.title,
    severity: wanted.severity ?? incident.severity,
    verdict: wanted.verdict ?? incident.verdict,
    assignee: wanted.assignee === undefined ? incident.assignee : wanted.assignee,
  };
  const changes = (['status', 'assignee', 'severity', 'verdict', 'title'] as const).flatMap((field) =>
    changeOf(field, incident, after),
  );
  if (changes.length === 0) return { ok: true, incident, changes };
  const closedAt = status === 'closed' ? (incident.closedAt ?? at) : null;
  return { ok: true, incident: { ...after, closedAt, updatedAt: at, version: incident.version + 1 }, changes };
}
