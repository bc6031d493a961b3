import { parse } from 'yaml';
import { z } from 'zod';
import { textOf } from './sources.ts';

const Health = z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() });
const Conditions = z.record(z.string(), z.object({ condition: z.string() }));
const Secret = z.union([z.string(), z.object({ source: z.string(), target: z.string() })]);

const ComposeService = z.object({
  profiles: z.array(z.string()).default([]),
  image: z.string(),
  build: z.object({ context: z.string(), args: z.record(z.string(), z.string()).optional() }).optional(),
  user: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: Conditions.default({}),
  healthcheck: Health.optional(),
  networks: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(Secret).default([]),
  restart: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  cpus: z.number().optional(),
  mem_limit: z.string().optional(),
  pids_limit: z.number().optional(),
  container_name: z.never().optional(),
  hostname: z.never().optional(),
});
export type ComposeService = z.infer<typeof ComposeService>;

const ComposeFile = z.object({
  services: z.record(z.string(), ComposeService),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })).default({}),
  volumes: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.object({ file: z.string() })).default({}),
});

/** A compose file of the repository, with its variables as `env` has them or as they are by default. */
export function readComposeFile(file: string, env: Readonly<Record<string, string>> = {}) {
  return ComposeFile.parse(interpolated(parse(textOf(file), { merge: true }), env));
}

function interpolated(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$(?:\$|\{(\w+)(?::[-?]([^}]*))?\})/g, (all, name?: string, fallback = '') =>
      name === undefined ? (all === '$$' ? '$' : all) : (env[name] ?? fallback),
    );
  }
  if (Array.isArray(value)) return value.map((each) => interpolated(each, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, interpolated(each, env)]));
}
