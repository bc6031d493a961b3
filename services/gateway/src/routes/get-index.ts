import { GetIndex } from '@soc/contracts/gateway/documentation';
import { FLEET_VERSION, route } from '@soc/service-kit';

export const getIndexRoute = () =>
  route(GetIndex, () =>
    Promise.resolve({
      name: 'SOC Agent',
      version: FLEET_VERSION,
      links: {
        documentation: '/docs',
        openapi: '/api/v1/openapi.json',
        login: '/api/v1/auth/login',
        health: '/services/health',
      },
    }),
  );
