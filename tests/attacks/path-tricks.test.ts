import type { EndpointSpec } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { gatewayService } from '@soc/gateway-service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unlimitedGateway } from '../support/unlimited-gateway.ts';
import { type Attacker, createAttacker, forEachOf } from './attacker.ts';
import { type Mirrors, REACHED, startMirrors } from './mirror-services.ts';
import { pathTricks, plainPath } from './path-tricks.ts';

let mirrors: Mirrors;
let gateway: TestService;
let attacker: Attacker;

beforeAll(async () => {
  mirrors = await startMirrors();
  gateway = await startTestService(gatewayService, {
    env: { ...mirrors.env, ...unlimitedGateway },
  });
  attacker = createAttacker(gateway.url);
});
afterAll(async () => {
  await attacker.close();
  await gateway.close();
  await mirrors.close();
});

const proxied = endpoints.filter(({ service }) => service !== 'gateway');
const specOf = (reached: string): EndpointSpec | undefined =>
  proxied.find(({ service, id }) => `${service} ${id}` === reached);

const tokens = new Map<string, string>();

/** Someone who may call this endpoint, those that need the same permission, and none besides. */
function tokenFor({ permission }: EndpointSpec): string {
  const permissions = permission === 'public' || permission === 'authenticated' ? [] : [permission];
  const token =
    tokens.get(permission) ?? gateway.sign({ ...gateway.principals.nobody, permissions: new Set(permissions) });
  tokens.set(permission, token);
  return token;
}

/** Where a request has led, in the service's own reading; undefined when the gateway answered by itself. */
async function reachedBy(spec: EndpointSpec, path: string) {
  const { status, headers, contentType } = await attacker.send({ method: spec.method, path, token: tokenFor(spec) });
  const reached = headers[REACHED];
  return { path, status, contentType, reached: reached === undefined ? undefined : String(reached) };
}

test('the plain path of every endpoint reaches that endpoint and no other', async () => {
  const found = await forEachOf(proxied, (spec) => reachedBy(spec, plainPath(spec.url)));
  expect(found.map(({ reached }) => reached)).toEqual(proxied.map(({ service, id }) => `${service} ${id}`));
});

/** Of routes that only differ in their words, one: who owns it, what it needs, and where its parameters are. */
const routeClasses = new Map(
  proxied.map((spec) => [
    `${spec.url.startsWith('/api/v1/bus/') ? 'bus' : spec.service} ${spec.permission} ${spec.method} ${spec.url.replaceAll(/\/\w[\w.-]*/g, '/x')}`,
    spec,
  ]),
);

test.each([...routeClasses.values()])(
  'no spelling of $method $url reaches what needs another permission, or what the gateway took for something else',
  async (spec) => {
    const found = await forEachOf(pathTricks(spec.url), (path) => reachedBy(spec, path));
    const astray = found.filter(({ reached, status, contentType }) => {
      if (status >= 500) return true;
      if (reached === undefined) return status < 400 || !contentType.startsWith('application/problem+json');
      const there = specOf(reached);
      return (
        !there || (there.permission !== spec.permission && !['public', 'authenticated'].includes(there.permission))
      );
    });
    expect(astray).toEqual([]);
  },
);
