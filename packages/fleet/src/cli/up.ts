import { once } from 'node:events';
import type { Fleet } from '../fleet.ts';
import { startFleet } from '../fleet.ts';
import { OperatorError } from '../operator-error.ts';
import { demandWholeFleet, readSwitches } from '../switches.ts';
import type { Command, CommandInput } from './command.ts';
import { dataDirOf, dataDirOption, parseOnly, parseScale, portBaseOf, portBaseOption } from './fleet-arguments.ts';
import { narrate } from './narrate.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'Start the fleet: PostgreSQL, Redis, nine services. Ctrl-C stops it.',
  synopsis: '',
  options: [
    dataDirOption,
    portBaseOption,
    {
      name: 'scale',
      value: 'SERVICE=N',
      isRepeatable: true,
      help: 'Run N processes of a service, e.g. alert=2; repeatable.',
    },
    { name: 'only', value: 'A,B', help: 'Run only these services, and auth and the gateway.' },
    {
      name: 'full',
      help: "Watch it as well: Prometheus, Alertmanager and exporters, from Debian's packages, installed where they are missing.",
    },
    {
      name: 'database-tls',
      value: 'ON',
      help: 'on: PostgreSQL lets nobody in without TLS; off when absent, as it listens on this machine alone.',
    },
    {
      name: 'backup',
      value: 'WHERE',
      help: 'Back PostgreSQL up to a folder or s3://BUCKET/PATH, encrypted, from now on; off ends it. As the last time when absent.',
    },
    {
      name: 'log-level',
      value: 'LEVEL',
      help: 'Least severe line in the logs: debug, info, warn or error; info when absent.',
    },
  ],
  run: async (input) => {
    const beganAtMs = performance.now();
    const fleet = await start(input);
    input.print(describe(fleet, Math.round(performance.now() - beganAtMs)));
    if (asksForAnotherAdmin(fleet, input)) {
      input.print(
        '\nSOC_ADMIN_EMAIL and SOC_ADMIN_PASSWORD count at the first start only; this data has its administrator.',
      );
    }
    input.print('\nCtrl-C stops it.');
    if (!input.interrupted.aborted) await once(input.interrupted, 'abort');
    input.insisted.addEventListener('abort', fleet.forceStop);
    input.print('Stopping. Ctrl-C again to kill.');
    await fleet.stop();
    input.print('Stopped; no process is left.');
    return 0;
  },
};

function start(input: CommandInput): Promise<Fleet> {
  const { host, value, values, print, interrupted } = input;
  const dataDirectory = dataDirOf(input);
  const switches = readSwitches(host.env);
  demandWholeFleet(switches);
  print(`SOC Agent, with its data in ${dataDirectory}\n`);
  const [only, email, password] = [value('only'), host.env['SOC_ADMIN_EMAIL'], host.env['SOC_ADMIN_PASSWORD']];
  return startFleet({
    host,
    dataDirectory,
    portBase: portBaseOf(input),
    scale: parseScale(values('scale')),
    ...(only !== undefined && { only: parseOnly(only) }),
    logLevel: value('log-level') ?? 'info',
    admin: { ...(email && { email }), ...(password && { password }) },
    hasReplica: switches.POSTGRES_CLUSTERING_ENABLED,
    databaseTls: databaseTlsOf(value('database-tls')),
    redisUrl: host.env['REDIS_URL'] || undefined,
    ...((value('full') !== undefined || switches.MONITORING_ENABLED === true) && { monitoring: {} }),
    backup: value('backup'),
    onEvent: (event) => narrate(event, print),
    signal: interrupted,
  });
}

function databaseTlsOf(text = 'off'): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new OperatorError(`--database-tls wants on or off, not ${text}.`);
}

function asksForAnotherAdmin({ admin }: Fleet, { host }: CommandInput): boolean {
  const { SOC_ADMIN_EMAIL: email, SOC_ADMIN_PASSWORD: password } = host.env;
  return Boolean(
    (email && email.toLowerCase() !== admin.email.toLowerCase()) || (password && password !== admin.password),
  );
}

const describe = (fleet: Fleet, afterMs: number): string =>
  [
    `\nThe fleet is up after ${(afterMs / 1000).toFixed(1)} s.\n`,
    ...rows([
      ['API', `${fleet.gatewayUrl}/api/v1`],
      ['documentation', `${fleet.gatewayUrl}/docs`],
      ['health', `${fleet.gatewayUrl}/services/health`],
      ...fleet.services().map(({ name, url }) => [name, url] as const),
      ...(fleet.monitoring
        ? ([
            ['Prometheus', fleet.monitoring.prometheusUrl],
            ['Alertmanager', fleet.monitoring.alertmanagerUrl],
          ] as const)
        : []),
      ['logs', `${fleet.dataDirectory}/logs`],
    ]),
    '',
    ...rows([
      ['e-mail', fleet.admin.email],
      ['password', `${fleet.admin.password}   (as of the first start)`],
    ]),
  ].join('\n');

const rows = (pairs: readonly (readonly [string, string])[]): readonly string[] =>
  pairs.map(([name, text]) => `  ${name.padEnd(15)}${text}`);
