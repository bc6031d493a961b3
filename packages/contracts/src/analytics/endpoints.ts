import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the analytics service answers. */
export const analyticsEndpoints: readonly EndpointSpec[] = [];
