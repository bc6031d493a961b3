import { AnalyzeAlert } from '@soc/contracts/ai/analysis';
import { route } from '@soc/service-kit';
import type { AiDeps } from '../deps.ts';
import { assess } from '../domain/analysis.ts';
import { surestHit } from '../domain/intel-hit.ts';
import { ruleLabel } from '../domain/rule.ts';
import { countSightings, seenBefore } from '../domain/sightings.ts';

export const analyzeAlertRoute = ({
  db,
  gatherFacts,
  sightings,
  now,
}: Pick<AiDeps, 'db' | 'gatherFacts' | 'sightings' | 'now'>) =>
  route(AnalyzeAlert, async ({ body, principal, consistencyToken }) => {
    const at = now();
    const read = db.readYourWrites(consistencyToken);
    const facts = await gatherFacts(read, [{ tenantId: principal.tenantId, alert: body }], at);
    const [seen] = seenBefore(facts, await sightings.find(read, countSightings(facts)));
    const [known] = facts;
    if (!known) throw new Error('facts of one subject were asked for and none came');
    const intel = body.intelHits === undefined ? known.knownHit : surestHit(body.intelHits);
    return assess(
      body,
      {
        severity: body.severity,
        rule: ruleLabel(known.rule),
        history: known.history,
        sightings: [...(seen ?? [])],
        intel,
        asset: known.asset,
      },
      at,
    );
  });
