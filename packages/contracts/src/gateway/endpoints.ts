import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the gateway service answers. */
export const gatewayEndpoints: readonly EndpointSpec[] = [];
