export {
  BLOCK_MS,
  createRedisConnector,
  type Redis,
  type RedisAccess,
  type RedisConnector,
  type RedisConnectorOptions,
} from './redis/connector.ts';
export { redisAclFile, redisAclOf, redisUserOf } from './redis/acl.ts';
export { type RedisCertificate, redisCertificates } from './redis/certificates.ts';
export { cacheGenerationKey, queuePrefix, retryQueueName, streamKey } from './redis/keys.ts';
export { checkRedis, inspectServers, judgeServers, type RedisAllowances } from './redis/suitability.ts';
export { parseRedisUrl, type RedisTarget, RedisUrlError } from './redis/target.ts';
