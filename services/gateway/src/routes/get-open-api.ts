import { GetOpenApi } from '@soc/contracts/gateway/documentation';
import { route } from '@soc/service-kit';
import { fleetDocument } from '../documentation/fleet-document.ts';

/** Built when it is first asked for: a gateway that nobody asks spares the memory. */
export const getOpenApiRoute = () => {
  let document: ReturnType<typeof fleetDocument> | undefined;
  return route(GetOpenApi, () => Promise.resolve({ ...(document ??= fleetDocument()) }));
};
