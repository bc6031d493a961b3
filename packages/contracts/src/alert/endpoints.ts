import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the alert service answers. */
export const alertEndpoints: readonly EndpointSpec[] = [];
