import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import type { ProcessEvent } from '../supervisor/process-spec.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { takeFreePorts } from '../testing/free-ports.ts';
import { waitFor } from '../testing/wait-for.ts';
import { withConnection } from './connection.ts';
import { preparePostgres } from './installation.ts';
import { startPrimary } from './start-primary.ts';
import { startReplica } from './start-replica.ts';
import { postmasterPid } from './stale-server.ts';

async function makeOptions() {
  const directory = await makeTemporaryDirectory('postgres');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const [port, replicaPort = 0] = await takeFreePorts(2);
  const events: ProcessEvent[] = [];
  const primary = {
    installation: await preparePostgres(join(directory.path, 'postgres'), process.getuid?.() === 0),
    port,
    superuserPassword: 'super-secret',
    isDurable: false,
    host: thisHost(),
    log: openLogFile(join(directory.path, 'primary.log')),
    onEvent: (event: ProcessEvent) => void events.push(event),
  };
  const replica = {
    ...primary,
    port: replicaPort,
    primaryPort: port,
    replicationPassword: 'replication-secret',
    log: openLogFile(join(directory.path, 'replica.log')),
    followsWithinMs: 10_000,
  };
  return { primary, replica, events };
}

const count = (url: string) =>
  withConnection(
    url,
    async (client) => (await client.query<{ n: number }>('select count(*)::int as n from seen')).rows[0]?.n,
  );

const insert = (url: string) => withConnection(url, (client) => client.query('insert into seen default values'));

test('what is written to the primary is read from the replica, also after kill -9 of both and a second start', async () => {
  const { primary: primaryOptions, replica: replicaOptions, events } = await makeOptions();
  const primary = await startPrimary(primaryOptions);
  const replica = await startReplica({ ...replicaOptions, primary });
  const replicaUrl = replica.adminUrl();

  await withConnection(primary.adminUrl(), (client) => client.query('create table seen (id serial)'));
  await insert(primary.adminUrl());
  await waitFor(async () => (await count(replicaUrl)) === 1);
  await expect(insert(replicaUrl)).rejects.toThrow('read-only');

  for (const { directory } of [replica, primary]) process.kill((await postmasterPid(directory)) ?? 0, 'SIGKILL');
  const recovered = () => events.filter(({ kind }) => kind === 'recovered').map(({ name }) => name);
  await waitFor(() => recovered().length === 2, { deadlineMs: 20_000 });
  expect(recovered().toSorted()).toEqual(['postgres primary', 'postgres replica']);
  await insert(primary.adminUrl());

  await Promise.all([primary.process.stop(), replica.process.stop()]);
  const again = await startPrimary(primaryOptions);
  onTestFinished(() => again.process.stop());
  const replicaAgain = await startReplica({ ...replicaOptions, primary: again });
  onTestFinished(() => replicaAgain.process.stop());
  expect(again.isNew).toBe(false);
  await insert(again.adminUrl());
  await waitFor(async () => (await count(replicaUrl)) === 3);
  expect(events.filter(({ kind }) => kind === 'rebuilt')).toEqual([]);
}, 60_000);

test('a replica that cannot follow any more is copied again', async () => {
  const { primary: primaryOptions, replica: replicaOptions, events } = await makeOptions();
  const primary = await startPrimary(primaryOptions);
  onTestFinished(() => primary.process.stop());
  const first = await startReplica({ ...replicaOptions, primary });
  await withConnection(first.adminUrl(), async (client) => {
    await client.query('select pg_promote()');
    await client.query('create table own_way ()');
  });
  await first.process.stop();

  const second = await startReplica({
    ...replicaOptions,
    primary: { ...primary, isNew: false },
    followsWithinMs: 1_500,
  });
  onTestFinished(() => second.process.stop());
  expect(events.map(({ kind }) => kind)).toEqual(['rebuilt']);
  await expect(withConnection(second.adminUrl(), (client) => client.query('select from own_way'))).rejects.toThrow(
    'does not exist',
  );
}, 60_000);
