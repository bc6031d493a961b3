import type { RuleFilter, RulesChanged } from '@soc/contracts/alert/rules';
import type { RuleChange } from './rule-change.ts';
import type { RuleRepository } from './rule-repository.ts';
import type { RuleRereading } from './rule-rereading.ts';

export type RuleSwitch = (request: {
  readonly tenantId: string;
  readonly which: { readonly id: string } | RuleFilter;
  readonly enabled: boolean;
  readonly by: string;
}) => Promise<RulesChanged>;

/** Enables or disables rules; what a filter narrows is read anew with it or without it, in the same transaction. */
export function createRuleSwitch(given: {
  readonly now: () => Date;
  readonly rules: RuleRepository;
  readonly change: RuleChange;
  readonly rereading: RuleRereading;
}): RuleSwitch {
  const { now, rules, change, rereading } = given;
  return ({ tenantId, which, enabled, by }) =>
    change(
      tenantId,
      async (from) => {
        const filters = await rules.findFilters(from, tenantId, which, !enabled);
        const switched = new Map(filters.map(({ id }) => [id, enabled]));
        return switched.size === 0 ? [] : rereading.read(from, tenantId, { switched });
      },
      async (tx, found) => {
        const counted = await rules.setEnabled(tx, tenantId, which, { enabled, at: now().toISOString(), by });
        await rereading.write(tx, tenantId, found, by);
        return counted;
      },
    );
}
