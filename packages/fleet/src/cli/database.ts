import { join } from 'node:path';
import { OperatorError } from '../operator-error.ts';
import { ensureDatabase, ensureRoles, roleOf } from '../postgres/roles-repository.ts';
import { ensureSchemas } from '../postgres/schemas-repository.ts';
import { DATABASE, schemaSources } from '../schemas.ts';
import { keepFleetSecrets } from '../secrets/fleet-secrets.ts';
import type { Command } from './command.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';

export const databaseCommand: Command = {
  name: 'database',
  summary: 'Make database, roles, schemas and audit on a PostgreSQL of your own, before services use it; repeatable.',
  synopsis: 'prepare',
  options: [
    dataDirOption,
    {
      name: 'admin-url',
      value: 'URL',
      help: 'Connects a superuser, e.g. postgres://postgres@pg-1:5432/postgres; its password is in PGPASSWORD.',
    },
  ],
  run: async (input) => {
    const adminUrl = input.value('admin-url');
    if (input.positionals.join(' ') !== 'prepare' || adminUrl === undefined || !URL.canParse(adminUrl)) {
      throw new OperatorError('Say soc database prepare --admin-url postgres://postgres@host:5432/postgres.');
    }
    const secrets = join(dataDirOf(input), 'secrets');
    const { postgres } = await keepFleetSecrets(secrets, {});
    const services = schemaSources().map(({ schema }) => ({
      schema,
      role: roleOf(schema),
      password: postgres.services[schema],
    }));
    const inDatabase = new URL(adminUrl);
    inDatabase.pathname = DATABASE;
    try {
      await ensureDatabase(adminUrl, DATABASE);
      await ensureRoles(adminUrl, services);
      await ensureSchemas(inDatabase.href, DATABASE, services);
    } catch (error) {
      throw new OperatorError(
        `The database could not be prepared: ${error instanceof Error ? error.message : 'unknown'}.`,
      );
    }
    input.print(`The database ${DATABASE} has the roles and schemas of ${services.length} services.`);
    input.print(`They log in as soc_<service>, each with its password in ${join(secrets, 'postgres-passwords.json')}.`);
    return 0;
  },
};
