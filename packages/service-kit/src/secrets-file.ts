import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';

/** An environment as a process is given it. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Environment variable that names the file with the rest of them. */
export const SecretsFileConfig = z.object({
  SOC_SECRETS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of further variables, NAME=value a line, read once at the start: for secrets, which an environment shows to whoever may look at a process or a container. What the environment says wins.',
    ),
});

/**
 * The environment with the variables of the file it names. Throws `ConfigError` when that cannot be read; a container whose
 * secret was not mounted must not start on defaults.
 */
export function withSecretsFile(env: Env): Env {
  const path = env['SOC_SECRETS_FILE'];
  if (path === undefined || path === '') return env;
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  return { ...parseEnv(readSecrets(path)), ...Object.fromEntries(given) };
}

function readSecrets(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new ConfigError(`bad environment: SOC_SECRETS_FILE: file cannot be read: ${reason}`);
  }
}
