import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { EndpointSpec } from '@soc/contracts';
import { type Queryable, type SqlStatement, tenantRoleOf } from '@soc/db-cluster';
import { messagingMigrations } from '@soc/messaging';
import { redisUserOf } from '@soc/messaging/redis';
import { bootService, type Env, type RunningService, type ServiceDefinition } from '@soc/service-kit';
import pg from 'pg';
import { inject } from 'vitest';
import { withConnection } from '../postgres/connection.ts';
import { roleOf } from '../postgres/roles-repository.ts';
import { callEndpoint, type TestAnswer, type TestRequest } from './call.ts';
import { TEST_PASSWORD } from './provided.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { createTestEvents, type TestEvents } from './test-events.ts';
import { createTestIdentities, type TestIdentities } from './test-tokens.ts';

const { escapeIdentifier, escapeLiteral, Pool } = pg;

export interface TestServiceOptions {
  /** Over what the harness sets. With the `env` of a service before, a second one works on the same data. */
  readonly env?: Env;
  /** The service's clock; the real one when absent. */
  readonly now?: () => Date;
}

/** A real service over a database and a Redis prefix of its own, in this process. */
export interface TestService
  extends Omit<TestIdentities, 'keySources' | 'throughGateway'>, Pick<TestEvents, 'emit' | 'emitText' | 'published'> {
  readonly app: RunningService['app'];
  /** Where it listens. */
  readonly url: string;
  readonly env: Env;
  /** Calls an endpoint as the administrator, or as `token` says: an access token is traded as the gateway does it. */
  readonly call: <E extends EndpointSpec>(endpoint: E, request?: TestRequest) => Promise<TestAnswer<E>>;
  /** Runs a statement as the service's own role, to arrange or to look at what no endpoint shows. */
  readonly query: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** Runs statements as a request of a tenant does, under row-level security. */
  readonly asTenant: (tenantId: string) => Pick<Queryable, 'query'>;
  /** Stops it gracefully. `keepData` leaves its database for a second one to be started on. */
  readonly close: (options?: { readonly keepData?: boolean }) => Promise<void>;
}

/**
 * Connections that are kept for a second: who waits for something asks again and again, and each would be a process of the
 * server. They outlast a service whose data are kept.
 */
function openSessions(connectionString: string): pg.Pool {
  const settings = { max: 4, idleTimeoutMillis: 1_000, allowExitOnIdle: true, application_name: 'soc-fleet' };
  const sessions = new Pool({ connectionString, ...settings });
  sessions.on('error', () => undefined); // one that is ended while nobody uses it is not missed
  return sessions;
}

/** The Redis of the tests, as the service's own user: what its contracts do not allow fails here as well. */
function redisUrlOf(service: ServiceDefinition['name']): string {
  const url = new URL(inject('redisUrl'));
  url.username = redisUserOf(service);
  url.password = TEST_PASSWORD;
  return url.href;
}

function environmentOf(definition: ServiceDefinition, database: TestDatabase | undefined, given: Env): Env {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  return {
    PORT: '0',
    LOG_LEVEL: process.env['SOC_TEST_LOG_LEVEL'] ?? 'silent',
    INSTANCE_ID: `${definition.name}-test`,
    DATABASE_URL: database?.url,
    DATABASE_POOL_SIZE: '5',
    CONSISTENCY_TOKEN_KEY: Buffer.alloc(32, 'tests').toString('base64'),
    REDIS_URL: redisUrlOf(definition.name),
    REDIS_PREFIX: prefix,
    AUTH_JWKS_URL: 'http://127.0.0.1:9/the-tests-verify-by-themselves',
    GATEWAY_JWKS_URL: 'http://127.0.0.1:9/the-tests-verify-by-themselves',
    AUTH_SIGNING_KEY_FILE: inject('signingKeyFile'),
    AUDIT_SIGNING_KEY_FILE: inject('auditSigningKeyFile'),
    CUSTODY_SIGNING_KEY_FILE: inject('auditSigningKeyFile'),
    AUDIT_CHECKPOINT_DIR: join(dirname(inject('auditSigningKeyFile')), 'checkpoints', prefix),
    GATEWAY_SIGNING_KEY_FILE: inject('gatewaySigningKeyFile'),
    BUS_KEY_RING_FILE: inject('busKeyRingFile'),
    AUTH_MFA_KEY_FILE: inject('mfaKeyFile'),
    // What a password hash costs is shown where it matters.
    AUTH_ARGON2_MEMORY_KIB: '1024',
    AUTH_ARGON2_PASSES: '1',
    AUTH_ARGON2_LANES: '1',
    SERVICE_SECRET: 'secret of the tests',
    // The event loop is that of the tests, which block it.
    SHED_EVENT_LOOP_DELAY_MS: '60000',
    CHECK_RESPONSES: 'true',
    ...given,
  };
}

/**
 * Starts a service as in production, but in this process: own database, own Redis prefix, real outbox, relay and streams.
 * Answers are checked against their contracts. `SOC_TEST_LOG_LEVEL=debug` shows its log.
 */
export async function startTestService(
  definition: ServiceDefinition,
  options: TestServiceOptions = {},
): Promise<TestService> {
  const { env: given = {}, now = () => new Date() } = options;
  const { migrations } = definition;
  const database =
    migrations !== undefined && given['DATABASE_URL'] === undefined
      ? await createTestDatabase(definition.name, [messagingMigrations, migrations])
      : undefined;
  const env = environmentOf(definition, database, given);
  const keyPems = {
    auth: await readFile(inject('signingKeyFile'), 'utf8'),
    gateway: await readFile(inject('gatewaySigningKeyFile'), 'utf8'),
  };
  const { keySources } = createTestIdentities(definition.name, keyPems);
  const service = await bootService(definition, { env, keySources, now });
  const url = await service.listen();
  // Only now: a gateway takes no token from before its start until auth has told it what was revoked.
  const { throughGateway, ...identities } = createTestIdentities(definition.name, keyPems);
  const sessions = openSessions(env['DATABASE_URL'] ?? '');
  const events = await createTestEvents(inject('redisUrl'), env['REDIS_PREFIX'] ?? '', now);
  return {
    ...identities,
    ...events,
    app: service.app,
    url,
    env,
    call: async (endpoint, { token = identities.tokens.admin, ...request } = {}) =>
      callEndpoint(service.app, endpoint, { ...request, token: token && (await throughGateway(token)) }),
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await sessions.query<Row>(text, [...values])).rows,
    asTenant: (tenantId) => ({
      query: <Row extends object>({ text, values }: SqlStatement) =>
        withConnection(env['DATABASE_URL'] ?? '', async (client) => {
          await client.query(`set role ${escapeIdentifier(tenantRoleOf(roleOf(definition.name)))}`);
          await client.query(`set soc.tenant = ${escapeLiteral(tenantId)}`);
          // The caller names the row type it selected.
          return (await client.query(text, [...values])).rows as Row[];
        }),
    }),
    close: async ({ keepData = false } = {}) => {
      events.close();
      await service.close();
      if (keepData) return;
      await sessions.end();
      await database?.drop();
    },
  };
}
