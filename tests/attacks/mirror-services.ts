import { type EndpointSpec, ServiceName } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { defineEdgeService, type Route } from '@soc/service-kit';
import { z } from 'zod';

/** Tells which endpoint a request has reached, if any. */
export const REACHED = 'x-reached';

export interface Mirrors {
  /** `UPSTREAM_…` of the gateway. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

const routeOf = (spec: EndpointSpec): Route => ({
  spec,
  handle: ({ reply }) => Promise.resolve(reply.code(200).send('{}')),
});

/** Where the routes of a service would lead, by the service kit's own router; nothing is done there. */
const mirrorOf = (service: ServiceName, specs: readonly EndpointSpec[]) =>
  defineEdgeService({
    name: service,
    config: z.object({}),
    create: () => ({
      routes: specs.map(routeOf),
      extend: (app) => {
        app.addHook('onRequest', (request, reply, done) => {
          const { url, method } = request.routeOptions;
          const spec = specs.find((each) => each.url === url && each.method === [method].flat()[0]);
          reply.header(REACHED, `${service} ${spec?.id ?? 'nothing'}`);
          // What the gateway kept would reach nothing.
          reply.header('cache-control', 'no-store');
          done();
        });
      },
    }),
  });

/** Stands in for every service behind the gateway, and says of every request what it would have reached there. */
export async function startMirrors(): Promise<Mirrors> {
  const names = ServiceName.options.filter((name) => name !== 'gateway');
  const mirrors: TestService[] = [];
  for (const name of names) {
    const specs = endpoints.filter(({ service }) => service === name);
    mirrors.push(await startTestService(mirrorOf(name, specs), { env: { CHECK_RESPONSES: 'false' } }));
  }
  return {
    env: Object.fromEntries(names.map((name, index) => [`UPSTREAM_${name.toUpperCase()}`, mirrors[index]?.url ?? ''])),
    close: async () => {
      for (const mirror of mirrors) await mirror.close();
    },
  };
}
