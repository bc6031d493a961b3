import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../../examples/', import.meta.url);

export interface ExampleAlert {
  /** The webhook it is posted to. */
  readonly source: string;
  readonly payload: string;
}

/** The sample alerts in the order of their numbers: `examples/alerts/NN-<source>.json`, or `NN-<source>-<words>.json`. */
export async function readExampleAlerts(sources: readonly string[]): Promise<readonly ExampleAlert[]> {
  const alerts = new URL('alerts/', folder);
  const files = (await readdir(alerts)).filter((file) => /^\d+-.*\.json$/.test(file)).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const name = file.replace(/^\d+-/, '').replace(/\.json$/, '');
      const source = sources
        .filter((known) => name === known || name.startsWith(`${known}-`))
        .toSorted((a, b) => b.length - a.length)[0];
      return { source: source ?? 'generic', payload: await readFile(new URL(file, alerts), 'utf8') };
    }),
  );
}

/** A file of the examples as text, e.g. `indicators.stix.json`. Throws when it is not there. */
export const readExample = (file: string): Promise<string> => readFile(fileURLToPath(new URL(file, folder)), 'utf8');
