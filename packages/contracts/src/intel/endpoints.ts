import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the intel service answers. */
export const intelEndpoints: readonly EndpointSpec[] = [];
