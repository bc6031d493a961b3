import type { EndpointSpec } from '@soc/contracts';
import findMyWay from 'find-my-way';
import { bodyLimitOf } from '../body-limit.ts';
import { type Traffic, trafficOf } from '../domain/rate-rules.ts';
import { EVENT_STREAM } from '../upstream-request.ts';

/** An endpoint whose requests need nothing of what makes the long way long. */
export interface ExpressRoute {
  readonly spec: EndpointSpec;
  readonly traffic: Traffic;
  readonly bodyLimitBytes: number;
}

/** Of the plainest paths alone: nothing encoded, no empty segment, none of dots. What they mean nobody can doubt. */
const PLAIN_PATH = /^(?:\/\w[\w.-]*)+$/;

/** As of the app, whose router this is. */
const ROUTER_OPTIONS = { maxParamLength: 512 };

const isExpress = ({ service, permission, cache, upgrade, produces, bodyKind, id }: EndpointSpec): boolean =>
  service !== 'gateway' &&
  permission !== 'public' &&
  !cache &&
  !upgrade &&
  produces !== EVENT_STREAM &&
  bodyKind !== 'stream' &&
  trafficOf(id) !== 'login';

const routeOf = (spec: EndpointSpec): ExpressRoute => ({
  spec,
  traffic: trafficOf(spec.id),
  bodyLimitBytes: bodyLimitOf(spec),
});

/**
 * Finds the endpoint of a request that may go by express: with the router of the app, over all endpoints there are, those that may
 * not among them, so that a path that means one thing there means the same here or is left to the app.
 */
export function createExpressRoutes(
  endpoints: readonly EndpointSpec[],
): (method: string, url: string) => ExpressRoute | undefined {
  const router = findMyWay(ROUTER_OPTIONS);
  for (const spec of endpoints) {
    router.on(spec.method, spec.url, () => undefined, isExpress(spec) ? routeOf(spec) : null);
  }
  return (method, url) => {
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    if (!PLAIN_PATH.test(path)) return undefined;
    // Only methods of contracts have routes; any other finds none.
    const found = router.find(method as EndpointSpec['method'], path);
    // What is stored is put there above.
    return (found?.store as ExpressRoute | null | undefined) ?? undefined;
  };
}
