import type { IncomingMessage } from 'node:http';
import type { DbCluster } from '@soc/db-cluster';
import type { TokenVerifier } from '@soc/identity';
import type { EventBus, Outbox, Subscription } from '@soc/messaging';
import type { Redis } from '@soc/messaging/redis';
import type { HealthCheck, PerformanceMonitor, Registry } from '@soc/monitoring';
import type { Tracer } from '@soc/tracing';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Audit } from './audit/audit.ts';
import type { BaseConfig, DatabaseConfig } from './config.ts';
import type { Route } from './route.ts';
import type { KeySources } from './trusted-tokens.ts';

/** What a service without a schema is given to build its dependencies from. */
export interface EdgePlatform<Config> {
  readonly config: Config & BaseConfig;
  readonly instanceId: string;
  readonly log: Logger;
  readonly registry: Registry;
  readonly performanceMonitor: PerformanceMonitor;
  /** Undefined where traces are not recorded. */
  readonly tracer: Tracer | undefined;
  /** Takes internal tokens of the gateway and service tokens of auth, both for this service alone. */
  readonly verifier: TokenVerifier;
  /** The published keys of both, for a service that trusts differently. */
  readonly keySources: KeySources;
  readonly now: () => Date;
  /** Into the audit trail. Calls of endpoints whose contracts say `audit` are recorded without it, and so is every 401 and 403. */
  readonly audit: Audit;
  /** Facts of Redis for a health check; `GET /health` of every service has it already. */
  readonly redisCheck: HealthCheck;
  /**
   * A Redis connection of its own, closed with the service. `subscriber` ones wait for Redis instead of failing at once.
   * A command, or a pipeline, touches one key only: on a Cluster others may lie elsewhere.
   */
  readonly connectRedis: (kind: 'command' | 'subscriber') => Redis;
}

/** What a service is given: its own corner of the database and its end of the event bus as well. */
export interface Platform<Config> extends EdgePlatform<Config & DatabaseConfig> {
  readonly db: DbCluster;
  readonly outbox: Outbox;
  readonly bus: EventBus;
}

/** Something that runs beside the requests: a scheduler, an executor. */
export interface Worker {
  readonly start: () => void | Promise<void>;
  /** Finishes what is under way; what is left is journaled and resumed by another process. */
  readonly stop: () => Promise<void>;
}

/** What a service is made of. */
export interface ServiceParts {
  readonly routes: readonly Route[];
  readonly subscriptions?: readonly Subscription[];
  readonly workers?: readonly Worker[];
  /** Dependency checks beside those of the database and the bus. */
  readonly checks?: Readonly<Record<string, HealthCheck>>;
  /** Checks tokens in place of the platform's: the gateway takes others, and auth has the keys itself. */
  readonly verifier?: TokenVerifier;
  /** What `GET /metrics` answers in place of the registry's own: a service of several processes tells of all. */
  readonly metrics?: () => Promise<string>;
  /** Whether the app, which then listens for `upgrade` of its server, makes something else of a request's connection. */
  readonly acceptsUpgrade?: (request: IncomingMessage) => boolean;
  /** Proxies before the service whose word on the client's address is taken; only what faces the outside has any. */
  readonly trustedProxies?: readonly string[];
  /** Reads configuration anew, on SIGHUP; without it the signal ends the process, as it does by default. */
  readonly reload?: () => Promise<void>;
  /** For what a contract cannot express, such as the gateway's proxying. */
  readonly extend?: (app: FastifyInstance, service: { readonly isLeaving: () => boolean }) => void | Promise<void>;
}
