import type { Alert } from '@soc/contracts';

/** What was known of an alert's milestones before. */
export interface KnownMilestones {
  readonly triagedAt: string | null;
  readonly closedAt: string | null;
}

export interface Milestone {
  readonly name: 'alert.time_to_acknowledge_s' | 'alert.time_to_resolve_s';
  readonly valueS: number;
  readonly at: string;
}

const secondsBetween = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

/** The milestones an alert has reached that were not known before. */
export function newMilestones(
  alert: Pick<Alert, 'receivedAt' | 'triagedAt' | 'closedAt'>,
  known: KnownMilestones,
): readonly Milestone[] {
  const milestones: Milestone[] = [];
  if (alert.triagedAt !== null && known.triagedAt === null) {
    milestones.push({
      name: 'alert.time_to_acknowledge_s',
      valueS: secondsBetween(alert.receivedAt, alert.triagedAt),
      at: alert.triagedAt,
    });
  }
  if (alert.closedAt !== null && known.closedAt === null) {
    milestones.push({
      name: 'alert.time_to_resolve_s',
      valueS: secondsBetween(alert.receivedAt, alert.closedAt),
      at: alert.closedAt,
    });
  }
  return milestones;
}
