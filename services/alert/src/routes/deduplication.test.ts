import { AlertUpdated } from '@soc/contracts';
import {
  DEDUPLICATION_SOURCES,
  type DeduplicationBody,
  DeleteDeduplication,
  GetDeduplication,
  ListDeduplication,
  PutDeduplication,
} from '@soc/contracts/alert/deduplication';
import { CreateAlert, ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { GetAlert } from '@soc/contracts/alert/queries';
import { GetAlertTimeline } from '@soc/contracts/alert/timeline';
import { UpdateAlert } from '@soc/contracts/alert/triage';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const put = (source: string, body: Partial<DeduplicationBody>) =>
  service.call(PutDeduplication, { params: { source }, body });
const post = async (body: object) => (await service.call(CreateAlert, { body })).body;
const get = async (id: string) => (await service.call(GetAlert, { params: { id } })).body;
const timelineOf = async (id: string) => (await service.call(GetAlertTimeline, { params: { id } })).body.items;

test('fingerprint fields of a source say which of its alerts are the same', async () => {
  const alert = (title: string, host: string, source = 'edr') => ({
    title,
    severity: 'low',
    source,
    ruleId: 'R1',
    observables: [{ type: 'host', value: host }],
  });
  expect((await post(alert('One', 'a1', 'other'))).id).not.toBe((await post(alert('Two', 'a2', 'other'))).id);
  const answer = await put('edr', { fingerprint: ['ruleId', 'severity'] });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    { source: 'edr', fingerprint: ['ruleId', 'severity'], windowS: null, nearDistance: null, updatedBy: 'Test admin' },
  ]);
  const first = await post(alert('One', 'a1'));
  expect(await post(alert('Two', 'a2'))).toMatchObject({ id: first.id, occurrences: 2 });
  await put('edr', { fingerprint: ['ruleId', 'observables.host'] });
  const second = await post(alert('Three', 'A1'));
  expect(second.deduplicated).toBe(false);
  expect(await post(alert('Four', 'a1'))).toMatchObject({ id: second.id });
  expect((await post(alert('Five', 'a2'))).deduplicated).toBe(false);
});

test('near-duplicates of one rule and host are counted with the first, which tells how near', async () => {
  await put('disks', { nearDistance: 8 });
  const alert = (percent: number, host = 'srv1', ruleId = 'disk') => ({
    title: `Disk /var/lib/data is filling up`,
    description: `The file system /var/lib/data has ${percent} % used at ${percent}:00 hours and grows by the hour`,
    severity: 'low',
    source: 'disks',
    ruleId,
    fingerprint: undefined,
    observables: [{ type: 'host', value: host }],
    tags: [`p${percent}`],
  });
  // Told apart by their texts: only then there is something to be near.
  await put('disks', { nearDistance: 8, fingerprint: ['ruleId', 'observables.host', 'description'] });
  const first = await post(alert(91));
  const near = await post(alert(97));
  expect(near).toMatchObject({ id: first.id, occurrences: 2, deduplicated: true, nearDistance: 0 });
  expect(await post(alert(97))).toMatchObject({ id: first.id, occurrences: 3, nearDistance: 0 });
  for (const another of [alert(98, 'srv2'), alert(98, 'srv1', 'disk2')]) {
    expect((await post(another)).deduplicated).toBe(false);
  }
  const different = {
    ...alert(99),
    title: 'Smart errors on /dev/sdb',
    description: 'Reallocated sectors were counted',
  };
  expect((await post(different)).deduplicated).toBe(false);
  expect((await timelineOf(first.id)).filter(({ kind }) => kind === 'near_duplicate')).toMatchObject([
    { summary: expect.stringContaining('0 of 64 bits differ'), data: { distance: 0 } },
  ]);
  await put('disks', { fingerprint: ['ruleId', 'observables.host', 'description'] });
  expect((await post(alert(55))).deduplicated).toBe(false);
});

describe('an alert whose source says that it is over', () => {
  const news = async (name: string, status: 'firing' | 'resolved', minute: number) => {
    const time = `2026-03-01T08:${String(minute).padStart(2, '0')}:00Z`;
    const alert = { status, labels: { alertname: name, instance: 'srv9' }, startsAt: time, endsAt: time };
    const answer = await service.call(ReceiveWebhook, {
      params: { source: 'prometheus-alertmanager' },
      body: { status, alerts: [alert] },
    });
    expect(answer.status).toBe(202);
    return answer.body.alerts[0]?.id ?? '';
  };

  test('is resolved, and firing again when it happens again', async () => {
    const id = await news('Flapping', 'firing', 0);
    expect((await get(id)).resolvedAt).toBeNull();
    expect(await news('Flapping', 'resolved', 5)).toBe(id);
    expect((await get(id)).resolvedAt).toBe('2026-03-01T08:05:00.000Z');
    expect(await news('Flapping', 'firing', 7)).toBe(id);
    expect(await get(id)).toMatchObject({ resolvedAt: null, occurrences: 2, status: 'new' });
    const kinds = (await timelineOf(id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'resolved' || kind === 'fired_again')).toEqual(['resolved', 'fired_again']);
    const events = await service.published(AlertUpdated, { count: 2, where: ({ subject }) => subject === id });
    expect(events.map(({ data }) => [data.changed, data.alert.resolvedAt])).toEqual([
      [['resolvedAt'], '2026-03-01T08:05:00.000Z'],
      [['resolvedAt'], null],
    ]);
  });

  test('is judged by event time, in whatever order the news comes', async () => {
    const orders: readonly (readonly ['firing' | 'resolved', number][])[] = [
      [
        ['firing', 0],
        ['firing', 2],
        ['resolved', 5],
      ],
      [
        ['firing', 2],
        ['resolved', 5],
        ['firing', 0],
      ],
      [
        ['resolved', 5],
        ['firing', 0],
        ['firing', 2],
      ],
    ];
    for (const [index, order] of orders.entries()) {
      const ids = new Set<string>();
      for (const [status, minute] of order) ids.add(await news(`Disordered ${index}`, status, minute));
      const [id = '', ...others] = ids;
      expect(others).toEqual([]);
      expect(await get(id)).toMatchObject({ resolvedAt: '2026-03-01T08:05:00.000Z', occurrences: 2 });
    }
  });

  test('is back in work when people had closed it, unless as noise', async () => {
    const id = await news('Closed', 'firing', 0);
    await news('Closed', 'resolved', 5);
    await service.call(UpdateAlert, { params: { id }, body: { status: 'closed' } });
    expect(await news('Closed', 'firing', 9)).toBe(id);
    expect(await get(id)).toMatchObject({ status: 'investigating', closedAt: null, resolvedAt: null });
    await service.query(`update alert.alerts set status = 'closed', verdict = 'false_positive' where id = $1`, [id]);
    await news('Closed', 'resolved', 12);
    await news('Closed', 'firing', 15);
    expect(await get(id)).toMatchObject({ status: 'closed', resolvedAt: null });
  });
});

test('there is an end to how many sources have settings, not to changing those that have', async () => {
  const token = service.tokens.otherTenantAdmin;
  await service.query(
    `insert into alert.deduplication (tenant_id, source, updated_at, updated_by)
     select 'other', 'source-' || number, now(), 'a test' from generate_series(1, $1) as number`,
    [DEDUPLICATION_SOURCES],
  );
  const set = (source: string) => service.call(PutDeduplication, { params: { source }, body: { windowS: 60 }, token });
  const more = await set('one-more');
  expect([more.status, more.problem?.code]).toEqual([409, 'deduplication.too_many']);
  expect((await set('source-1')).status).toBe(200);
  await service.query(`delete from alert.deduplication where tenant_id = 'other'`);
});

test('settings are read, listed and removed, each tenant its own', async () => {
  const params = { source: 'listed' };
  await put('listed', { windowS: 60 });
  expect((await service.call(GetDeduplication, { params })).body).toMatchObject({ source: 'listed', windowS: 60 });
  const listed = await service.call(ListDeduplication, { query: { limit: 200 } });
  expect([listed.status, listed.body.items.map(({ source }) => source)]).toEqual([200, ['disks', 'edr', 'listed']]);
  const token = service.tokens.otherTenantAdmin;
  expect((await service.call(ListDeduplication, { token })).body.items).toEqual([]);
  expect((await service.call(DeleteDeduplication, { params, token })).status).toBe(404);
  expect((await service.call(DeleteDeduplication, { params })).status).toBe(204);
  for (const endpoint of [GetDeduplication, DeleteDeduplication]) {
    const gone = await service.call(endpoint, { params });
    expect([gone.status, gone.problem?.code]).toEqual([404, 'deduplication.not_set']);
  }
  const wrong = await service.call(PutDeduplication, { params, body: { fingerprint: ['colour'] as never } });
  expect([wrong.status, wrong.problem?.errors?.[0]?.path]).toEqual([400, 'body.fingerprint.0']);
});
