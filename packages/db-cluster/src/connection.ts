import { readFileSync } from 'node:fs';
import pg from 'pg';

export interface ConnectionSettings {
  readonly url: string;
  readonly applicationName: string;
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** PEM file of the authority that the server's certificate must come from; the system's authorities without it. */
  readonly caFile?: string | undefined;
}

/** One session with one server. */
export interface Connection {
  readonly client: pg.Client;
  /** What the server said of itself when the session began, and says again when it is promoted. */
  isStandby: boolean | undefined;
  /** Set once the session is gone. */
  lost: Error | undefined;
  /** The tenant that the session works for; empty for the system, as it begins. */
  tenantId: string;
  /** A commit of this session was acknowledged without the synchronous replica having it. */
  isUnreplicated: boolean;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text: string) => Number(text));
types.setTypeParser(pg.types.builtins.NUMERIC, (text: string) => Number(text));
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text: string) => new Date(text).toISOString());

/** pg's settings for a server: bigint and numeric as numbers, timestamptz as RFC 3339 text, TLS as the URL asks for. */
export function clientConfig(settings: ConnectionSettings): pg.ClientConfig {
  const url = new URL(settings.url);
  const mode = url.searchParams.get('sslmode') ?? 'disable';
  url.searchParams.delete('sslmode');
  // Other ways in which pg would have TLS weakened or left out, past what sslmode says.
  const other = ['ssl', 'uselibpqcompat'].find((name) => url.searchParams.has(name));
  if (other !== undefined) throw new Error(`${other} in a database URL: say sslmode=verify-full`);
  const usesTls = mode !== 'disable';
  if (usesTls && mode !== 'verify-full') throw new Error(`sslmode=${mode} checks no server: use verify-full`);
  return {
    connectionString: url.href,
    application_name: settings.applicationName,
    statement_timeout: settings.statementTimeoutMs,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
    ...(usesTls && {
      // Ties the login to this TLS session where the server offers that, and lets it notice when the offer was removed.
      enableChannelBinding: true,
      ssl: settings.caFile === undefined ? true : { ca: readFileSync(settings.caFile, 'utf8') },
    }),
  };
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** Opens a session. Rejects when the server is not there in time, refuses, or asks for the password in any way but SCRAM. */
export async function openConnection(
  config: pg.ClientConfig,
  onLost: (connection: Connection) => void,
): Promise<Connection> {
  const client = new pg.Client(config);
  const connection: Connection = { client, isStandby: undefined, lost: undefined, tenantId: '', isUnreplicated: false };
  const wire = client.connection;
  for (const method of ['authenticationCleartextPassword', 'authenticationMD5Password']) {
    // Runs before pg's own listener, which finds the socket closed and sends nothing.
    wire.on(method, () => wire.stream.destroy(new Error('the server asks for the password in a way that reveals it')));
  }
  // Told at the start of every session, and by the server itself when it changes (PostgreSQL 14 and later).
  wire.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
    if (parameterName === 'in_hot_standby') connection.isStandby = parameterValue === 'on';
  });
  // A commit whose wait for the synchronous replica is cancelled is made on the primary alone, and answered as if it had
  // not been: only this warning tells. By the name of the routine, since the text comes in the server's language.
  client.on('notice', ({ routine }) => {
    if (routine === 'SyncRepWaitForLSN') connection.isUnreplicated = true;
  });
  client.on('error', (error: Error) => {
    if (connection.lost) return;
    connection.lost = error;
    onLost(connection);
  });
  await client.connect();
  return connection;
}

/** Ends a session without waiting; what is under way in it fails. */
export function closeConnection({ client }: Connection): void {
  void client.end().catch(() => undefined);
}
