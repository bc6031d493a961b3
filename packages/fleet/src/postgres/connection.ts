import pg from 'pg';

export interface ConnectionTarget {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** By TLS, with a server whose certificate comes from this authority. A PEM file. */
  readonly authorityFile?: string | undefined;
}

/** The URL of a database on this machine. */
export function urlOf({ port, user, password, database, authorityFile }: ConnectionTarget): string {
  const url = new URL(`postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`);
  if (authorityFile !== undefined) {
    url.searchParams.set('sslmode', 'verify-full');
    url.searchParams.set('sslrootcert', authorityFile);
  }
  return url.href;
}

/** Runs `work` on a connection of its own, closed afterwards. Throws when the server does not answer within 3 s. */
export async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    application_name: 'soc-fleet',
  });
  client.on('error', () => undefined); // a server that dies rejects the query that is under way; idle, nobody minds
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
