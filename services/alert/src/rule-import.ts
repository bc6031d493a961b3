import { type ImportOutcome, RULES_MAX, RULES_MAX_BYTES } from '@soc/contracts/alert/rule-import';
import type { Queryable } from '@soc/db-cluster';
import { unprocessable } from '@soc/service-kit';
import { COMPILED_FORMAT } from './detection/rule-codec.ts';
import type { ReadOutcome, RuleReader } from './detection/rule-reader.ts';
import type { ReadingResult } from './detection/thread-protocol.ts';
import { planImport } from './domain/detection/plan-import.ts';
import type { RuleChange } from './rule-change.ts';
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
  readonly now: () => Date;
  readonly rules: RuleRepository;
  readonly ruleSets: RuleSetRepository;
  readonly change: RuleChange;
  readonly read: RuleReader;
}): RuleImport {
  const { now, rules, ruleSets, change, read } = given;

  /** Correlations and filters are about other rules, which may be stored: then those are read with them. */
  const readBeside = async (
    from: Queryable,
    { tenantId, name, bytes, enabled }: ImportRequest,
    alone: ReadingResult,
  ): Promise<ReadOutcome> => {
    const filters = await ruleSets.filters(from, tenantId);
    if (!alone.needsSurroundings && filters.size === 0) return { ok: true, result: alone };
    const brought = new Set(alone.brought);
    const sources = await ruleSets.sources(from, tenantId);
    const surroundings = sources.filter(({ id }) => !brought.has(id));
    if (surroundings.length + filters.size === 0) return { ok: true, result: alone };
    return read(tenantId, { name, bytes, surroundings, filters, isNewAtWork: enabled });
  };

  const store = async (
    tx: Queryable,
    { tenantId, enabled, by }: ImportRequest,
    { rules: found, refused, surrounding }: ReadingResult,
  ): Promise<ImportResult> => {
    const beside = new Set(surrounding);
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
  };

  return async (request) => {
    const { tenantId, name, bytes, enabled } = request;
    if (bytes.length === 0) return NOTHING;
    const alone = await read(tenantId, { name, bytes, surroundings: [], filters: new Map(), isNewAtWork: enabled });
    if (!alone.ok) return { ok: false, refusal: alone.reason };
    if (alone.result.rules.length + alone.result.refused.length === 0) return NOTHING;
    return change(
      tenantId,
      (from) => readBeside(from, request, alone.result),
      (tx, outcome): Promise<ImportResult> =>
        outcome.ok ? store(tx, request, outcome.result) : Promise.resolve({ ok: false, refusal: outcome.reason }),
    );
  };
}
