import { BusService, ServiceTrail } from '@soc/contracts';
import { busOperations } from '@soc/contracts/bus/endpoints';
import type { Instance } from './instance.ts';
import type { Upstreams } from './upstreams.ts';

/** What one service answered: its trail, or that it refuses the caller, or nothing. */
export type TrailAnswer =
  | { readonly kind: 'trail'; readonly trail: ServiceTrail }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'unreachable'; readonly service: BusService };

/** The headers of the caller that a service judges by. */
export type CallerHeaders = Readonly<Record<string, string>>;

/** The services are asked at once; one that hangs must not hold up the others for longer. */
const ANSWER_WITHIN_MS = 5_000;

async function ask(
  instance: Instance,
  service: BusService,
  eventId: string,
  headers: CallerHeaders,
): Promise<TrailAnswer> {
  const { statusCode, body } = await instance.pool.request({
    method: 'GET',
    path: busOperations[service].getTrail.url.replace(':eventId', eventId),
    headers,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const answer: unknown = await body.json();
  if (statusCode === 403) return { kind: 'forbidden' };
  return { kind: 'trail', trail: ServiceTrail.parse(answer) };
}

/** Asks every service on the bus what it knows of an event, in the name of the caller; a second instance when one fails. */
export const createTrailReader =
  (upstreams: Pick<Upstreams, 'choose'>) =>
  (eventId: string, headersFor: (service: BusService) => CallerHeaders): Promise<readonly TrailAnswer[]> =>
    Promise.all(
      BusService.options.map(async (service): Promise<TrailAnswer> => {
        const headers = headersFor(service);
        let instance = upstreams.choose(service);
        for (let tries = 0; instance && tries < 2; tries += 1) {
          try {
            return await ask(instance, service, eventId, headers);
          } catch {
            instance = upstreams.choose(service, instance);
          }
        }
        return { kind: 'unreachable', service };
      }),
    );
