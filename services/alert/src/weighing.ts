import type { Alert } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { CandidateRepository } from './candidate-repository.ts';
import { type CorrelatedAlert, toCorrelated } from './domain/correlation/correlated-alert.ts';
import { isMeasured } from './domain/correlation/rarity.ts';
import { entitiesOf } from './domain/entity.ts';

/** Weighs the entities of alerts by how common they are, each looked up once in the transaction of one decision. */
export function createWeighing(given: {
  readonly tx: Tx;
  readonly candidates: CandidateRepository;
  readonly hubAssets: number;
}) {
  const assetsOf = new Map<string, number>();
  return async (alerts: readonly Alert[]): Promise<readonly CorrelatedAlert[]> => {
    const named = alerts.flatMap((alert) => entitiesOf(alert).filter(isMeasured));
    const unknown = [...new Set(named.map(({ key }) => key))].filter((key) => !assetsOf.has(key));
    if (unknown.length > 0) {
      const counted = await given.candidates.countAssets(given.tx, unknown);
      for (const key of unknown) assetsOf.set(key, counted.get(key) ?? 0);
    }
    const commonness = { assetsOf: (key: string) => assetsOf.get(key) ?? 0, hubAssets: given.hubAssets };
    return alerts.map((alert) => toCorrelated(alert, commonness));
  };
}

export type Weighing = ReturnType<typeof createWeighing>;
