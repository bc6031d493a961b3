import type { DbCluster } from '@soc/db-cluster';
import { COMPILED_FORMAT } from './detection/rule-codec.ts';
import type { RuleReader } from './detection/rule-reader.ts';
import { planImport } from './domain/detection/plan-import.ts';
import type { ReadRule } from './domain/detection/read-rule.ts';
import type { RuleRepository } from './rule-repository.ts';
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

const NOTHING = new Uint8Array();

/** Removes a rule; what a filter has narrowed is as wide again as it was written, in the same transaction. */
export function createRuleRemoval(given: {
  readonly db: Pick<DbCluster, 'write' | 'tx'>;
  readonly now: () => Date;
  readonly rules: RuleRepository;
  readonly ruleSets: RuleSetRepository;
  readonly read: RuleReader;
}): RuleRemoval {
  const { db, now, rules, ruleSets, read } = given;

  const readWithout = async (tenantId: string, id: string): Promise<readonly ReadRule[]> => {
    const sources = await ruleSets.sources(db.write, tenantId);
    const surroundings = sources.filter((source) => source.id !== id);
    const outcome = await read(tenantId, { name: '', bytes: NOTHING, surroundings });
    if (!outcome.ok) throw new Error(`the rules cannot be read without the filter: ${outcome.reason}`);
    return outcome.result.rules;
  };

  return async ({ tenantId, id, by }) => {
    const rule = await ruleSets.findCompiled(db.write, tenantId, id);
    const left = rule?.kind === 'filter' ? await readWithout(tenantId, id) : [];
    return db.tx(async (tx): Promise<RemovalOutcome> => {
      await ruleSets.change(tx, tenantId);
      const counting = await rules.findCounting(tx, tenantId, id);
      if (counting.length > 0) return { ok: false, refusal: 'in_use', by: counting.map(({ title }) => title) };
      if (!(await rules.delete(tx, tenantId, id))) return { ok: false, refusal: 'not_found' };
      const ids = left.map((one) => one.id);
      const stored = await ruleSets.findStored(tx, tenantId, ids);
      const known = new Set(stored.map((one) => one.id));
      // What was removed while the others were read stays removed.
      const { written } = planImport(
        left.filter((one) => known.has(one.id)),
        [],
        stored,
      );
      await rules.write(tx, tenantId, written, { enabled: true, format: COMPILED_FORMAT, at: now().toISOString(), by });
      return { ok: true };
    });
  };
}
