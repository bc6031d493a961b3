import { auditEvents, MetricRecorded } from '@soc/contracts';
import {
  DeleteRetention,
  ListPurges,
  ListRetention,
  PreviewRetention,
  PutRetention,
} from '@soc/contracts/storage/retention';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(storageService, { env: { EVIDENCE_DIR: '/nonexistent' } });
});
afterAll(() => service.close());

const put = (kind: 'alert' | 'event', keepDays: number) =>
  service.call(PutRetention, { params: { kind }, body: { keepDays } });

test('a policy is set by an administrator, carried out a round later, told, replaced, removed, and all of it is audited', async () => {
  const { status, body } = await put('event', 30);
  expect([status, body]).toMatchObject([200, { kind: 'event', keepDays: 30, updatedBy: 'Test admin' }]);
  expect(Date.parse(body.nextPurgeAt) - Date.parse(body.updatedAt)).toBe(3_600_000);
  await put('event', 60);
  const list = async (token: string) => (await service.call(ListRetention, { token })).body.items;
  expect(await list(service.tokens.viewer)).toMatchObject([{ kind: 'event', keepDays: 60 }]);
  expect(await list(service.tokens.otherTenantAdmin)).toEqual([]);
  const remove = (token = service.tokens.admin) => service.call(DeleteRetention, { params: { kind: 'event' }, token });
  expect((await remove(service.tokens.otherTenantAdmin)).problem?.code).toBe('storage.retention_not_found');
  expect((await remove()).status).toBe(204);
  expect((await remove()).status).toBe(404);
  const spec = auditEvents.get('storage');
  if (!spec) throw new Error('storage records');
  for (const action of ['retention.set', 'retention.remove']) {
    const [event] = await service.published(spec, { where: ({ data }) => data.action === action });
    expect(event.data).toMatchObject({ outcome: 'success', target: { type: 'retention', id: 'event' } });
  }
});

test('who works with evidence may not say when it goes', async () => {
  const { status } = await service.call(PutRetention, {
    params: { kind: 'evidence' },
    body: { keepDays: 1 },
    token: service.tokens.responder,
  });
  expect(status).toBe(403);
});

test.each([0, 36_501, 1.5, '7'])('%j days are refused by name', async (keepDays) => {
  const { status, problem } = await service.call(PutRetention, {
    params: { kind: 'alert' },
    body: { keepDays: keepDays as number },
  });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'body.keepDays']);
});

test('a dry run counts documents and values, and removes none', async () => {
  const at = new Date(Date.now() - 3 * 86_400_000).toISOString();
  for (const tenantId of ['default', 'other']) {
    await service.emit(MetricRecorded, { name: 'x', value: 1, at, labels: {} }, { tenantId });
  }
  const points = async () => (await service.query('select from storage.metric_points')).length;
  await waitFor(async () => (await points()) === 2, { deadlineMs: 60_000 });
  for (const [kind, count] of [
    ['metric', 1],
    ['comment', 0],
  ] as const) {
    const { status, body } = await service.call(PreviewRetention, { params: { kind }, query: { keepDays: 2 } });
    expect([status, body]).toMatchObject([200, { kind, count, heldCount: 0 }]);
  }
  expect(await points()).toBe(2);
  expect((await service.call(ListPurges)).body.items).toEqual([]);
});
