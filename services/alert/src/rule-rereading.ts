import type { Queryable } from '@soc/db-cluster';
import { COMPILED_FORMAT } from './detection/rule-codec.ts';
import type { RuleReader } from './detection/rule-reader.ts';
import { planImport } from './domain/detection/plan-import.ts';
import type { ReadRule } from './domain/detection/read-rule.ts';
import type { RuleRepository } from './rule-repository.ts';
import type { RuleSetRepository } from './rule-set-repository.ts';

const NOTHING = new Uint8Array();

/** The stored rules of a tenant made anew from their texts, for when what one of them says of the others has changed. */
export interface RuleRereading {
  /** All of them together; with filters switched as told, and `without` left out. */
  readonly read: (
    from: Queryable,
    tenantId: string,
    but?: { readonly switched?: ReadonlyMap<string, boolean>; readonly without?: string },
  ) => Promise<readonly ReadRule[]>;
  /** Stores the next versions of those that are not what they were. */
  readonly write: (tx: Queryable, tenantId: string, found: readonly ReadRule[], by: string) => Promise<void>;
}

export function createRuleRereading(given: {
  readonly now: () => Date;
  readonly rules: RuleRepository;
  readonly ruleSets: RuleSetRepository;
  readonly read: RuleReader;
}): RuleRereading {
  const { now, rules, ruleSets, read } = given;
  return {
    read: async (from, tenantId, { switched = new Map(), without } = {}) => {
      const filters = new Map([...(await ruleSets.filters(from, tenantId)), ...switched]);
      const sources = await ruleSets.sources(from, tenantId);
      const surroundings = sources.filter(({ id }) => id !== without);
      const outcome = await read(tenantId, { name: '', bytes: NOTHING, surroundings, filters, isNewAtWork: true });
      if (!outcome.ok) throw new Error(`the stored rules cannot be read anew: ${outcome.reason}`);
      return outcome.result.rules;
    },
    write: async (tx, tenantId, found, by) => {
      const stored = await ruleSets.findStored(
        tx,
        tenantId,
        found.map(({ id }) => id),
      );
      const { written } = planImport(found, [], stored);
      await rules.write(tx, tenantId, written, { enabled: true, format: COMPILED_FORMAT, at: now().toISOString(), by });
    },
  };
}
