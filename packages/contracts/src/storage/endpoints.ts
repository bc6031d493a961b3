import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the storage service answers. */
export const storageEndpoints: readonly EndpointSpec[] = [];
