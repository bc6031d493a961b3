import { resolve } from 'node:path';
import { Profile } from '../compose/dot-env.ts';
import { initCompose } from '../compose/init-compose.ts';
import { OperatorError } from '../operator-error.ts';
import { checkoutDirectory } from '../services.ts';
import { readSwitches } from '../switches.ts';
import type { Command } from './command.ts';

export const initCommand: Command = {
  name: 'init',
  summary: 'Write .env, certificates and random secrets for docker-compose.microservices.yml; overwrites nothing.',
  synopsis: '',
  options: [
    {
      name: 'directory',
      value: 'PATH',
      help: 'Where .env and .soc/compose are written; the checkout, where the compose file is, when absent.',
    },
    {
      name: 'profile',
      value: 'NAME',
      help: 'core (the default), full (also search, metric, object and monitoring servers) or demo (also a mail catcher).',
    },
  ],
  run: async ({ value, host, print }) => {
    const profile = Profile.safeParse(value('profile') ?? 'core');
    if (!profile.success) throw new OperatorError(`--profile wants ${Profile.options.join(', ')}.`);
    const [email, password] = [host.env['SOC_ADMIN_EMAIL'], host.env['SOC_ADMIN_PASSWORD']];
    const made = await initCompose({
      directory: resolve(value('directory') ?? checkoutDirectory()),
      profile: profile.data,
      switches: readSwitches(host.env),
      admin: { ...(email && { email }), ...(password && { password }) },
    });
    print(`Wrote ${made.envFile} and ${made.dataDirectory}.`);
    print(
      'Keep a copy of the folder: what is sealed and signed with its keys cannot be opened or checked without them.',
    );
    print(`\n  e-mail    ${made.admin.email}\n  password  ${made.admin.password}   (counts at the first start)\n`);
    print('Next: docker-compose up -d --build');
    return 0;
  },
};
