import { portOf, ServiceName } from '@soc/contracts';
import { layOut, type Layout } from '../layout.ts';

/** What a service is called in the compose file, and so in its networks. */
export const composeNameOf = (service: ServiceName): string =>
  service === 'gateway' ? 'api-gateway' : `${service}-service`;

/** The servers of PostgreSQL in the compose file, with their ports. */
export const POSTGRES_SERVERS = { 'postgres-master': 5432, 'postgres-slave': 5433 } as const;

/** Names by which the data servers of the compose file are reached, for their certificates. */
export const COMPOSE_HOSTS = { postgres: Object.keys(POSTGRES_SERVERS), redis: ['redis'] } as const;

/** Where a container finds what compose calls its secrets. */
export const MOUNTED = '/run/secrets';

/** The fleet as the compose file lays it out: a name for each service, however many of it run. */
export const composeLayout: Layout = {
  ...layOut({ portBase: 8000, scale: {} }),
  instances: ServiceName.options.map((service) => ({
    service,
    instance: 0,
    name: service,
    port: portOf(service),
    url: `http://${composeNameOf(service)}:${portOf(service)}`,
  })),
  postgresPort: POSTGRES_SERVERS['postgres-master'],
  replicaPort: POSTGRES_SERVERS['postgres-slave'],
  redisPort: 6379,
};
