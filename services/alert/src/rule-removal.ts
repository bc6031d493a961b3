import type { RuleChange } from './rule-change.ts';
import type { RuleRepository } from './rule-repository.ts';
import type { RuleRereading } from './rule-rereading.ts';
import type { RuleSetRepository } from './rule-set-repository.ts';

export type RemovalOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: 'not_found' }
  | { readonly ok: false; readonly refusal: 'in_use'; readonly by: readonly string[] };

export type RuleRemoval = (request: {
  readonly tenantId: string;
  readonly id: string;
  readonly by: string;
}) => Promise<RemovalOutcome>;

/** Removes a rule; what a filter has narrowed is as wide again as it was written, in the same transaction. */
export function createRuleRemoval(given: {
  readonly rules: RuleRepository;
  readonly ruleSets: RuleSetRepository;
  readonly change: RuleChange;
  readonly rereading: RuleRereading;
}): RuleRemoval {
  const { rules, ruleSets, change, rereading } = given;
  return ({ tenantId, id, by }) =>
    change(
      tenantId,
      async (from) => {
        const rule = await ruleSets.findCompiled(from, tenantId, id);
        return rule?.kind === 'filter' ? rereading.read(from, tenantId, { without: id }) : [];
      },
      async (tx, left): Promise<RemovalOutcome> => {
        const counting = await ruleSets.findCounting(tx, tenantId, id);
        if (counting.length > 0) return { ok: false, refusal: 'in_use', by: counting.map(({ title }) => title) };
        if (!(await rules.delete(tx, tenantId, id))) return { ok: false, refusal: 'not_found' };
        await rereading.write(tx, tenantId, left, by);
        return { ok: true };
      },
    );
}
