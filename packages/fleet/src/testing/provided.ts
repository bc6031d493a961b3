import { ServiceName } from '@soc/contracts';

/** What the global setup hands to the tests: the one real PostgreSQL and the one real Redis of the whole run. */
declare module 'vitest' {
  interface ProvidedContext {
    /** Connects a superuser to the database `postgres`. */
    readonly postgresUrl: string;
    /** Connects the administrator. */
    readonly redisUrl: string;
    /** Where a test asks for a server that few need (`on-demand-servers.ts`). */
    readonly onDemandUrl: string;
    /** PEM of the RSA key that the access tokens of the tests are signed with. */
    readonly signingKeyFile: string;
    /** PEM of the Ed25519 key that the audit trail is signed with; the checkpoints of each test lie beside it. */
    readonly auditSigningKeyFile: string;
    /** PEM of the EC key that the internal tokens of the tests are signed with. */
    readonly gatewaySigningKeyFile: string;
    /** JSON of the keys that the events of the tests are sealed with. */
    readonly busKeyRingFile: string;
    /** Keys that the secrets of second factors are sealed with. */
    readonly mfaKeyFile: string;
  }
}

/** Password of every service in the PostgreSQL and the Redis of the tests. */
export const TEST_PASSWORD = 'test';

// `fromEntries` forgets that the keys are exactly the services.
export const testPasswords = Object.fromEntries(
  ServiceName.options.map((service) => [service, TEST_PASSWORD]),
) as Record<ServiceName, string>;

/** Keys of the Redis of the tests that services may have: each test has a prefix of its own. */
export const TEST_REDIS_PREFIXES = 'test-*';
