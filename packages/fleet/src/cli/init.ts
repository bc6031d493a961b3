import { resolve } from 'node:path';
import { Profile } from '../compose/dot-env.ts';
import type { DataServers } from '../compose/compose-environment.ts';
import { initCompose } from '../compose/init-compose.ts';
import { initKubernetes } from '../compose/init-kubernetes.ts';
import { OperatorError } from '../operator-error.ts';
import { checkoutDirectory } from '../services.ts';
import { readSwitches } from '../switches.ts';
import type { Command, CommandInput } from './command.ts';

export const initCommand: Command = {
  name: 'init',
  summary:
    'Write certificates and random secrets for the compose file (and .env), or for the Helm chart; overwrites nothing.',
  synopsis: '',
  options: [
    {
      name: 'directory',
      value: 'PATH',
      help: 'Where .env and .soc/compose, or .soc/kubernetes, are written; the checkout, where the compose file is, when absent.',
    },
    {
      name: 'profile',
      value: 'NAME',
      help: 'core (the default), full (also search, metric, object and monitoring servers) or demo (also a mail catcher).',
    },
    { name: 'for', value: 'WHAT', help: 'compose (the default) or kubernetes: infra/helm/soc-agent.' },
    {
      name: 'postgres',
      value: 'SERVERS',
      help: 'For kubernetes: host:port of every PostgreSQL server, with commas between; which is the primary is learnt.',
    },
    { name: 'redis', value: 'SERVER', help: 'For kubernetes: host:port of Redis, which speaks TLS.' },
  ],
  run: async (input) => {
    const target = input.value('for') ?? 'compose';
    if (target === 'compose') return forCompose(input);
    if (target === 'kubernetes') return forKubernetes(input);
    throw new OperatorError(`--for wants compose or kubernetes, not ${target}.`);
  },
};

const directoryOf = ({ value }: CommandInput): string => resolve(value('directory') ?? checkoutDirectory());

function adminOf({ host }: CommandInput) {
  const [email, password] = [host.env['SOC_ADMIN_EMAIL'], host.env['SOC_ADMIN_PASSWORD']];
  return { ...(email && { email }), ...(password && { password }) };
}

async function forCompose(input: CommandInput): Promise<number> {
  const { value, host, print } = input;
  const profile = Profile.safeParse(value('profile') ?? 'core');
  if (!profile.success) throw new OperatorError(`--profile wants ${Profile.options.join(', ')}.`);
  const made = await initCompose({
    directory: directoryOf(input),
    profile: profile.data,
    switches: readSwitches(host.env),
    admin: adminOf(input),
  });
  print(`Wrote ${made.envFile} and ${made.dataDirectory}.`);
  tellOfSecrets(input, made.admin);
  print('Next: docker-compose up -d --build');
  return 0;
}

async function forKubernetes(input: CommandInput): Promise<number> {
  const made = await initKubernetes({
    directory: directoryOf(input),
    servers: serversOf(input),
    admin: adminOf(input),
  });
  input.print(`Wrote ${made.dataDirectory}.`);
  tellOfSecrets(input, made.admin);
  input.print(`For PostgreSQL and Redis: ${made.forServers}.`);
  input.print(`Next: kubectl -n soc create secret generic soc-agent --from-file=${made.mounted}`);
  return 0;
}

function tellOfSecrets({ print }: CommandInput, admin: { readonly email: string; readonly password: string }): void {
  print('Keep a copy of the folder: what is sealed and signed with its keys cannot be opened or checked without them.');
  print(`\n  e-mail    ${admin.email}\n  password  ${admin.password}   (counts at the first start)\n`);
}

function serversOf({ value }: CommandInput): DataServers {
  const [first, ...others] = (value('postgres') ?? '').split(',').filter(Boolean).map(addressOf('postgres'));
  const redis = value('redis');
  if (first === undefined || redis === undefined) {
    throw new OperatorError('Say --postgres host:port,host:port and --redis host:port: the chart brings neither.');
  }
  return { postgres: [first, ...others], redis: addressOf('redis')(redis) };
}

const addressOf =
  (option: string) =>
  (text: string): string => {
    if (/^[\w.-]+:\d{1,5}$/.test(text)) return text;
    throw new OperatorError(`--${option} wants host:port, not ${text}.`);
  };
