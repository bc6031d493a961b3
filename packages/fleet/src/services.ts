import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@soc/contracts';

/** The checkout: `services/` is below it. */
const ROOT = new URL('../../../', import.meta.url);

const folderOf = (service: ServiceName): URL => new URL(`services/${service}/`, ROOT);

/** The file that runs a service. */
export const mainFileOf = (service: ServiceName): string => fileURLToPath(new URL('src/main.ts', folderOf(service)));

/** Where Node keeps compiled code of the services; it belongs to the checkout, not to the data. */
export const compileCacheDirectory = (): string => fileURLToPath(new URL('node_modules/.cache/soc-services', ROOT));

/** The folder of a service's migrations; undefined for one without a schema. */
export function migrationsOf(service: ServiceName): URL | undefined {
  const folder = new URL('migrations/', folderOf(service));
  return existsSync(folder) ? folder : undefined;
}

/** Where the compose file is. */
export const checkoutDirectory = (): string => fileURLToPath(ROOT);

/** Where data is kept unless told otherwise. */
export const defaultDataDirectory = (): string => fileURLToPath(new URL('.soc/', ROOT)).replace(/\/$/, '');
