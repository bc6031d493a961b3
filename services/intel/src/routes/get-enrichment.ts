import { GetEnrichment } from '@soc/contracts/intel/lookup';
import { notFound, route } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';

export const getEnrichmentRoute = ({ db, enrichments }: Pick<IntelDeps, 'db' | 'enrichments'>) =>
  route(GetEnrichment, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const enrichment = await enrichments.find(read, principal.tenantId, params.alertId);
    if (!enrichment) throw notFound('intel.enrichment_not_found');
    return enrichment;
  });
