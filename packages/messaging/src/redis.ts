import { Redis, type RedisOptions } from 'ioredis';

/** Longest a stream read blocks. */
export const BLOCK_MS = 2_000;

type ConnectionOptions = Pick<
  RedisOptions,
  'maxRetriesPerRequest' | 'enableAutoPipelining' | 'commandTimeout' | 'socketTimeout'
>;

/**
 * Connections of the bus. `command` fails at once while Redis is away (the outbox keeps what could not be sent);
 * `blocking` is for one stream read at a time, and its socket time-out lies above the longest block, because a read that
 * was lost in a reconnect would otherwise wait for ever.
 */
export function createRedisConnector(url: string, onError: (error: Error) => void) {
  const open = (options: ConnectionOptions): Redis => {
    const redis = new Redis(url, { retryStrategy: (attempt) => Math.min(50 * attempt, 1_000), ...options });
    redis.on('error', onError);
    return redis;
  };
  return {
    command: (): Redis => open({ maxRetriesPerRequest: 1, enableAutoPipelining: true, commandTimeout: 5_000 }),
    blocking: (): Redis => open({ maxRetriesPerRequest: 0, socketTimeout: BLOCK_MS * 3 }),
  };
}

export type RedisConnector = ReturnType<typeof createRedisConnector>;
export type { Redis };

/** The stream of an event type. */
export const streamKey = (prefix: string, type: string): string => `${prefix}:events:${type}`;
