import type { ServiceName } from '@soc/contracts';
import type { z } from 'zod';
import { BaseConfig, DatabaseConfig, EdgeConfig } from './config.ts';
import type { EdgePlatform, Platform, ServiceParts } from './platform.ts';

/** A service as `bootService` takes it; made by `defineService` or `defineEdgeService`. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  readonly config: z.ZodType<BaseConfig & EdgeConfig & Partial<DatabaseConfig>>;
  /** Folder of its migrations; undefined for a service without a schema. */
  readonly migrations: URL | undefined;
  readonly create: (platform: Platform<BaseConfig>) => ServiceParts | Promise<ServiceParts>;
}

/** Variables of one service beside the ones all share. */
export type ConfigShape = z.ZodObject;

/** A service with its own PostgreSQL schema and its end of the event bus. */
export function defineService<Config extends ConfigShape>(definition: {
  readonly name: ServiceName;
  readonly config: Config;
  readonly migrations: URL;
  readonly create: (platform: Platform<z.output<Config>>) => ServiceParts | Promise<ServiceParts>;
}): ServiceDefinition {
  return {
    ...definition,
    // The merged schema gives the service's own variables beside the shared ones; each create() sees its own type.
    config: BaseConfig.extend(DatabaseConfig.shape).extend(
      definition.config.shape,
    ) as unknown as ServiceDefinition['config'],
    create: definition.create as unknown as ServiceDefinition['create'],
  };
}

/** A service without database and bus: the gateway. */
export function defineEdgeService<Config extends ConfigShape>(definition: {
  readonly name: ServiceName;
  readonly config: Config;
  readonly create: (platform: EdgePlatform<z.output<Config>>) => ServiceParts | Promise<ServiceParts>;
}): ServiceDefinition {
  return {
    name: definition.name,
    migrations: undefined,
    // As in `defineService`.
    config: BaseConfig.extend(EdgeConfig.shape).extend(
      definition.config.shape,
    ) as unknown as ServiceDefinition['config'],
    create: definition.create as unknown as ServiceDefinition['create'],
  };
}
