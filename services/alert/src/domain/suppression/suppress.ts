import type { Suppression } from '@soc/contracts/alert/suppressions';
import type { Placement } from '../deduplicate.ts';
import { conditionsTest, PATTERN_STEPS, type Suppressible } from './conditions.ts';

/** A suppression that is in force. */
export type InForce = Pick<Suppression, 'id' | 'conditions'> & { readonly tenantId: string };

/** Finds the suppression that hides an alert: the oldest of its tenant whose conditions it meets. */
export function createSuppressor(inForce: readonly InForce[]) {
  // Each tenant spends its own: none has what another's patterns use up.
  const spentBy = new Map(inForce.map(({ tenantId }) => [tenantId, { left: PATTERN_STEPS }]));
  const byTenant = Map.groupBy(
    inForce
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((one) => ({ ...one, isMet: conditionsTest(one.conditions, spentBy.get(one.tenantId)) })),
    ({ tenantId }) => tenantId,
  );
  return (tenantId: string, alert: Suppressible): string | null =>
    byTenant.get(tenantId)?.find(({ isMet }) => isMet(alert))?.id ?? null;
}

/** What a batch of arrivals adds to the count of a suppression. */
export interface Hidden {
  readonly suppressionId: string;
  readonly alerts: number;
  readonly occurrences: number;
}

/** Counts what was hidden, one entry for each suppression in the order of their ids. */
export function hiddenCounts(placements: readonly Placement[]): readonly Hidden[] {
  const groups = Map.groupBy(placements, ({ arrival }) => arrival.suppressedBy);
  return [...groups]
    .flatMap(([suppressionId, ones]) => {
      if (suppressionId === null) return [];
      const alerts = ones.filter(({ arrival, alertId }) => alertId === arrival.id).length;
      return [{ suppressionId, alerts, occurrences: ones.filter(({ counts }) => counts).length }];
    })
    .toSorted((a, b) => (a.suppressionId < b.suppressionId ? -1 : 1));
}
