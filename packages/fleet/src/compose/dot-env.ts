import { z } from 'zod';
import type { Switches } from '../switches.ts';

/** What runs: the fleet alone; with search, metric, object and monitoring servers; with a mail catcher. */
export const Profile = z.enum(['core', 'full', 'demo']);
export type Profile = z.infer<typeof Profile>;

/** Parts of the compose file, each a profile of its own. */
export type Part = 'data' | 'replica' | 'services' | 'gateway' | 'stores' | 'monitoring' | 'mail';

/** The parts that a profile and the switches come to. */
export function partsOf(profile: Profile, switches: Switches): readonly Part[] {
  const hasMonitoring = switches.MONITORING_ENABLED ?? profile === 'full';
  const isIn: Readonly<Record<Part, boolean>> = {
    data: true,
    replica: switches.POSTGRES_CLUSTERING_ENABLED,
    services: switches.MICROSERVICES_ENABLED,
    gateway: switches.API_GATEWAY_ENABLED && switches.MICROSERVICES_ENABLED,
    stores: profile === 'full',
    monitoring: hasMonitoring,
    mail: profile === 'demo',
  };
  // `entries` forgets that the keys are parts.
  return (Object.entries(isIn) as [Part, boolean][]).filter(([, included]) => included).map(([part]) => part);
}

/** The `.env` of the compose file: no secret, but where they lie. */
export const dotEnv = (options: {
  readonly dataDirectory: string;
  readonly parts: readonly Part[];
}): string => `# Written by soc init; read by docker-compose and docker compose. What services read beside is in services.env.
COMPOSE_PROJECT_NAME=soc
COMPOSE_FILE=docker-compose.microservices.yml
COMPOSE_PROFILES=${options.parts.join()}

# Secrets, certificates and settings of this fleet.
SOC_DIR=${options.dataDirectory}

# The address that ports are published on. The gateway speaks HTTP without TLS: put a proxy with TLS before it for others.
SOC_BIND_ADDRESS=127.0.0.1
# Where browsers find the gateway.
AUTH_PUBLIC_URL=http://localhost:8000
LOG_LEVEL=info
`;
