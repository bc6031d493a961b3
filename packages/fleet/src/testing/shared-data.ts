import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * The path of a file or folder of the real input data, `SOC_SHARED_DATA` or else `../shared/data` beside the checkout;
 * undefined where it is absent, for a test to say so and skip.
 */
export function sharedData(path: string): string | undefined {
  const found = resolve(ROOT, process.env['SOC_SHARED_DATA'] ?? '../shared/data', path);
  return existsSync(found) ? found : undefined;
}
