import { readdirSync, readFileSync } from 'node:fs';
import { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { DataMapping } from './domain/normalise/data-mapping.ts';
import type { VendorMapping } from './domain/normalise/vendor-mapping.ts';
import { vendorMappings } from './domain/normalise/vendor-mappings.ts';

/** Every source there is, by name. */
export interface Sources {
  readonly names: readonly string[];
  readonly find: (name: string) => VendorMapping | undefined;
}

/** The mappings that are data, one file a vendor. */
const FOLDER = new URL('../mappings/', import.meta.url);

/** Throws, naming the file, for one that is no mapping or names a source twice. */
export function readDataMappings(folder: URL = FOLDER): readonly DataMapping[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.toSorted().map((name) => {
    const read = DataMapping.safeParse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    if (!read.success) throw new Error(`${name} is no mapping: ${read.error.message}`);
    if (`${read.data.source}.json` !== name) throw new Error(`${name} must be named after its source`);
    return read.data;
  });
}

/** The sources written in code, and beside them the data; a file cannot replace code. */
export function createSources(data: readonly DataMapping[] = readDataMappings()): Sources {
  const mappings = new Map<string, VendorMapping>(WebhookSource.options.map((name) => [name, vendorMappings[name]]));
  for (const { source, format, version, fields } of data) {
    if (mappings.has(source)) throw new Error(`two mappings for the source ${source}`);
    mappings.set(source, { format, version, fields });
  }
  return { names: [...mappings.keys()].toSorted(), find: (name) => mappings.get(name) };
}
