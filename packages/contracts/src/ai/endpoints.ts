import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the ai service answers. */
export const aiEndpoints: readonly EndpointSpec[] = [];
