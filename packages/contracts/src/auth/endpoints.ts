import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the auth service answers. */
export const authEndpoints: readonly EndpointSpec[] = [];
