import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the response service answers. */
export const responseEndpoints: readonly EndpointSpec[] = [];
