import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceName } from '@soc/contracts';
import type { ServiceDefinition } from '@soc/service-kit';
import { repositoryRoot } from '../../scripts/repository-root.ts';

/** A service as it boots itself. */
export async function definitionOf(service: ServiceName): Promise<ServiceDefinition> {
  const app = path.join(repositoryRoot, 'services', service, 'src/app.ts');
  const exported = (await import(pathToFileURL(app).href)) as Readonly<Record<string, ServiceDefinition | undefined>>; // its own export
  const definition = exported[`${service}Service`];
  if (!definition) throw new Error(`${app} exports no ${service}Service`);
  return definition;
}
