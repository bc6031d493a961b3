import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../operator-error.ts';
import { ensureDatabase, ensureRoles, roleOf } from '../postgres/roles-repository.ts';
import { ensureSchemas } from '../postgres/schemas-repository.ts';
import { DATABASE, schemaSources } from '../schemas.ts';
import { findPrimary } from '../postgres/find-primary.ts';
import { keepFleetSecrets, PostgresPasswords } from '../secrets/fleet-secrets.ts';
import { cannotRead } from './cannot-read.ts';
import type { Command, CommandInput } from './command.ts';
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
      isRepeatable: true,
      help: 'Connects a superuser, e.g. postgres://postgres@pg-1:5432/postgres; its password is in PGPASSWORD. Say it for each server of a cluster: the one that takes writes is prepared.',
    },
    {
      name: 'passwords',
      value: 'FILE',
      help: 'JSON file of the passwords, as postgres-passwords.json, in place of those of --data-dir; with that of the superuser.',
    },
  ],
  run: async (input) => {
    const adminUrls = input.values('admin-url');
    if (
      input.positionals.join(' ') !== 'prepare' ||
      adminUrls.length === 0 ||
      !adminUrls.every((url) => URL.canParse(url))
    ) {
      throw new OperatorError('Say soc database prepare --admin-url postgres://postgres@host:5432/postgres.');
    }
    const { passwords, from, superuser } = await passwordsOf(input);
    const services = schemaSources().map(({ schema }) => ({
      schema,
      role: roleOf(schema),
      password: passwords[schema],
    }));
    try {
      const adminUrl = await findPrimary(adminUrls.map((url) => withPassword(url, superuser)));
      const inDatabase = new URL(adminUrl);
      inDatabase.pathname = DATABASE;
      await ensureDatabase(adminUrl, DATABASE);
      await ensureRoles(adminUrl, services);
      await ensureSchemas(inDatabase.href, DATABASE, services);
    } catch (error) {
      throw new OperatorError(
        `The database could not be prepared: ${error instanceof Error ? error.message : 'unknown'}.`,
      );
    }
    input.print(`The database ${DATABASE} has the roles and schemas of ${services.length} services.`);
    input.print(`They log in as soc_<service>, each with its password in ${from}.`);
    return 0;
  },
};

async function passwordsOf(input: CommandInput) {
  const file = input.value('passwords');
  if (file === undefined) {
    const secrets = join(dataDirOf(input), 'secrets');
    const { postgres } = await keepFleetSecrets(secrets, {});
    return { passwords: postgres.services, from: join(secrets, 'postgres-passwords.json'), superuser: undefined };
  }
  const text = await readFile(file, 'utf8').catch(cannotRead(file));
  try {
    const { services, superuser } = PostgresPasswords.parse(JSON.parse(text));
    return { passwords: services, from: file, superuser };
  } catch (error) {
    throw new OperatorError(`${file} does not hold the passwords of PostgreSQL.`, { cause: error });
  }
}

/** A URL that names a password of its own keeps it. */
function withPassword(url: string, password: string | undefined): string {
  const given = new URL(url);
  if (given.password === '' && password !== undefined) given.password = password;
  return given.href;
}
