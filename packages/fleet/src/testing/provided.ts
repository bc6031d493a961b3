/** What the global setup hands to the tests: the one real PostgreSQL and the one real Redis of the whole run. */
declare module 'vitest' {
  interface ProvidedContext {
    /** Connects a superuser to the database `postgres`. */
    readonly postgresUrl: string;
    readonly redisUrl: string;
    /** PEM of the RSA key that test tokens are signed with. */
    readonly signingKeyFile: string;
    /** JSON of the keys that the events of the tests are sealed with. */
    readonly busKeyRingFile: string;
  }
}

/** Password of every service's role in the PostgreSQL of the tests. */
export const TEST_PASSWORD = 'test';
