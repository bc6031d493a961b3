import { type ImportOutcome, RULES_MAX, RULES_MAX_BYTES } from '@soc/contracts/alert/rule-import';
import type { DbCluster } from '@soc/db-cluster';
import { unprocessable } from '@soc/service-kit';
import { COMPILED_FORMAT } from './detection/rule-codec.ts';
import type { ReadOutcome, RuleReader } from './detection/rule-reader.ts';
import { planImport } from './domain/detection/plan-import.ts';
import type { RuleRepository } from './rule-repository.ts';
import type { RuleSetRepository } from './rule-set-repository.ts';

export interface ImportRequest {
  readonly tenantId: string;
  /** What was sent, and its name. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Whether rules that are new are enabled. */
  readonly enabled: boolean;
  readonly by: string;
}

export type ImportResult =
  | { readonly ok: true; readonly outcome: ImportOutcome }
  | { readonly ok: false; readonly refusal: string };

export type RuleImport = (request: ImportRequest) => Promise<ImportResult>;

const NOTHING: ImportResult = { ok: false, refusal: 'there is no Sigma rule in it' };

/** Each replica reads all of a tenant's rules at once when they change. */
function refuseTooMany({ rules, bytes }: { readonly rules: number; readonly bytes: number }): void {
  if (rules <= RULES_MAX && bytes <= RULES_MAX_BYTES) return;
  throw unprocessable(
    'rule.too_many',
    `a tenant has at most ${RULES_MAX} rules of ${RULES_MAX_BYTES} bytes: with these there are ${rules} of ${bytes}`,
  );
}

/** Reads rules beside the requests, then stores all that could be read in one transaction. */
export function createRuleImport(given: {
  readonly db: Pick<DbCluster, 'write' | 'tx'>;
  readonly now: () => Date;
  readonly rules: RuleRepository;
  readonly ruleSets: RuleSetRepository;
  readonly read: RuleReader;
}): RuleImport {
  const { db, now, rules, ruleSets, read } = given;

  /** Correlations and filters are about other rules, which may be stored: then those are read with them. */
  const readAll = async ({ tenantId, name, bytes }: ImportRequest): Promise<ReadOutcome> => {
    const alone = await read(tenantId, { name, bytes, surroundings: [] });
    if (!alone.ok || !(alone.result.needsSurroundings || (await ruleSets.hasFilters(db.write, tenantId)))) return alone;
    const { rules: found, refused } = alone.result;
    const brought = new Set<string | null>([...found, ...refused].map(({ id }) => id));
    const sources = await ruleSets.sources(db.write, tenantId);
    const surroundings = sources.filter(({ id }) => !brought.has(id));
    return surroundings.length === 0 ? alone : read(tenantId, { name, bytes, surroundings });
  };

  return async (request) => {
    const { tenantId, enabled, by } = request;
    if (request.bytes.length === 0) return NOTHING;
    const outcome = await readAll(request);
    if (!outcome.ok) return { ok: false, refusal: outcome.reason };
    const { rules: found, refused, surrounding } = outcome.result;
    if (found.length + refused.length === 0) return NOTHING;
    const beside = new Set(surrounding);
    return db.tx(async (tx) => {
      await ruleSets.change(tx, tenantId);
      const stored = await ruleSets.findStored(
        tx,
        tenantId,
        found.map(({ id }) => id),
      );
      const plan = planImport(found, refused, stored, ({ id }) => !beside.has(id));
      const at = now().toISOString();
      await rules.write(tx, tenantId, plan.written, { enabled, format: COMPILED_FORMAT, at, by });
      if (plan.written.length > 0) refuseTooMany(await ruleSets.size(tx, tenantId));
      return { ok: true, outcome: plan.outcome };
    });
  };
}
