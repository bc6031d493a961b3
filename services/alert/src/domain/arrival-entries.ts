import type { Alert } from '@soc/contracts';
import type { TimelineKind } from '@soc/contracts/alert/timeline';
import type { Placement } from './deduplicate.ts';

/** An alert after more of it was counted. */
export interface Turned {
  readonly alert: Alert;
  readonly wasOver: boolean;
  readonly isReopened: boolean;
}

const isOver = ({ alert }: Turned): boolean => (alert.resolvedAt ?? null) !== null;

/** The fields that repetitions changed of an alert and that others are told of: never that it was seen once more. */
export const changedByRepetition = (turned: Turned): readonly string[] => [
  ...(turned.wasOver === isOver(turned) ? [] : ['resolvedAt']),
  ...(turned.isReopened ? ['status', 'closedAt'] : []),
];

interface Told {
  readonly tenantId: string;
  readonly alertId: string;
  readonly incidentId: null;
  readonly at: string;
  readonly kind: TimelineKind;
  readonly actor: null;
  readonly summary: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What arrivals add to the timelines of their alerts: that it is over, that it fires again, what was nearly the same. */
export function entriesOfArrivals(
  placements: readonly Placement[],
  turned: readonly Turned[],
  at: string,
): readonly Told[] {
  const entry = { incidentId: null, at, actor: null };
  const told = placements.flatMap(({ arrival, alertId, nearDistance }): readonly Told[] => {
    const { tenantId, alert, near, fingerprint } = arrival;
    if (alert.resolved) {
      const what = nearDistance === null ? 'it' : `the near-duplicate "${alert.title}"`;
      const summary = `${alert.source} says ${what} is over`;
      return [{ ...entry, tenantId, alertId, kind: 'resolved', summary, data: { resolvedAt: alert.occurredAt } }];
    }
    if (!near) return [];
    const summary = `"${alert.title}" is a near-duplicate: ${near.distance} of 64 bits differ`;
    const data = { distance: near.distance, title: alert.title, fingerprint };
    return [{ ...entry, tenantId, alertId, kind: 'near_duplicate', summary, data }];
  });
  const firing = turned
    .filter((one) => one.wasOver && !isOver(one))
    .map(({ alert: { id, tenantId, source }, isReopened }): Told => {
      const summary = `${source} says it happens again${isReopened ? ': back in work' : ''}`;
      return { ...entry, tenantId, alertId: id, kind: 'fired_again', summary, data: { isReopened } };
    });
  return [...told, ...firing];
}
