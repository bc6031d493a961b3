import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { uuidv7 } from '@soc/contracts';
import { createDbCluster, migrate, sql } from '@soc/db-cluster';
import { createTestDatabase, exampleAlert, makeTemporaryDirectory } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { expect, onTestFinished, test } from 'vitest';
import { alertDocument } from '../../domain/search-document.ts';
import { createSearchPending } from './search-pending-repository.ts';

const SOURCE = fileURLToPath(new URL('../../../migrations/', import.meta.url));
const FIRST_OF_BATCHES = '0017-search-batches.sql';

/** A database as it was before documents waited in batches, and what brings it up to date. */
async function openBeforeBatches() {
  const directory = await makeTemporaryDirectory('migrations');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  // Migrations are known by their file and the service's folder.
  const folder = join(directory.path, 'storage', 'migrations');
  await mkdir(folder, { recursive: true });
  const files = (await readdir(SOURCE)).filter((file) => file.endsWith('.sql'));
  const database = await createTestDatabase('storage');
  onTestFinished(database.drop);
  const bringTo = async (wanted: (file: string) => boolean): Promise<void> => {
    for (const file of files.filter(wanted)) await copyFile(join(SOURCE, file), join(folder, file));
    const directories = [messagingMigrations, pathToFileURL(`${folder}/`)];
    await migrate({ url: database.url, schema: 'storage', directories });
  };
  await bringTo((file) => file < FIRST_OF_BATCHES);
  const registry = createRegistry('storage', 'test');
  const cluster = { primaryUrl: database.url, replicaUrls: [], applicationName: 'test', registry };
  const db = createDbCluster({ ...cluster, onError: () => undefined });
  onTestFinished(db.close);
  return { db, bringUpToDate: () => bringTo(() => true) };
}

test('what waited for the search server, what it was sent and what it refused before there were batches are all kept, and waits once', async () => {
  const { db, bringUpToDate } = await openBeforeBatches();
  const pending = createSearchPending();
  const ids = Array.from({ length: 6 }, (_, index) => uuidv7(index + 1));
  const [, , , sentEarly, sentLast, refused] = ids;
  await db.write.query(sql`
    insert into storage.search_pending (tenant_id, kind, id, version, occurred_at, document, queued_at)
    select 't', 'alert', id, 3, '2026-03-01T00:00:00Z', '{"place":' || place || '}', now() - interval '1 hour'
    from unnest(${ids}::uuid[]) with ordinality as given (id, place) order by place`);
  await db.write.query(sql`
    update storage.search_pending set sent_at = now() where id = any (${[sentEarly, sentLast]}::uuid[])`);
  await db.write.query(sql`update storage.search_pending set refused = 'no' where id = ${refused}`);
  // A newer version of one that was sent long ago is the last that was written, and was sent as well.
  await db.write.query(sql`
    update storage.search_pending set sequence = nextval(pg_get_serial_sequence('storage.search_pending', 'sequence'))
    where id = ${sentLast}`);

  await bringUpToDate();
  const last = () => pending.last(db.write);
  const page = async (after = '0') =>
    pending.next(db.write, { after, last: await last() }, { documents: 100, bytes: 1_000_000 });
  const waiting = await page();
  expect(waiting.documents).toEqual(
    ids.slice(0, 3).map((id, place) => ({
      tenantId: 't',
      kind: 'alert',
      id,
      version: '3',
      document: `{"place":${place + 1}}`,
      batch: waiting.batches[place],
    })),
  );
  const backlog = await pending.backlog(db.write);
  expect([backlog.waiting, backlog.refused, backlog.oldestS >= 3_600]).toEqual([3, 1, true]);

  // What is saved from then on is a batch of its own, and never one that something from before is of.
  const fresh = alertDocument(exampleAlert({ id: uuidv7(7), tenantId: 't' }));
  await pending.add(db.write, [fresh]);
  expect((await page(waiting.batches.at(-1))).documents.map(({ id }) => id)).toEqual([fresh.id]);
  await pending.settle(db.write, (await page()).batches);
  expect(await pending.resend(db.write, ['alert'], () => Promise.resolve(true))).toBe(6);
  expect((await page()).documents.map(({ id }) => id).toSorted()).toEqual([...ids.slice(0, 5), fresh.id].toSorted());
});
