import { GetAnalysis } from '@soc/contracts/ai/analysis';
import { notFound, route } from '@soc/service-kit';
import type { AiDeps } from '../deps.ts';

export const getAnalysisRoute = ({ db, analyses }: Pick<AiDeps, 'db' | 'analyses'>) =>
  route(GetAnalysis, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const analysis = await analyses.find(read, principal.tenantId, params.alertId);
    if (!analysis) throw notFound('ai.analysis_not_found');
    return analysis;
  });
