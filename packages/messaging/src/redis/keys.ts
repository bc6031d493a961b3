/**
 * The names of the bus's keys. Each command touches one key, or keys with a hash tag in common, so that they work on a
 * Redis Cluster as well.
 */

/** The stream of an event type. */
export const streamKey = (prefix: string, type: string): string => `${prefix}:events:${type}`;

/** Start of the keys of all BullMQ queues. */
export const queuePrefix = (prefix: string): string => `${prefix}:bull`;

/** The BullMQ queue of a service's retries; BullMQ's scripts use many keys at once, which the hash tag keeps together. */
export const retryQueueName = (serviceName: string): string => `{retry-${serviceName}}`;
