import type { Alert } from '@soc/contracts';
import type { GiveVerdictBody, UpdateAlertBody } from '@soc/contracts/alert/triage';
import { isAlertTransition } from './alert-status.ts';
import { type Change, changeOf } from './change.ts';

export type TriageDecision =
  | { readonly ok: true; readonly alert: Alert; readonly changes: readonly Change[] }
  | {
      readonly ok: false;
      readonly refusal: 'version_conflict' | 'illegal_transition' | 'already_closed' | 'note_required';
    };

/** A critical alert is closed with a note only, for later review. */
const isNoteMissing = (alert: Alert, note: string | undefined): boolean =>
  alert.severity === 'critical' && note === undefined;

/** Moves an alert on, assigns it, or corrects its severity. One closed this way without a verdict is `undetermined`. */
export function updateAlert(alert: Alert, body: UpdateAlertBody, at: string): TriageDecision {
  const { status = alert.status, assignee = alert.assignee, severity = alert.severity, note, version } = body;
  if (version !== undefined && version !== alert.version) return { ok: false, refusal: 'version_conflict' };
  if (status !== alert.status) {
    if (!isAlertTransition(alert.status, status)) return { ok: false, refusal: 'illegal_transition' };
    if (status === 'closed' && isNoteMissing({ ...alert, severity }, note)) {
      return { ok: false, refusal: 'note_required' };
    }
  }
  const verdict = status === 'closed' ? (alert.verdict ?? 'undetermined') : alert.verdict;
  return decided(alert, { ...alert, status, assignee, severity, verdict }, at);
}

/** Closes an alert with a verdict. */
export function giveVerdict(alert: Alert, { verdict, note, version }: GiveVerdictBody, at: string): TriageDecision {
  if (version !== undefined && version !== alert.version) return { ok: false, refusal: 'version_conflict' };
  if (alert.status === 'closed') return { ok: false, refusal: 'already_closed' };
  if (isNoteMissing(alert, note)) return { ok: false, refusal: 'note_required' };
  return decided(alert, { ...alert, status: 'closed', verdict }, at);
}

function decided(before: Alert, wanted: Alert, at: string): TriageDecision {
  const changes = (['status', 'assignee', 'severity', 'verdict'] as const).flatMap((field) =>
    changeOf(field, before, wanted),
  );
  if (changes.length === 0) return { ok: true, alert: before, changes };
  const isOpen = wanted.status !== 'closed';
  const alert: Alert = {
    ...wanted,
    triagedAt: before.triagedAt ?? (wanted.status === 'new' ? null : at),
    closedAt: isOpen ? null : (before.closedAt ?? at),
    version: before.version + 1,
  };
  return { ok: true, alert, changes };
}
