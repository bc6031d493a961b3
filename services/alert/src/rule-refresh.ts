import type { RuleChange } from './rule-change.ts';
import type { RuleRereading } from './rule-rereading.ts';

export type RuleRefresh = (tenantId: string) => Promise<void>;

/** Who a version is by that nobody asked for. */
const NOBODY = 'the alert service';

/**
 * Reads the rules of a tenant anew from their texts, all together, and stores what is made of them now as their next versions.
 * For after an upgrade; replicas that do it at once do it once after the other, the later ones in vain.
 */
export function createRuleRefresh({
  change,
  rereading,
}: {
  readonly change: RuleChange;
  readonly rereading: RuleRereading;
}): RuleRefresh {
  return (tenantId) =>
    change(
      tenantId,
      (from) => rereading.read(from, tenantId),
      (tx, found) => rereading.write(tx, tenantId, found, NOBODY),
    );
}
