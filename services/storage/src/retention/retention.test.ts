import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditEvents, MetricRecorded, uuidv7 } from '@soc/contracts';
import { DownloadObject, GetObject, ListCustody, StoreObject, VerifyObject } from '@soc/contracts/storage/objects';
import { ListPurges, PreviewRetention, PutRetention } from '@soc/contracts/storage/retention';
import { makeTemporaryDirectory, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { storageService } from '../app.ts';

const BY = { deadlineMs: 60_000 };

async function startStorage(everyS: number) {
  const directory = await makeTemporaryDirectory('evidence');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const service = await startTestService(storageService, {
    env: { EVIDENCE_DIR: directory.path, RETENTION_EVERY_S: String(everyS) },
  });
  onTestFinished(() => service.close());
  return { service, pathOf: (id: string) => join(directory.path, 'objects/default', id.slice(-2), id) };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const keep = (service: TestService, kind: 'evidence' | 'alert' | 'metric', keepDays: number) =>
  service.call(PutRetention, { params: { kind }, body: { keepDays } });

const finished = (service: TestService, kind: string) =>
  waitFor(async () => {
    const { items } = (await service.call(ListPurges)).body;
    return items.find((purge) => purge.kind === kind && purge.finishedAt !== null);
  }, BY);

test('evidence that is too old loses its content and keeps its custody; a hold wins, also one that the store alone knows', async () => {
  const { service, pathOf } = await startStorage(1);
  const store = async (content: string) =>
    (await service.call(StoreObject, { query: { filename: 'a' }, body: content })).body.id;
  const [old, young, held, retained, heldByStore] = [
    await store('old'),
    await store('young'),
    await store('held'),
    await store('retained'),
    await store('held by the store'),
  ];
  await writeFile(`${pathOf(heldByStore)}.hold`, JSON.stringify({ legalHold: true, retainUntil: null }));
  await service.query(`update storage.objects set stored_at = now() - interval '10 days' where id <> $1`, [young]);
  await service.query('update storage.objects set legal_hold = true where id = $1', [held]);
  await service.query(`update storage.objects set retain_until = now() + interval '1 day' where id = $1`, [retained]);

  const preview = await service.call(PreviewRetention, { params: { kind: 'evidence' }, query: { keepDays: 9 } });
  expect(preview.body).toMatchObject({ count: 2, heldCount: 2, sizeBytes: 3 + 17 });
  expect(await exists(pathOf(old))).toBe(true);

  await keep(service, 'evidence', 9);
  const purge = await finished(service, 'evidence');
  expect(purge).toMatchObject({ keepDays: 9, count: 1, heldCount: 3, sizeBytes: 3 });
  const kept = await Promise.all([young, held, retained, heldByStore].map((id) => exists(pathOf(id))));
  expect([await exists(pathOf(old)), kept]).toEqual([false, [true, true, true, true]]);

  expect((await service.call(GetObject, { params: { id: old } })).body.purgedAt).not.toBeNull();
  const download = await service.call(DownloadObject, { params: { id: old } });
  expect([download.status, download.problem?.code]).toEqual([410, 'storage.content_gone']);
  const custody = (await service.call(ListCustody, { params: { id: old } })).body.items;
  expect(custody).toMatchObject([{ action: 'stored' }, { action: 'purged', detail: { purgeId: purge.id } }]);
  const verified = (await service.call(VerifyObject, { params: { id: old } })).body;
  expect(verified.custody).toEqual({ intact: true, entries: 2, signedEntries: 2, finding: null });

  const spec = auditEvents.get('storage');
  if (!spec) throw new Error('storage records');
  const [event] = await service.published(spec, { where: ({ data }) => data.action === 'retention.purge' });
  expect(event.data).toMatchObject({
    actor: { kind: 'system' },
    target: { type: 'retention', id: 'evidence' },
    details: { purgeId: purge.id, count: 1, heldCount: 3 },
  });
});

/** Two tenants have some, or one of them is not there yet. */
async function pointsOf(service: TestService) {
  const rows = await service.query<{ tenant_id: string; count: number }>(
    'select tenant_id, count(*)::int as count from storage.metric_points group by 1 order by 1',
  );
  return rows.length === 2 ? rows : [{ tenant_id: 'nobody', count: 0 }];
}

test('values and documents that are too old go, those of other tenants and younger ones stay', async () => {
  const { service } = await startStorage(1);
  const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  for (const tenantId of ['default', 'other']) {
    for (const days of [1, 5, 6]) {
      await service.emit(MetricRecorded, { name: 'x', value: 1, at: daysAgo(days), labels: {} }, { tenantId });
    }
  }
  await waitFor(async () => (await pointsOf(service)).every(({ count }) => count === 3), BY);
  await service.query(
    `insert into storage.documents (tenant_id, kind, id, version, title, severity, status, occurred_at, search)
     select 'default', 'alert', gen_random_uuid(), 1, 'x', 'high', 'new', now() - days * interval '1 day', 'x'
     from unnest('{1,5}'::int[]) as days`,
  );
  await keep(service, 'metric', 4);
  await keep(service, 'alert', 4);
  expect(await finished(service, 'metric')).toMatchObject({ count: 2 });
  expect(await finished(service, 'alert')).toMatchObject({ count: 1 });
  expect(await pointsOf(service)).toEqual([
    { tenant_id: 'default', count: 1 },
    { tenant_id: 'other', count: 3 },
  ]);
  expect(await service.query('select count(*)::int as count from storage.documents')).toEqual([{ count: 1 }]);
});

const OBJECTS = 100;

/** Old objects with contents, put where uploads would have put them. */
async function putOldObjects({
  service,
  pathOf,
}: Awaited<ReturnType<typeof startStorage>>): Promise<readonly string[]> {
  const ids = Array.from({ length: OBJECTS }, () => uuidv7(Date.now()));
  for (const id of ids) {
    await mkdir(join(pathOf(id), '..'), { recursive: true });
    await writeFile(pathOf(id), 'old');
  }
  await service.query(
    `insert into storage.objects (id, tenant_id, object_key, filename, content_type, size_bytes, sha256, stored_by, stored_at)
     select id, 'default', 'default/' || right(id::text, 2) || '/' || id, 'a', 'text/plain', 3, $2, 'ann', now() - interval '9 days'
     from unnest($1::uuid[]) as id`,
    [ids, 'a'.repeat(64)],
  );
  return ids;
}

const purgedSoFar = async (service: TestService): Promise<number> =>
  (
    await service.query<{ count: number }>(
      'select count(*)::int as count from storage.objects where purged_at is not null',
    )
  )[0]?.count ?? 0;

test('a purge that is killed in the middle goes on in another process; two at once purge each object once', async () => {
  const storage = await startStorage(3_600);
  const { service, pathOf } = storage;
  const ids = await putOldObjects(storage);
  await keep(service, 'evidence', 8);
  await service.query('update storage.retention_policies set due_at = now()');

  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const env = { ...service.env, RETENTION_EVERY_S: '1', INSTANCE_ID: 'storage-killed' };
  const doomed = fork(main, { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const exit = once(doomed, 'exit');
  await waitFor(async () => (await purgedSoFar(service)) > 0, { ...BY, everyMs: 5 });
  doomed.kill('SIGKILL');
  await exit;
  const before = await purgedSoFar(service);
  expect(before).toBeLessThan(OBJECTS);

  // Nobody waits for the end of the lease here.
  await service.query('update storage.retention_policies set lease_until = now()');
  const others = await Promise.all(
    ['a', 'b'].map((name) => startTestService(storageService, { env: { ...env, INSTANCE_ID: `storage-${name}` } })),
  );
  onTestFinished(async () => {
    for (const each of others) await each.close({ keepData: true });
  });
  expect(await finished(service, 'evidence')).toMatchObject({ count: OBJECTS, sizeBytes: 3 * OBJECTS });
  expect(await purgedSoFar(service)).toBe(OBJECTS);
  expect((await Promise.all(ids.map((id) => exists(pathOf(id))))).filter(Boolean)).toEqual([]);
  const entries = await service.query<{ count: number; objects: number }>(
    `select count(*)::int as count, count(distinct object_id)::int as objects from storage.custody_entries where action = 'purged'`,
  );
  expect(entries).toEqual([{ count: OBJECTS, objects: OBJECTS }]);
  expect((await service.call(ListPurges)).body.items).toHaveLength(1);
}, 120_000);
