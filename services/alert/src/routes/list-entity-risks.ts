import { type EntityRisk, ListEntityRisks, type RiskContribution } from '@soc/contracts/alert/entity-risk';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';
import { countsFrom, logOf, pointsOf, riskAt } from '../domain/correlation/risk.ts';
import type { Contributor } from '../risk-repository.ts';

const Position = z.tuple([z.number(), z.guid()]);
const DEFAULT_LIMIT = 20;
const CONTRIBUTIONS = 5;

type Deps = Pick<AlertDeps, 'db' | 'risks' | 'candidates' | 'hubAssets' | 'now'>;

export const listEntityRisksRoute = ({ db, risks, candidates, hubAssets, now }: Deps) =>
  route(ListEntityRisks, async ({ query, principal: { tenantId }, consistencyToken }) => {
    const { limit = DEFAULT_LIMIT, cursor, type } = query;
    const after = decodeCursor(Position, cursor);
    const read = db.readYourWrites(consistencyToken);
    const rows = await risks.list(read, tenantId, type, { after, limitRows: limit + 1 });
    const { items, nextCursor } = pageOf(rows, limit, ({ logRisk, key }) => [logRisk, key]);
    const keys = items.map(({ key }) => key);
    const [assetsOf, contributors] = await Promise.all([
      candidates.countAssets(read, keys),
      risks.listContributors(read, tenantId, keys),
    ]);
    const nowMs = now().getTime();
    const byKey = Map.groupBy(contributors, ({ entity }) => entity);
    return {
      items: items.map(({ key, logRisk, ...told }): EntityRisk => {
        const assets = assetsOf.get(key) ?? 0;
        const contributions = (byKey.get(key) ?? [])
          .map((one) => contributionOf(one, nowMs))
          .toSorted((a, b) => b.now - a.now)
          .slice(0, CONTRIBUTIONS);
        return { ...told, risk: rounded(riskAt(logRisk, nowMs)), assets, isHub: assets > hubAssets, contributions };
      }),
      nextCursor,
    };
  });

const rounded = (risk: number): number => Math.round(risk * 1_000) / 1_000;

function contributionOf({ id, entity: _, receivedAt, ...alert }: Contributor, nowMs: number): RiskContribution {
  const points = pointsOf(alert.severity);
  const left = riskAt(logOf(points, Date.parse(countsFrom({ ...alert, receivedAt }))), nowMs);
  return { ...alert, alertId: id, points, now: rounded(left) };
}
