import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { auditEvents } from '@soc/contracts';
import { GetObject, StoreObject } from '@soc/contracts/storage/objects';
import { ListPurges, PutRetention } from '@soc/contracts/storage/retention';
import { makeTemporaryDirectory, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

const BY = { deadlineMs: 45_000 };

let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  service = await startTestService(storageService, {
    env: { EVIDENCE_DIR: directory.path, RETENTION_EVERY_S: '1' },
  });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});

const store = async (content: string) =>
  (await service.call(StoreObject, { query: { filename: 'a' }, body: content })).body.id;

/** As somebody would who writes past the service: an entry without a link behind one that has a link. */
const breakCustody = (id: string) =>
  service.query(
    `insert into storage.custody_entries values ($1, 2, 'default', 'verified', 'ann', 'ann', now(), '{}')`,
    [id],
  );

const hasContent = (id: string): Promise<boolean> =>
  access(join(directory.path, 'objects/default', id.slice(-2), id)).then(
    () => true,
    () => false,
  );

const audited = async (action: string) => {
  const spec = auditEvents.get('storage');
  if (!spec) throw new Error('storage records');
  return service.published(spec, { where: ({ data }) => data.action === action });
};

test('what has a broken custody is not purged, is told of in every way, and is in the way of no other', async () => {
  const [before, broken, after] = [await store('before'), await store('broken'), await store('after')];
  await breakCustody(broken);
  await service.query(`update storage.objects set stored_at = now() - interval '10 days'`);
  await service.call(PutRetention, { params: { kind: 'evidence' }, body: { keepDays: 9 } });
  const purge = await waitFor(async () => {
    const { items } = (await service.call(ListPurges)).body;
    return items.find(({ finishedAt, count }) => finishedAt !== null && count > 0);
  }, BY);
  expect(purge).toMatchObject({ count: 2, heldCount: 0, brokenCount: 1 });
  expect(await Promise.all([before, broken, after].map(hasContent))).toEqual([false, true, false]);
  expect((await service.call(GetObject, { params: { id: broken } })).body.purgedAt).toBeNull();

  const [kept] = await audited('evidence.purge');
  expect(kept.data).toMatchObject({
    outcome: 'failure',
    reason: 'storage.custody_broken',
    target: { type: 'evidence', id: broken },
    details: { purgeId: purge.id },
  });
  const [summary] = await audited('retention.purge');
  expect(summary.data.details).toMatchObject({ count: 2, brokenCount: 1 });
  const metrics = (await service.app.inject('/metrics')).body;
  const [, counted = '0'] = /^soc_storage_purge_broken_custody_total(?:\{[^}]*\})? (\d+)$/m.exec(metrics) ?? [];
  expect(Number(counted)).toBeGreaterThan(0);
});

test('what a purge that nobody goes on with has left is settled, also behind one whose custody is broken', async () => {
  const [broken, left] = [await store('broken and gone'), await store('left')];
  await breakCustody(broken);
  const gone = join(directory.path, 'objects/default', broken.slice(-2), broken);
  await rm(gone);
  await service.query(
    `update storage.objects set purge_id = gen_random_uuid(), purge_begun_at = now() - interval '1 hour' * age
     from (values ($1::uuid, 2), ($2::uuid, 1)) as begun (named, age) where id = named`,
    [broken, left],
  );
  const begun = () =>
    service.query('select from storage.objects where purge_begun_at is not null and purged_at is null');
  await waitFor(async () => (await begun()).length === 0, BY);
  expect(await hasContent(left)).toBe(true);
});
