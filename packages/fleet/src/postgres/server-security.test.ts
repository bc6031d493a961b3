import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { takeFreePorts } from '../testing/free-ports.ts';
import { waitFor } from '../testing/wait-for.ts';
import { keepAuthority, keepServerCertificate } from '../tls/kept-certificates.ts';
import { urlOf, withConnection } from './connection.ts';
import { preparePostgres } from './installation.ts';
import { ensureRoles } from './roles-repository.ts';
import { ensureStatementStatistics } from './schemas-repository.ts';
import { type Primary, type PrimaryOptions, startPrimary } from './start-primary.ts';
import { startReplica } from './start-replica.ts';

const role = { schema: 'one', role: 'soc_one', password: 'the-password-of-one' };

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let options: PrimaryOptions & { readonly tls: NonNullable<PrimaryOptions['tls']> };
let primary: Primary;

beforeAll(async () => {
  directory = await makeTemporaryDirectory('security');
  const [port] = await takeFreePorts(1);
  const now = new Date();
  const tlsDirectory = join(directory.path, 'tls');
  const authority = await keepAuthority(tlsDirectory, now);
  const server = { commonName: 'postgres', hosts: ['127.0.0.1'], now };
  const certificate = await keepServerCertificate(tlsDirectory, authority, server);
  options = {
    installation: await preparePostgres(join(directory.path, 'postgres'), process.getuid?.() === 0),
    port,
    superuserPassword: 'super-secret',
    isDurable: false,
    tls: { ...certificate, authorityFile: authority.certificateFile, isRequired: true },
    host: thisHost(),
    log: openLogFile(join(directory.path, 'primary.log')),
    onEvent: () => undefined,
  };
  primary = await startPrimary(options);
  await ensureRoles(primary.adminUrl(), [role]);
}, 60_000);
afterAll(async () => {
  await primary.process.stop();
  await directory[Symbol.asyncDispose]();
});

const login = { user: role.role, password: role.password, database: 'postgres' };
const select = (url: string, text = 'select 1 as one') => withConnection(url, (client) => client.query(text));
const logged = () => readFile(options.log.path, 'utf8');

test('who knows the authority connects by TLS 1.3, and proves a password that is stored as a verifier', async () => {
  const url = urlOf({ port: options.port, ...login, authorityFile: options.tls.authorityFile });
  const { rows } = await select(url, 'select version, ssl from pg_stat_ssl where pid = pg_backend_pid()');
  expect(rows).toEqual([{ version: 'TLSv1.3', ssl: true }]);
  const stored = await select(primary.adminUrl(), `select rolpassword from pg_authid where rolcanlogin`);
  expect(stored.rows.map(({ rolpassword }: { rolpassword: string }) => rolpassword.slice(0, 13))).toEqual(
    stored.rows.map(() => 'SCRAM-SHA-256'),
  );
});

test('nobody connects without TLS where it is required', async () => {
  await expect(select(urlOf({ port: options.port, ...login }))).rejects.toThrow(/no encryption/);
});

test('a client that trusts another authority, or finds another name in the certificate, does not connect', async () => {
  const stranger = await keepAuthority(join(directory.path, 'stranger'), new Date());
  const url = urlOf({ port: options.port, ...login, authorityFile: stranger.certificateFile });
  await expect(select(url)).rejects.toThrow(/certificate/);
  const byName = new URL(urlOf({ port: options.port, ...login, authorityFile: options.tls.authorityFile }));
  byName.hostname = 'localhost';
  await expect(select(byName.href)).rejects.toThrow(/does not match certificate/);
});

test('who comes, who is refused and who changes a table or a right is logged, and no password is', async () => {
  const url = urlOf({ port: options.port, ...login, authorityFile: options.tls.authorityFile });
  const wrong = urlOf({ port: options.port, ...login, password: 'a-guess', authorityFile: options.tls.authorityFile });
  await select(url);
  await expect(select(wrong)).rejects.toThrow('password authentication failed');
  await select(primary.adminUrl(), 'create table watched (id int)');
  await ensureRoles(primary.adminUrl(), [{ ...role, password: 'the-next-password' }]);
  onTestFinished(() => ensureRoles(primary.adminUrl(), [role]));
  await waitFor(async () => (await logged()).includes('alter role "soc_one"'));
  const log = await logged();
  expect(log).toMatch(/connection authorized: user=soc_one database=postgres application_name=soc-fleet SSL enabled/);
  expect(log).toMatch(/disconnection: session time: .* user=soc_one/);
  expect(log).toMatch(/password authentication failed for user "soc_one"/);
  expect(log).toMatch(/soc_admin@postgres soc-fleet .*statement: create table watched/);
  const secrets = [role.password, 'the-next-password', 'a-guess', 'super-secret'];
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});

test('statements are counted with placeholders for their values, and those that set passwords not at all', async () => {
  await ensureStatementStatistics(primary.adminUrl());
  await select(primary.adminUrl(), `select 'a-secret-value' as counted`);
  await ensureRoles(primary.adminUrl(), [role]);
  const { rows } = await select(primary.adminUrl(), 'select query from pg_stat_statements');
  const texts = rows.map(({ query }: { query: string }) => query);
  expect(texts).toContain('select $1 as counted');
  expect(texts.filter((text) => /a-secret-value|SCRAM-SHA-256|alter role/.test(text))).toEqual([]);
  const url = urlOf({ port: options.port, ...login, authorityFile: options.tls.authorityFile });
  const asService = await select(url, `select query from pg_stat_statements where query like '%counted%'`);
  expect(asService.rows.map(({ query }: { query: string }) => query)).not.toContain('select $1 as counted');
});

test('a role is limited in connections and in how long it works, waits and holds a transaction', async () => {
  const url = urlOf({ port: options.port, ...login, authorityFile: options.tls.authorityFile });
  const { rows } = await select(
    url,
    `select rolconnlimit as connections, current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
       current_setting('idle_in_transaction_session_timeout') as idle from pg_roles where rolname = current_user`,
  );
  expect(rows).toEqual([{ connections: 100, statement: '1min', lock: '20s', idle: '5min' }]);
});

test('a replica follows by TLS, with a primary it has verified', async () => {
  const [port] = await takeFreePorts(1);
  const replica = await startReplica({
    ...options,
    port,
    primary,
    primaryPort: options.port,
    replicationPassword: 'replication-secret',
    log: openLogFile(join(directory.path, 'replica.log')),
  });
  onTestFinished(() => replica.process.stop());
  const { rows } = await select(
    primary.adminUrl(),
    `select ssl, usename from pg_stat_replication join pg_stat_ssl using (pid)`,
  );
  expect(rows).toEqual([{ ssl: true, usename: 'soc_replication' }]);
}, 60_000);
