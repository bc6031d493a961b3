import type { EndpointSpec } from '../endpoint.ts';

/** Every endpoint the notification service answers. */
export const notificationEndpoints: readonly EndpointSpec[] = [];
