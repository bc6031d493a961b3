import type { Enrichment, IndicatorMatch } from '@soc/contracts';
import type { IntelHit } from '@soc/contracts/ai/analysis';

const keyOf = ({ observable }: Pick<IndicatorMatch, 'observable'>): string => `${observable.type} ${observable.value}`;

/** What an enrichment says against the alert: its matches, without those on warninglisted observables. */
export function intelHitsOf({
  matches,
  warninglistHits,
}: Pick<Enrichment, 'matches' | 'warninglistHits'>): readonly IntelHit[] {
  const warned = new Set(warninglistHits.map(keyOf));
  return matches
    .filter((match) => !warned.has(keyOf(match)))
    .map(({ observable, confidence, threat }) => ({
      type: observable.type,
      value: observable.value,
      confidence,
      threat,
    }));
}

/** The surest hit; among equals the first by value, so that the order in which they come does not matter. */
export const surestHit = (hits: readonly IntelHit[]): IntelHit | null =>
  hits.toSorted((a, b) => b.confidence - a.confidence || (a.value < b.value ? -1 : 1))[0] ?? null;
