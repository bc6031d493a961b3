import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createDbCluster, migrate, sql } from '@soc/db-cluster';
import { createTestDatabase, makeTemporaryDirectory } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { expect, test } from 'vitest';
import { createBusRepository } from './bus-repository.ts';
import { messagingMigrations } from './index.ts';
import { createOrderedOutboxRepository } from './ordered-outbox-repository.ts';

/** The first of what is taken apart since. */
const UNORDERED_OUTBOX = '0008';

test('what an outbox of before held is taken after the upgrade, each once, in order', async () => {
  const temporary = await makeTemporaryDirectory('migrations');
  // A migration is known by this part of its path.
  const before = join(temporary.path, 'messaging/migrations/');
  await mkdir(before, { recursive: true });
  for (const name of await readdir(messagingMigrations)) {
    if (name < UNORDERED_OUTBOX) await copyFile(new URL(name, messagingMigrations), join(before, name));
  }
  const { url, drop } = await createTestDatabase('storage');
  await migrate({ url, schema: 'storage', directories: [pathToFileURL(before)] });
  const db = createDbCluster({
    primaryUrl: url,
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('storage', 'test'),
    onError: () => undefined,
  });
  await db.write.query(sql`
    insert into storage.outbox (type, envelope, subject)
    select 'alert.updated', place::text, case when place % 2 = 0 then 'subject' end from generate_series(1, 6) as place`);

  await migrate({ url, schema: 'storage', directories: [messagingMigrations] });
  const bus = createBusRepository('storage');
  const ordered = createOrderedOutboxRepository('storage');
  const unordered = await db.tx((tx) => bus.takeOldest(tx, 10, 0));
  expect(unordered.map(({ envelope }) => envelope)).toEqual(['1', '3', '5']);
  const inOrder = await db.tx((tx) => ordered.take(tx, { limitRows: 10, olderThanMs: 0, ids: [] }));
  expect(inOrder.map(({ envelope }) => envelope)).toEqual(['2', '4', '6']);
  expect(await bus.backlog(db.write)).toMatchObject({ messages: 0 });
  await db.close();
  await drop();
  await temporary[Symbol.asyncDispose]();
});
