import { nounOf } from '@soc/contracts';

/**
 * The names of the bus's keys. Each command touches one key, or keys with a hash tag in common, so that they work on a
 * Redis Cluster as well.
 */

/**
 * The stream of an event type. The types of one noun share a hash tag: in a Cluster they are on one node, where their order
 * can be told.
 */
export const streamKey = (prefix: string, type: string): string => {
  const noun = nounOf(type);
  return `${prefix}:events:{${noun}}${type.slice(noun.length)}`;
};

/** Start of the keys of all BullMQ queues. */
export const queuePrefix = (prefix: string): string => `${prefix}:bull`;

/** The BullMQ queue of a service's retries; BullMQ's scripts use many keys at once, which the hash tag keeps together. */
export const retryQueueName = (serviceName: string): string => `{retry-${serviceName}}`;

/** A number that grows whenever the answers of a service to a tenant are different from before. */
export const cacheGenerationKey = (prefix: string, service: string, tenantId: string): string =>
  `${prefix}:cache:generation:${service}:${tenantId}`;
