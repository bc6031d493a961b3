import { ServiceName } from '@soc/contracts';
import { Switches } from '@soc/fleet';
import { BaseConfig, DatabaseConfig, EdgeConfig } from '@soc/service-kit';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { repositoryRoot } from '../repository-root.ts';
import type { EnvSection } from './env-page.ts';

/** Which parts run, what every service reads, then what each one adds: the zod object its config.ts exports. */
export async function envSections(): Promise<readonly EnvSection[]> {
  const own: EnvSection[] = [];
  for (const service of ServiceName.options) {
    const file = path.join(repositoryRoot, 'services', service, 'src/config.ts');
    if (!existsSync(file)) continue;
    // The exports of a module that is only known at run time; each is tested before use.
    const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
    const schema = Object.values(exported).find((value) => value instanceof z.ZodObject);
    if (schema) own.push({ title: service, schema });
  }
  return [
    { title: 'switches of soc init and npm start', schema: Switches },
    { title: 'every service', schema: BaseConfig },
    { title: 'services with a schema in PostgreSQL (all but the gateway)', schema: DatabaseConfig },
    { title: 'the service without a schema, the gateway', schema: EdgeConfig },
    ...own,
  ];
}
