import type { EventEnvelope } from '@soc/contracts';
import type { FactOrigin } from '../domain/fact.ts';

/** What a fact remembers of the event that told it. */
export const factOrigin = ({ id, tenantid, correlationid }: EventEnvelope): FactOrigin => ({
  eventId: id,
  tenantId: tenantid,
  correlationId: correlationid,
});
