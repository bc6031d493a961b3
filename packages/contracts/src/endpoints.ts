import type { EndpointSpec } from './endpoint.ts';
import { aiEndpoints } from './ai/endpoints.ts';
import { alertEndpoints } from './alert/endpoints.ts';
import { analyticsEndpoints } from './analytics/endpoints.ts';
import { authEndpoints } from './auth/endpoints.ts';
import { busEndpoints } from './bus/endpoints.ts';
import { gatewayEndpoints } from './gateway/endpoints.ts';
import { intelEndpoints } from './intel/endpoints.ts';
import { notificationEndpoints } from './notification/endpoints.ts';
import { responseEndpoints } from './response/endpoints.ts';
import { storageEndpoints } from './storage/endpoints.ts';

/** Every endpoint of the fleet, whoever answers it. */
export const endpoints: readonly EndpointSpec[] = [
  ...authEndpoints,
  ...alertEndpoints,
  ...aiEndpoints,
  ...intelEndpoints,
  ...responseEndpoints,
  ...analyticsEndpoints,
  ...notificationEndpoints,
  ...storageEndpoints,
  ...busEndpoints,
  ...gatewayEndpoints,
];
