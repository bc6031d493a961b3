import { createHash } from 'node:crypto';
import type { ServiceName } from '@soc/contracts';
import type { Target } from './target.ts';

/** Where an instance is, and what it is called. */
export interface Place {
  readonly name: string;
  readonly url: string;
}

/** The same at every gateway. It does not show the address, and hides it from nobody who tries all that a network has. */
const nameOfAddress = (service: ServiceName, url: string): string =>
  `${service}-${createHash('sha256').update(url).digest('hex').slice(0, 6)}`;

/** The instances that targets stand for now: `alert-1` by its place in the configuration, or `alert-3fa9c1` by its address. */
export function placesOf(
  service: ServiceName,
  targets: readonly Target[],
  addressesOf: (host: string) => readonly string[],
): readonly Place[] {
  const places = targets.flatMap((target, index): readonly Place[] => {
    if (target.kind === 'url') return [{ name: `${service}-${index}`, url: target.url }];
    const urls = addressesOf(target.host).map((address) => `http://${address}:${target.port}`);
    return urls.map((url) => ({ name: nameOfAddress(service, url), url }));
  });
  // Two names may lead to the same address.
  return [...new Map(places.map((place) => [place.url, place])).values()];
}
