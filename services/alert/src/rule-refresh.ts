import type { DbCluster } from '@soc/db-cluster';
import { COMPILED_FORMAT } from './detection/rule-codec.ts';
import type { RuleReader } from './detection/rule-reader.ts';
import { planImport } from './domain/detection/plan-import.ts';
import type { RuleRepository } from './rule-repository.ts';
import type { RuleSetRepository } from './rule-set-repository.ts';

export type RuleRefresh = (tenantId: string) => Promise<void>;

/** Who a version is by that nobody asked for. */
const NOBODY = 'the alert service';

/**
 * Reads the rules of a tenant anew from their texts, all together, and stores what is made of them now as their next versions.
 * For after an upgrade; replicas that do it at once do it once after the other, the later ones in vain.
 */
export function createRuleRefresh(given: {
  readonly db: Pick<DbCluster, 'write' | 'tx'>;
  readonly now: () => Date;
  readonly rules: RuleRepository;
  readonly ruleSets: RuleSetRepository;
  readonly read: RuleReader;
}): RuleRefresh {
  const { db, now, rules, ruleSets, read } = given;
  return async (tenantId) => {
    const surroundings = await ruleSets.sources(db.write, tenantId);
    const outcome = await read(tenantId, { name: '', bytes: new Uint8Array(), surroundings });
    if (!outcome.ok) throw new Error(`the stored rules cannot be read anew: ${outcome.reason}`);
    const found = outcome.result.rules;
    await db.tx(async (tx) => {
      await ruleSets.change(tx, tenantId);
      const stored = await ruleSets.findStored(
        tx,
        tenantId,
        found.map(({ id }) => id),
      );
      const known = new Set(stored.map(({ id }) => id));
      // What was removed while the others were read stays removed.
      const { written } = planImport(
        found.filter(({ id }) => known.has(id)),
        [],
        stored,
      );
      const how = { enabled: true, format: COMPILED_FORMAT, at: now().toISOString(), by: NOBODY };
      await rules.write(tx, tenantId, written, how);
    });
  };
}
