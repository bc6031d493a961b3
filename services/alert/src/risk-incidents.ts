import type { Alert } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { CandidateRepository } from './candidate-repository.ts';
import type { CorrelationOutcome } from './domain/correlation/correlate.ts';
import { isPlaceable } from './domain/correlation/left-open.ts';
import { type AddedRisk, riskAt, risksOf } from './domain/correlation/risk.ts';
import { riskStory } from './domain/correlation/risk-story.ts';
import type { Story } from './domain/correlation/story.ts';
import type { RiskRepository } from './risk-repository.ts';
import { createWeighing } from './weighing.ts';

/** How far back the alerts of an entity are gathered: what is older has faded to less than a hundredth. */
const GATHERED_MS = 7 * 86_400_000;
const MOST_ALERTS = 100;

export type RiskIncidents = (
  tx: Tx,
  alerts: readonly Alert[],
  outcome: CorrelationOutcome,
  at: Date,
) => Promise<readonly Story[]>;

/** Opens incidents of entities whose risk has reached a threshold, if nothing else tells of them; 0 opens none. */
export function createRiskIncidents(given: {
  readonly risks: RiskRepository;
  readonly candidates: CandidateRepository;
  readonly threshold: number;
  readonly hubAssets: number;
  readonly maxSpanMs: number;
}): RiskIncidents {
  const { risks, candidates, threshold, hubAssets, maxSpanMs } = given;

  /** Those of them at the threshold that are no hub and that no open incident of the week knows. */
  const findRisky = async (tx: Tx, added: readonly AddedRisk[], outcome: CorrelationOutcome) => {
    const keys = added.map(({ key }) => key);
    const high = (await risks.findMany(tx, keys))
      .map((one) => ({ ...one, risk: riskAt(one.logRisk, Date.parse(one.lastAt)) }))
      .filter(({ key, risk }) => risk >= threshold && !outcome.stories.some(({ carriers }) => carriers.has(key)));
    if (high.length === 0) return [];
    const assetsOf = await candidates.countAssets(
      tx,
      high.map(({ key }) => key),
    );
    const told = await candidates.findCarriers(tx, high.map(spanOf));
    return high
      .filter(({ key }) => (assetsOf.get(key) ?? 0) <= hubAssets && !told.some((carrier) => carrier.key === key))
      .map((one) => ({ ...one, assets: assetsOf.get(one.key) ?? 0 }));
  };

  return async (tx, alerts, outcome, at) => {
    if (threshold === 0 || alerts.length === 0) return [];
    const weigh = createWeighing({ tx, candidates, hubAssets });
    const fresh = (await weigh(alerts)).filter(isPlaceable);
    const placed = new Set(outcome.stories.flatMap(({ members }) => members.map(({ alertId }) => alertId)));
    const stories: Story[] = [];
    for (const risky of await findRisky(tx, risksOf(fresh.map(({ alert }) => alert)), outcome)) {
      const { key, type, value, assets, risk } = risky;
      const span = { ...spanOf(risky), openersOnly: false };
      const exceptIds = fresh.map(({ alert }) => alert.id);
      const earlier = await weigh(await candidates.findLoose(tx, [span], { exceptIds, limitRows: MOST_ALERTS }));
      const naming = fresh.filter(({ links }) => links.some((link) => link.key === key));
      const loose = [...earlier, ...naming].filter(({ alert }) => !placed.has(alert.id));
      const entity = { key, type, value, assets, weight: 1 };
      const newId = (): string => uuidv7(at.getTime());
      const story = riskStory({ entity, risk, threshold }, loose, { newId, at: at.toISOString(), maxSpanMs });
      if (!story) continue;
      for (const { alertId } of story.members) placed.add(alertId);
      stories.push(story);
    }
    return stories;
  };
}

const spanOf = ({ key, lastAt }: { readonly key: string; readonly lastAt: string }) => ({
  key,
  from: new Date(Date.parse(lastAt) - GATHERED_MS).toISOString(),
  to: lastAt,
});
