import type { EndpointSpec } from '../endpoint.ts';
import { GetEventJourney } from '../bus/journey.ts';
import { GetDocs, GetIndex, GetOpenApi } from './documentation.ts';
import { GetGatewayJwks } from './jwks.ts';
import { SetInstanceBreaker, SetInstanceDraining, SetServiceBreaker } from './operations.ts';
import { GetServicesHealth } from './services-health.ts';

/** Every endpoint the gateway answers itself. */
export const gatewayEndpoints: readonly EndpointSpec[] = [
  GetServicesHealth,
  SetInstanceDraining,
  SetInstanceBreaker,
  SetServiceBreaker,
  GetEventJourney,
  GetIndex,
  GetOpenApi,
  GetDocs,
  GetGatewayJwks,
];
