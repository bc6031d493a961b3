import { readFileSync } from 'node:fs';
import { parseRedisUrl, type RedisAccess, RedisUrlError } from '@soc/messaging/redis';
import { z } from 'zod';

const RedisUrl = z.string().superRefine((url, context) => {
  try {
    parseRedisUrl(url);
  } catch (error) {
    if (!(error instanceof RedisUrlError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

/** Reads the PEM file that a variable names, so that one that is missing is told of by the name of the variable. */
export const PemFile = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    context.addIssue({ code: 'custom', message: `file cannot be read: ${reason}` });
    return z.NEVER;
  }
});

/** Environment variables that say how to reach Redis. */
export const RedisConfig = z.object({
  REDIS_URL: RedisUrl.describe(
    'Redis, for events and rate limits: redis://user:password@host:port, redis+sentinel://user:password@host:port,host:port/master-name, or redis+cluster://user:password@host:port,host:port; rediss in place of redis is TLS.',
  ),
  REDIS_PREFIX: z.string().min(1).default('soc').describe('Start of every Redis key.'),
  REDIS_CA_FILE: PemFile.optional().describe(
    'PEM file of the authorities that the certificate of Redis may come from; those Node trusts by default.',
  ),
  REDIS_CERT_FILE: PemFile.optional().describe('PEM file of a client certificate, for a Redis that asks for one.'),
  REDIS_KEY_FILE: PemFile.optional().describe('PEM file of the key of the client certificate.'),
  REDIS_SENTINEL_USERNAME: z.string().optional().describe('User at the Sentinels, where they have users.'),
  REDIS_SENTINEL_PASSWORD: z.string().optional().describe('Password at the Sentinels; that in REDIS_URL is for Redis.'),
  REDIS_ALLOW_EVICTION: z
    .stringbool()
    .default(false)
    .describe('Start also on a Redis whose maxmemory-policy is not noeviction; events may be lost.'),
  REDIS_ALLOW_NO_PERSISTENCE: z
    .stringbool()
    .default(false)
    .describe('Do not warn of a Redis that does not keep its data in an append-only file.'),
});
export type RedisConfig = z.infer<typeof RedisConfig>;

/** What of the environment goes beside the URL. */
export const redisAccessOf = (config: RedisConfig): RedisAccess => ({
  ...(config.REDIS_CA_FILE !== undefined && { ca: config.REDIS_CA_FILE }),
  ...(config.REDIS_CERT_FILE !== undefined && { certificate: config.REDIS_CERT_FILE }),
  ...(config.REDIS_KEY_FILE !== undefined && { key: config.REDIS_KEY_FILE }),
  ...(config.REDIS_SENTINEL_USERNAME !== undefined && { sentinelUsername: config.REDIS_SENTINEL_USERNAME }),
  ...(config.REDIS_SENTINEL_PASSWORD !== undefined && { sentinelPassword: config.REDIS_SENTINEL_PASSWORD }),
});
