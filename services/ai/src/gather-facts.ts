import type { Alert, Observable } from '@soc/contracts';
import type { AssetType } from '@soc/contracts/ai/asset';
import type { IntelHit } from '@soc/contracts/ai/analysis';
import type { Queryable } from '@soc/db-cluster';
import type { AssetCandidate, AssetMatchRepository } from './asset-match-repository.ts';
import { isAddress } from './domain/asset-pattern.ts';
import { entitiesOf, type Entity } from './domain/entity.ts';
import { surestHit } from './domain/intel-hit.ts';
import { type Rule, ruleOf } from './domain/rule.ts';
import { type AssetHit, NO_HISTORY, type RuleHistory } from './domain/signals.ts';
import type { OutcomeRepository } from './outcome-repository.ts';
import type { ThreatRepository } from './threat-repository.ts';

/** What facts are gathered about. */
export interface Subject {
  readonly tenantId: string;
  readonly alert: Pick<Alert, 'source' | 'ruleId' | 'ruleName'> & { readonly observables: readonly Observable[] };
}

/** What is known of a subject, but for how often its entities were seen. */
export interface Facts {
  readonly tenantId: string;
  readonly entities: readonly Entity[];
  readonly rule: Rule;
  readonly history: RuleHistory;
  readonly asset: AssetHit | null;
  /** The surest thing that earlier enrichments said of its entities. */
  readonly knownHit: IntelHit | null;
}

/** The facts of each subject, in order; three statements for any number of them. */
export type GatherFacts = (read: Queryable, subjects: readonly Subject[], at: Date) => Promise<readonly Facts[]>;

/** What enrichments said longer ago than this may have changed. */
const KNOWN_FOR_DAYS = 30;

const ASSET_TYPES: readonly string[] = ['host', 'user', 'ip'] satisfies readonly AssetType[];

const isAssetType = (type: string): type is AssetType => ASSET_TYPES.includes(type);

type Draft = Pick<Facts, 'tenantId' | 'entities' | 'rule'>;

const assetCandidates = ({ tenantId, entities }: Draft): readonly AssetCandidate[] =>
  entities.flatMap(({ type, value }) =>
    isAssetType(type) && (type !== 'ip' || isAddress(value)) ? [{ tenantId, type, value }] : [],
  );

const keyOf = (...parts: readonly string[]): string => parts.join('\n');

const mostValuable = (hits: readonly AssetHit[]): AssetHit | null =>
  hits.toSorted((a, b) => b.value - a.value || (a.entity < b.entity ? -1 : 1))[0] ?? null;

export function createGatherFacts(deps: {
  readonly outcomes: OutcomeRepository;
  readonly assetMatches: AssetMatchRepository;
  readonly threats: ThreatRepository;
}): GatherFacts {
  const findHistories = async (read: Queryable, drafts: readonly Draft[]) => {
    const rules = drafts.map(({ tenantId, rule }) => ({ tenantId, ...rule }));
    const found = await deps.outcomes.findHistories(read, rules);
    return new Map(found.map(({ tenantId, source, rule, history }) => [keyOf(tenantId, source, rule), history]));
  };

  const findAssets = async (read: Queryable, drafts: readonly Draft[]) => {
    const candidates = drafts.flatMap(assetCandidates);
    const distinct = new Map(candidates.map((one) => [keyOf(one.tenantId, one.type, one.value), one]));
    const found = await deps.assetMatches.find(read, [...distinct.values()]);
    return new Map(found.map(({ tenantId, type, value, hit }) => [keyOf(tenantId, type, value), hit]));
  };

  const findThreats = async (read: Queryable, drafts: readonly Draft[], at: Date) => {
    const since = new Date(at.getTime() - KNOWN_FOR_DAYS * 24 * 60 * 60 * 1000);
    const wanted = drafts.flatMap(({ tenantId, entities }) => entities.map(({ key }) => ({ tenantId, entity: key })));
    const distinct = new Map(wanted.map((one) => [keyOf(one.tenantId, one.entity), one]));
    const found = await deps.threats.find(read, [...distinct.values()], since);
    return new Map(found.map(({ tenantId, entity, hit }) => [keyOf(tenantId, entity), hit]));
  };

  return async (read, subjects, at) => {
    const drafts = subjects.map(({ tenantId, alert }) => ({
      tenantId,
      entities: entitiesOf(alert.observables),
      rule: ruleOf(alert),
    }));
    const histories = await findHistories(read, drafts);
    const assets = await findAssets(read, drafts);
    const threats = await findThreats(read, drafts, at);
    return drafts.map((draft) => {
      const { tenantId, entities, rule } = draft;
      return {
        ...draft,
        history: histories.get(keyOf(tenantId, rule.source, rule.rule)) ?? NO_HISTORY,
        asset: mostValuable(entities.flatMap(({ type, value }) => assets.get(keyOf(tenantId, type, value)) ?? [])),
        knownHit: surestHit(entities.flatMap(({ key }) => threats.get(keyOf(tenantId, key)) ?? [])),
      };
    });
  };
}
