import { join } from 'node:path';
import { ServiceName } from '@soc/contracts';
import { thisHost } from '../cli/host.ts';
import { preparePostgres } from '../postgres/installation.ts';
import { ensureRoles, roleOf } from '../postgres/roles-repository.ts';
import { startPrimary } from '../postgres/start-primary.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { takeFreePorts } from './free-ports.ts';
import { TEST_PASSWORD } from './provided.ts';

export interface TestPostgres {
  /** Connects a superuser to the database `postgres`. */
  readonly url: string;
  /** The server's own data directory, with `postmaster.pid`. */
  readonly directory: string;
  readonly stop: () => Promise<void>;
}

/** A PostgreSQL of its own in `directory`, with the roles of all services and without a replica. */
export async function startTestPostgres(directory: string, isDurable: boolean): Promise<TestPostgres> {
  const host = thisHost();
  const [port] = await takeFreePorts(1);
  const server = await startPrimary({
    host,
    isDurable,
    onEvent: () => undefined,
    installation: await preparePostgres(join(directory, 'postgres'), host.uid === 0),
    port,
    superuserPassword: TEST_PASSWORD,
    log: openLogFile(join(directory, 'postgres.log')),
  });
  await ensureRoles(
    server.adminUrl(),
    ServiceName.options.map((schema) => ({ schema, role: roleOf(schema), password: TEST_PASSWORD })),
  );
  return { url: server.adminUrl(), directory: server.directory, stop: () => server.process.stop() };
}
