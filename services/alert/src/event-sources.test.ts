import { ListAlerts } from '@soc/contracts/alert/queries';
import { GetAlertTimeline } from '@soc/contracts/alert/timeline';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { defineService } from '@soc/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from './app.ts';
import { AlertConfig } from './config.ts';
import { type AlertDeps, createAlertDeps } from './deps.ts';

const MINUTE_MS = 60_000;
const env = { SILENT_SOURCE_S: '600' };
const now = () => new Date(clockMs);
let clockMs = Date.now();
let service: TestService;
let other: TestService;
let [one, two]: AlertDeps[] = [];

/** A replica of the service whose clock and workers the test has in its hand. */
const replica = (take: (deps: AlertDeps) => void) =>
  defineService({
    name: 'alert',
    config: AlertConfig,
    migrations: new URL('../migrations/', import.meta.url),
    create: (platform) => {
      take(createAlertDeps(platform));
      return { routes: [] };
    },
  });

beforeAll(async () => {
  service = await startTestService(alertService, { env, now });
  const options = { env: { ...service.env, PORT: '0' }, now };
  other = await startTestService(
    replica((deps) => (one = deps)),
    options,
  );
  const third = await startTestService(
    replica((deps) => (two = deps)),
    options,
  );
  const { close } = other;
  other = {
    ...other,
    close: async () => void (await Promise.all([close({ keepData: true }), third.close({ keepData: true })])),
  };
});
afterAll(async () => {
  await other.close();
  await service.close();
});

const alertsOf = async (source: string) =>
  (await service.call(ListAlerts, { query: { q: source } })).body.items.filter(({ source: by }) => by === 'soc');

const each = <T>(ask: (deps: AlertDeps) => Promise<T>): Promise<T[]> =>
  Promise.all([one, two].flatMap((deps) => (deps ? [ask(deps), ask(deps)] : [])));

test('a source that falls silent raises one alert, whatever the number of replicas that look', async () => {
  await each(({ eventSources }) => eventSources.heard('default', 'firewall'));
  await one?.eventSources.heard('default', 'proxy');
  clockMs += 9 * MINUTE_MS;
  await each(({ eventSources }) => eventSources.look());
  expect(await alertsOf('firewall')).toEqual([]);
  await one?.eventSources.heard('default', 'proxy');
  clockMs += MINUTE_MS;
  const found = await each(({ eventSources }) => eventSources.look());
  expect(found.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1]);
  clockMs += 5 * MINUTE_MS;
  await each(({ eventSources }) => eventSources.look());
  expect(await alertsOf('firewall')).toMatchObject([{ title: 'No more events from firewall', occurrences: 1 }]);
  expect(await alertsOf('proxy')).toEqual([]);
});

test('that it is back is told once, in the timeline of its alert, and the next silence is another alert', async () => {
  const [alert] = await alertsOf('firewall');
  await each(({ eventSources }) => eventSources.heard('default', 'firewall'));
  const { items } = (await service.call(GetAlertTimeline, { params: { id: alert?.id ?? '' } })).body;
  expect(items.filter(({ kind }) => kind === 'resolved')).toMatchObject([
    { summary: 'firewall sends events again, after 15 minutes' },
  ]);
  clockMs += 10 * MINUTE_MS;
  await each(({ eventSources }) => eventSources.look());
  expect(await alertsOf('firewall')).toHaveLength(2);
});

test('sources are told apart by tenant', async () => {
  await one?.eventSources.heard('other', 'edr');
  await one?.eventSources.heard('default', 'edr');
  clockMs += 9 * MINUTE_MS;
  await one?.eventSources.heard('default', 'edr');
  clockMs += 2 * MINUTE_MS;
  expect(await two?.eventSources.look()).toBe(1);
  expect(await alertsOf('edr')).toEqual([]);
  const rows = await service.query(
    `select tenant_id from alert.event_sources where silent_since is not null and source = 'edr'`,
  );
  expect(rows).toEqual([{ tenant_id: 'other' }]);
});

test('a source of another tenant is not to be seen', async () => {
  const seen = await service
    .asTenant('default')
    .query<{ tenant_id: string }>({ text: 'select distinct tenant_id from alert.event_sources', values: [] });
  expect(seen).toEqual([{ tenant_id: 'default' }]);
});
