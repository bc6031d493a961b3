import { createRedisConnector } from '@soc/messaging/redis';
import { ConfigError, parseConfig, RedisConfig, redisAccessOf } from '@soc/service-kit';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import type { RedisUrls } from './start-redis.ts';

/** Makes sure of a Redis that runs already: one server, Sentinels or a Cluster. Throws `OperatorError` when it is away. */
export async function demandRedis(url: string, env: Host['env']): Promise<RedisUrls> {
  const redis = openRedis(url, env);
  try {
    await redis.ping();
  } catch {
    throw new OperatorError(
      'The Redis of REDIS_URL does not answer; start it, or unset REDIS_URL to have one started here.',
    );
  } finally {
    redis.disconnect();
  }
  return { url, urlOf: () => url };
}

function openRedis(url: string, env: Host['env']) {
  try {
    const config = parseConfig(RedisConfig, { ...env, REDIS_URL: url });
    return createRedisConnector({ url, access: redisAccessOf(config), onError: () => undefined }).command();
  } catch (error) {
    if (error instanceof ConfigError) throw new OperatorError(error.message);
    throw error;
  }
}
