import { zstdCompressSync } from 'node:zlib';
import { EventReceived } from '@soc/contracts';
import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import { ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { startTestService } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { alertService } from './app.ts';
import { postAlert } from './arrange.fixture.ts';
import { createRawEvents } from './raw-events.ts';

const origin = { tenantId: 'default', correlationId: 'here' };
const told = (search: 'off' | 'alerts' | 'all') =>
  createRawEvents({
    now: () => new Date('2026-03-01T00:00:00Z'),
    search,
    outbox: { message: (_, payload) => ({ id: 'x', type: 'x', envelope: JSON.stringify(payload) }) },
  });
const textsIn = (messages: readonly { readonly envelope: string }[]): readonly (readonly string[])[] =>
  messages.map(({ envelope }) => EventReceived.payload.parse(JSON.parse(envelope)).items.map(({ text }) => text));

test('the events of a block are told of a hundred at a time, each cut to what is searched, if all are to be', async () => {
  const lines = [...Array.from({ length: 100 }, (_, index) => `event ${index}`), '', 'x'.repeat(10_000)];
  const body = zstdCompressSync(lines.join('\n'));
  const [first, second] = textsIn(await told('all').ofBlock(body, 'sysmon', origin));
  expect([first?.length, second]).toEqual([100, ['x'.repeat(8_000)]]);
  expect(await told('alerts').ofBlock(body, 'sysmon', origin)).toEqual([]);
});

const payload = { title: 'From a webhook', severity: 'high', id: 'raw-1' };

test.each([
  ['alerts', ['webhook']],
  ['all', ['webhook', 'block']],
] as const)('with %s, what is told of is %j', async (search, expected) => {
  const service = await startTestService(alertService, { env: { SEARCH_RAW_EVENTS: search } });
  onTestFinished(() => service.close());
  // What comes as an alert is told of as one.
  await postAlert(service);
  const { body } = await service.call(ReceiveWebhook, { params: { source: 'generic' }, body: payload });
  await service.call(IngestEvents, { query: { source: 'sysmon' }, body: '{"EventID":1,"Image":"a.exe"}\n' });
  const events = await service.published(EventReceived, { count: expected.length });
  // An event may be on the bus twice: items are told apart by their ids.
  const items = [...new Map(events.flatMap(({ data }) => data.items.map((item) => [item.id, item] as const))).values()];
  const kinds = items.map(({ alertId }) => (alertId === null ? 'block' : 'webhook'));
  expect(new Set(kinds)).toEqual(new Set(expected));
  expect(kinds).toHaveLength(expected.length);
  const item = items.find(({ alertId }) => alertId !== null);
  expect([item?.alertId, JSON.parse(item?.text ?? '')]).toEqual([body.alerts[0]?.id, payload]);
});
