import { GetEventJourney } from '@soc/contracts/bus/journey';
import { forbidden, route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { createTrailReader } from '../upstream/trail-reader.ts';

export const getEventJourneyRoute = ({
  upstreams,
  internalTokens,
}: Pick<GatewayDeps, 'upstreams' | 'internalTokens'>) => {
  const readTrails = createTrailReader(upstreams);
  return route(GetEventJourney, async ({ params: { eventId }, principal, consistencyToken, origin, request }) => {
    const answers = await readTrails(eventId, (service) => ({
      authorization: internalTokens.authorizationFor(principal, service),
      ...(consistencyToken !== undefined && { 'x-consistency-token': consistencyToken }),
      ...(origin.traceparent !== undefined && { traceparent: origin.traceparent }),
      'x-request-id': request.id,
    }));
    if (answers.some(({ kind }) => kind === 'forbidden')) {
      throw forbidden('bus.not_operator', 'the bus is operated by the tenant that runs the fleet');
    }
    const trails = answers.flatMap((answer) => (answer.kind === 'trail' ? [answer.trail] : []));
    return {
      eventId,
      publishedBy: trails.find(({ publishedAt }) => publishedAt !== null)?.service ?? null,
      services: trails.filter(({ entries }) => entries.length > 0),
      unreachable: answers.flatMap((answer) => (answer.kind === 'unreachable' ? [answer.service] : [])),
    };
  });
};
