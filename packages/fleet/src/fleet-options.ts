import type { ServiceName } from '@soc/contracts';
import type { FleetEvent } from './fleet-event.ts';
import type { Host } from './host.ts';
import type { AdminCredentials } from './secrets/fleet-secrets.ts';

export interface FleetOptions {
  readonly host: Host;
  /** Data, secrets and logs; `.soc/` of the checkout when absent. */
  readonly dataDirectory?: string;
  /** The gateway's port, 8000 when absent; all others are counted from it. */
  readonly portBase?: number;
  /** Processes a service, 1 where absent, at most 9. */
  readonly scale?: Readonly<Partial<Record<ServiceName, number>>>;
  /** Only these services, with auth and the gateway. */
  readonly only?: readonly ServiceName[];
  /** Whether PostgreSQL gets a streaming replica; true when absent. */
  readonly hasReplica?: boolean;
  /** Whether what is accepted survives a crash of the machine; true when absent. False is for tests. */
  readonly isDurable?: boolean;
  /** Whether PostgreSQL is reached by TLS only; false when absent, since it listens on this machine alone (ADR 0017). */
  readonly databaseTls?: boolean;
  /** Environment of single services, over all else. */
  readonly env?: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>;
  /** `info` when absent. */
  readonly logLevel?: string;
  /** The first administrator; an e-mail of ours and a random password when absent. */
  readonly admin?: Partial<AdminCredentials>;
  /** Whether Prometheus, Alertmanager and exporters watch it; not when absent. Debian's packages are installed where they are missing. */
  readonly monitoring?: {
    /** 15 when absent. */
    readonly scrapeIntervalS?: number;
  };
  /** A Redis that runs already, in place of our own. */
  readonly redisUrl?: string | undefined;
  /** Where PostgreSQL is backed up to: a folder, `s3://BUCKET/PATH`, or `off`; as the last time when absent, at first not at all. */
  readonly backup?: string | undefined;
  readonly onEvent?: (event: FleetEvent) => void;
  /** Ends a start under way; everything that was started is stopped before the rejection. */
  readonly signal?: AbortSignal;
}
