import { parseTokenKeys } from '@soc/db-cluster';
import { z } from 'zod';
import { BusConfig } from './bus-config.ts';
import { ConfigError } from './config-error.ts';
import { RedisConfig } from './redis-config.ts';
import { type Env, SecretsFileConfig } from './secrets-file.ts';
import { TracingConfig } from './tracing-config.ts';

const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.url()));

const tokenKeys = z.string().transform((text, context) => {
  try {
    return parseTokenKeys(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'needs base64 of 32 bytes or more' });
    return z.NEVER;
  }
});

/** Environment variables every service reads. */
export const BaseConfig = z.object({
  SOC_HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: z.coerce.number().int().min(0).max(65_535).describe('Port to listen on; 0 takes a free one.'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severe line that is logged.'),
  INSTANCE_ID: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Unique among replicas, the same after a restart; the host name by default.'),
  ...SecretsFileConfig.shape,
  ...RedisConfig.shape,
  AUTH_JWKS_URL: z.url().describe('Where auth publishes the public keys of access tokens and service tokens.'),
  AUTH_ISSUER: z.string().default('soc-agent').describe('Expected issuer of access tokens and service tokens.'),
  AUTH_AUDIENCE: z
    .string()
    .default('soc-fleet')
    .describe('Expected audience of access tokens, which the gateway takes.'),
  SHUTDOWN_TIMEOUT_MS: z.coerce.number().int().min(0).default(10_000).describe('Longest a graceful stop may take.'),
  SHUTDOWN_GRACE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'How much of that it still takes requests while it says that it is about to stop; more than the gateway needs to notice (UPSTREAM_PROBE_EVERY_MS) where replicas come and go.',
    ),
  CHECK_RESPONSES: z.stringbool().default(false).describe('Check every answer against its contract; on in tests.'),
  ...TracingConfig.shape,
});
export type BaseConfig = z.infer<typeof BaseConfig>;

/** Environment variables of the services behind the gateway, each of which has a schema in PostgreSQL. */
export const DatabaseConfig = z.object({
  DATABASE_URL: z
    .url()
    .describe('A PostgreSQL server of the cluster, as the role that owns the schema of the service; roles are learnt.'),
  DATABASE_REPLICA_URLS: list.default([]).describe('Comma-separated, the other servers of the cluster.'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(8).describe('Connections with the primary.'),
  DATABASE_REPLICA_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Connections with each replica; as many as with the primary by default.'),
  DATABASE_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('PEM file of the authority of the servers, for URLs with sslmode=verify-full.'),
  DATABASE_FAILOVER_WAIT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(5_000)
    .describe('Longest a statement waits for a failover to end before it is refused.'),
  DATABASE_SLOW_STATEMENT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(500)
    .describe('A statement that takes this long is remembered among the slow ones.'),
  GATEWAY_JWKS_URL: z
    .url()
    .describe('Where the gateway publishes the public keys of internal tokens, by which it says who asks.'),
  CONSISTENCY_TOKEN_KEY: tokenKeys.describe(
    'Signs x-consistency-token, the same for all services: base64 of 32 bytes; more after a comma are still believed.',
  ),
  ...BusConfig.shape,
});
export type DatabaseConfig = z.infer<typeof DatabaseConfig>;

/** Environment variables of a service without a database: it publishes its audit records straight to their stream. */
export const EdgeConfig = BusConfig.pick({ BUS_KEY_RING_FILE: true });
export type EdgeConfig = z.infer<typeof EdgeConfig>;

/** Reads the environment. An empty variable counts as absent. Throws `ConfigError` naming every bad variable, never its value. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, env: Env): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ConfigError(`bad environment: ${problems.join('; ')}`);
}
