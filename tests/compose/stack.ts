import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { initCompose, Switches } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { z } from 'zod';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { runCommand } from './run-command.ts';

/** `docker inspect` of a container, as far as it is read here. */
const Inspected = z
  .object({
    Id: z.string(),
    Name: z.string(),
    RestartCount: z.number(),
    Config: z.object({ Labels: z.record(z.string(), z.string()) }),
    State: z.object({
      Status: z.string(),
      ExitCode: z.number(),
      StartedAt: z.string(),
      Health: z.object({ Status: z.string() }).optional(),
    }),
    NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
  })
  .transform(({ Id, Name, RestartCount, Config, State, NetworkSettings }) => ({
    id: Id,
    name: Name.replace(/^\//, ''),
    service: Config.Labels['com.docker.compose.service'] ?? '',
    status: State.Status,
    exitCode: State.ExitCode,
    restarts: RestartCount,
    startedAt: new Date(State.StartedAt),
    /** Undefined where nobody asks. */
    health: State.Health?.Status,
    addresses: Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress),
  }));
export type Container = z.infer<typeof Inspected>;

/** The compose file, up on an engine. */
export interface Stack {
  readonly gatewayUrl: string;
  /** Where `.env` and the secrets are. */
  readonly directory: string;
  readonly admin: { readonly email: string; readonly password: string };
  readonly compose: (...args: readonly string[]) => Promise<string>;
  /** `up -d` of what is included, with more options if given. */
  readonly up: (...options: readonly string[]) => Promise<void>;
  /** `down`, as often as it takes: a network may have a container for a moment after that is gone, and docker-compose 1.29 gives up then. */
  readonly down: (...options: readonly string[]) => Promise<void>;
  readonly docker: (...args: readonly string[]) => Promise<string>;
  readonly containers: () => Promise<readonly Container[]>;
  /** When each container, by its name, was first found well since then. */
  readonly healthySince: (since: Date) => Promise<ReadonlyMap<string, Date>>;
  /** Runs a command in a container of the service; what it says. */
  readonly execute: (service: string, ...command: readonly string[]) => Promise<string>;
  /** The last lines that the container of a service said. */
  readonly lastWords: (service: string) => Promise<string>;
  /** Waits until every container is well, or has done what it was for. */
  readonly settle: (deadlineMs?: number) => Promise<readonly Container[]>;
  /** Asks PostgreSQL in a container as the superuser. */
  readonly query: (server: 'postgres-master' | 'postgres-slave', sql: string) => Promise<string>;
}

const DOWN_WITHIN_MS = 180_000;

const PORTS = { 'postgres-master': '5432', 'postgres-slave': '5433' } as const;

export interface StackOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** docker-compose 1.29, or the program of Compose v2. */
  readonly program: string;
  readonly profile: 'core' | 'full';
  /** Parts beside those of the profile. */
  readonly parts?: readonly string[];
  /** Files after the compose file itself. */
  readonly overlays?: readonly string[];
  /** What is brought up; everything of the profile when absent. */
  readonly services?: readonly string[];
  /** Gets `.env` and the secrets. */
  readonly directory: string;
  /** Variables of services, for `services.env`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Whether a container is as it should be. */
const isWell = ({ status, exitCode, health }: Container): boolean =>
  (status === 'running' && (health === undefined || health === 'healthy')) || (status === 'exited' && exitCode === 0);

/** Makes secrets as `soc init` does, and what is needed to speak of the stack. */
export async function prepareStack(options: StackOptions): Promise<Stack> {
  const { env: given, program, profile, directory, settings, signal } = options;
  const { admin, dataDirectory, envFile } = await initCompose({
    directory,
    profile,
    switches: Switches.parse({}),
    admin: {},
  });
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await appendFile(join(dataDirectory, 'services.env'), lines.join(''));
  const written = parseEnv(await readFile(envFile, 'utf8'));
  const parts = [written['COMPOSE_PROFILES'], ...(options.parts ?? [])].join();
  const env = { ...given, ...written, COMPOSE_PROFILES: parts };
  const files = ['docker-compose.microservices.yml', ...(options.overlays ?? [])].flatMap((file) => [
    '--file',
    join(repositoryRoot, file),
  ]);
  const compose = (...args: readonly string[]) =>
    runCommand(program, ['--ansi', 'never', ...files, ...args], { env, signal, timeoutMs: 420_000 });
  const docker = (...args: readonly string[]) => runCommand('docker', args, { env, signal });
  const containers = async () => {
    const ids = (await docker('ps', '-aq', '--filter', 'label=com.docker.compose.project=soc'))
      .split('\n')
      .filter(Boolean);
    return ids.length === 0 ? [] : z.array(Inspected).parse(JSON.parse(await docker('inspect', ...ids)));
  };
  // Compose v1 and v2 name containers differently.
  const idOf = async (service: string) => {
    const found = (await containers()).find((each) => each.service === service);
    if (!found) throw new Error(`there is no container of ${service}`);
    return found.id;
  };
  return {
    gatewayUrl: 'http://127.0.0.1:8000',
    directory: dataDirectory,
    admin,
    compose,
    up: async (...more) => {
      await compose('up', '-d', '--no-build', ...more, ...(options.services ?? []));
    },
    down: async (...more) => {
      const isDown = () => compose('down', ...more).then(() => true);
      await waitFor(isDown, { deadlineMs: DOWN_WITHIN_MS, everyMs: 2_000 });
    },
    docker,
    containers,
    healthySince: async (since) => {
      const period = [since, new Date()].map((at) => (at.getTime() / 1000).toFixed(3));
      const filter = [
        '--filter',
        'event=health_status: healthy',
        '--format',
        '{{.TimeNano}} {{.Actor.Attributes.name}}',
      ];
      const text = await docker('events', '--since', period[0] ?? '', '--until', period[1] ?? '', ...filter);
      // The first of each counts, so it is set last.
      const told = text.trim().split('\n').toReversed();
      return new Map(
        told.map((line) => line.split(' ')).map(([nanos = '', name = '']) => [name, new Date(Number(nanos) / 1e6)]),
      );
    },
    execute: async (service, ...command) => docker('exec', await idOf(service), ...command),
    lastWords: async (service) =>
      runCommand('docker', ['logs', '--tail', '25', await idOf(service)], { env, signal, withErrors: true }),
    settle: async (deadlineMs = 180_000) => {
      const names = (found: readonly Container[]) =>
        found.filter((each) => !isWell(each)).map(({ name, status, health }) => `${name} is ${status}, ${health}`);
      let last: readonly string[] = [];
      try {
        return await waitFor(
          async () => {
            const found = await containers();
            last = names(found);
            return found.length > 0 && last.length === 0 && found;
          },
          { deadlineMs, everyMs: 500 },
        );
      } catch (error) {
        throw new Error(`not well after ${deadlineMs} ms: ${last.join('; ')}`, { cause: error });
      }
    },
    query: async (server, sql) => docker('exec', await idOf(server), 'sh', '-c', psql(PORTS[server]), 'sh', sql),
  };
}

/** A command for a shell in the server's container; its first argument is what is asked. */
const psql = (port: string): string =>
  `PGPASSWORD="$(cat /run/secrets/postgres-superuser-password)" psql -XAtq -h /tmp -p ${port} -U soc_admin -d soc -c "$1"`;
