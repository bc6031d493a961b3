import { BusService, MetricRecorded, UserChanged } from '@soc/contracts';
import { type BusOperations, busOperations } from '@soc/contracts/bus/endpoints';
import { subscription } from '@soc/messaging';
import type { ServiceDefinition } from '@soc/service-kit';
import { expect, inject } from 'vitest';
import { coverRefusals } from './cover-refusals.ts';
import { startTestService, type TestService, type TestServiceOptions } from './test-service.ts';
import { waitFor } from './wait-for.ts';

const BY = { deadlineMs: 30_000 };
const NOBODYS_ID = '00000000-0000-7000-8000-00000000abcd';

/** An event for the service to choke on: of a type it does not hear by itself, or else the other. */
const PROBES = [
  { spec: MetricRecorded, payload: { name: 'x', value: 1, at: '2026-01-02T03:04:05Z', labels: {} } },
  {
    spec: UserChanged,
    payload: {
      userId: NOBODYS_ID,
      email: 'a@example.org',
      displayName: 'A',
      roles: [],
      active: true,
      change: 'created',
      changedAt: '2026-01-02T03:04:05Z',
      version: 1,
    },
  },
] as const;

/** The service with one more subscription, to a probe, whose handler does as the test says. */
function withProbe(definition: ServiceDefinition) {
  const state = {
    isBroken: true,
    handled: 0,
    gate: Promise.resolve(),
    type: '',
    emit: (_: TestService) => Promise.resolve(''),
  };
  const probed: ServiceDefinition = {
    ...definition,
    create: async (platform) => {
      const parts = await definition.create(platform);
      const heard = new Set(parts.subscriptions?.map(({ spec }) => spec.type));
      const [metric, user] = PROBES;
      const handle = async (): Promise<void> => {
        if (state.isBroken) throw new TypeError('the cause is not fixed');
        state.handled += 1;
        await state.gate;
      };
      const isMetric = !heard.has(metric.spec.type);
      state.type = isMetric ? metric.spec.type : user.spec.type;
      state.emit = (service) =>
        isMetric ? service.emit(metric.spec, metric.payload) : service.emit(user.spec, { ...user.payload, roles: [] });
      const options = { retry: { maxAttempts: 1 } };
      const probe = isMetric ? subscription(metric.spec, handle, options) : subscription(user.spec, handle, options);
      return { ...parts, subscriptions: [...(parts.subscriptions ?? []), probe] };
    },
  };
  return { state, probed };
}

type Probe = ReturnType<typeof withProbe>['state'];

/**
 * Proves that a service serves the operations of its bus as their contracts say: every declared status of each, with a real
 * event that ends in the dead letters, is read, replayed, discarded, and given again by its time.
 */
export async function coverBusOperations(
  definition: ServiceDefinition,
  options: TestServiceOptions = {},
): Promise<void> {
  const bus = busOperations[BusService.parse(definition.name)];
  const { state, probed } = withProbe(definition);
  // The user of the service may read nothing but what its contracts say; the probe is none of it.
  const env = { ...options.env, REDIS_URL: inject('redisUrl') };
  const service = await startTestService(probed, { ...options, env });
  try {
    await coverRefusals(service, Object.values(bus));
    await coverOtherTenants(service, bus);
    await coverDeadLetters(service, bus, state);
    await coverReplays(service, bus, state);
  } finally {
    state.gate = Promise.resolve();
    await service.close();
  }
}

/** Whoever runs the fleet of another tenant may read and do nothing here. */
async function coverOtherTenants(service: TestService, bus: BusOperations): Promise<void> {
  const token = service.tokens.otherTenantAdmin;
  const params = { eventId: NOBODYS_ID, id: NOBODYS_ID };
  const reason = 'none of theirs';
  const answers = await Promise.all([
    service.call(bus.listDeadLetters, { token }),
    service.call(bus.getDeadLetter, { token, params }),
    service.call(bus.replayDeadLetter, { token, params }),
    service.call(bus.replayDeadLetters, { token, body: {} }),
    service.call(bus.discardDeadLetter, { token, params, body: { reason } }),
    service.call(bus.discardDeadLetters, { token, body: { reason } }),
    service.call(bus.startReplay, { token, body: { type: 'metric.recorded', from: '2026-01-01T00:00:00Z' } }),
    service.call(bus.listReplays, { token }),
    service.call(bus.getReplay, { token, params }),
    service.call(bus.cancelReplay, { token, params }),
    service.call(bus.getTrail, { token, params }),
  ]);
  expect(answers.map(({ problem }) => problem?.code)).toEqual(answers.map(() => 'bus.not_operator'));
}

/** Puts an event among the dead letters; resolves with its id. */
async function bury(service: TestService, bus: BusOperations, probe: Probe): Promise<string> {
  probe.isBroken = true;
  const eventId = await probe.emit(service);
  await waitFor(async () => {
    const { body } = await service.call(bus.listDeadLetters, { query: { type: probe.type } });
    return body.items.some((letter) => letter.eventId === eventId);
  }, BY);
  probe.isBroken = false;
  return eventId;
}

/** The words of a handler may hold values of a payload, and are for those who may see it. */
async function coverReasons(service: TestService, bus: BusOperations, eventId: string): Promise<void> {
  const of = { params: { eventId } };
  const reasonsFor = async (token: string) => {
    const list = await service.call(bus.listDeadLetters, { token });
    const trail = await service.call(bus.getTrail, { ...of, token });
    return [
      list.body.items.find((letter) => letter.eventId === eventId)?.reason,
      (await service.call(bus.getDeadLetter, { ...of, token })).body.reason,
      trail.body.entries.find(({ kind }) => kind === 'buried')?.reason,
    ];
  };
  const full = 'TypeError: the cause is not fixed';
  expect(await reasonsFor(service.tokens.viewer)).toEqual(Array(3).fill('handler_failed: TypeError'));
  expect(await reasonsFor(service.tokens.admin)).toEqual(Array(3).fill(full));
}

async function coverDeadLetters(service: TestService, bus: BusOperations, probe: Probe): Promise<void> {
  const [replayed, discarded, ...rest] = [
    await bury(service, bus, probe),
    await bury(service, bus, probe),
    await bury(service, bus, probe),
    await bury(service, bus, probe),
  ];
  const [of, notThere] = [{ params: { eventId: replayed } }, { params: { eventId: NOBODYS_ID } }];

  const page = await service.call(bus.listDeadLetters, { query: { limit: 3, reasonCode: 'handler_failed' } });
  const next = await service.call(bus.listDeadLetters, { query: { limit: 3, cursor: page.body.nextCursor ?? '' } });
  expect([...page.body.items, ...next.body.items]).toHaveLength(4);
  const bad = await service.call(bus.listDeadLetters, { query: { cursor: 'bm8' } });
  expect([bad.status, bad.problem?.errors?.[0]?.path]).toEqual([400, 'query.cursor']);

  const opened = await service.call(bus.getDeadLetter, of);
  expect(opened.body).toMatchObject({ eventId: replayed, sealed: null, contents: [{ id: replayed }] });
  const sealed = await service.call(bus.getDeadLetter, { ...of, token: service.tokens.viewer });
  expect([sealed.status, sealed.body.contents, sealed.body.sealed]).toEqual([200, null, 'no_permission']);
  for (const token of [service.tokens.admin, service.tokens.viewer]) {
    expect((await service.call(bus.getDeadLetter, { ...notThere, token })).problem?.code).toBe(
      'bus.dead_letter_not_found',
    );
  }

  await coverReasons(service, bus, replayed);
  probe.isBroken = true;
  expect((await service.call(bus.replayDeadLetter, of)).body).toMatchObject({
    outcome: 'failed',
    letter: { attempts: 2 },
  });
  probe.isBroken = false;
  expect((await service.call(bus.replayDeadLetter, of)).body).toMatchObject({ outcome: 'replayed' });
  expect((await service.call(bus.replayDeadLetter, of)).problem?.code).toBe('bus.dead_letter_settled');
  expect((await service.call(bus.replayDeadLetter, notThere)).status).toBe(404);

  const body = { reason: 'a test' };
  const discard = { params: { eventId: discarded }, body };
  expect((await service.call(bus.discardDeadLetter, discard)).body).toMatchObject({
    state: 'discarded',
    discardReason: 'a test',
  });
  expect((await service.call(bus.discardDeadLetter, discard)).problem?.code).toBe('bus.dead_letter_settled');
  expect((await service.call(bus.discardDeadLetter, { ...notThere, body })).status).toBe(404);

  const one = await service.call(bus.replayDeadLetters, { body: { type: probe.type, limit: 1 } });
  expect(one.body).toEqual({ replayed: 1, alreadyDone: 0, failed: 0, remaining: rest.length - 1 });
  const all = await service.call(bus.discardDeadLetters, { body: { ...body, type: probe.type } });
  expect(all.body).toEqual({ discarded: rest.length - 1, remaining: 0 });
  expect(probe.handled).toBe(2);

  const trail = await service.call(bus.getTrail, of);
  expect(trail.body).toMatchObject({ outcome: 'replayed', attempts: 3 });
  expect(trail.body.entries.map(({ kind }) => kind)).toEqual([
    'buried',
    'inspected',
    'inspected',
    'replay_failed',
    'replayed',
  ]);
  expect(trail.body.entries.at(-1)?.actor?.name).toBe('Test admin');
  expect((await service.call(bus.getTrail, notThere)).body).toMatchObject({ outcome: null, entries: [] });
}

async function coverReplays(service: TestService, bus: BusOperations, probe: Probe): Promise<void> {
  const body = { type: probe.type, from: new Date(Date.now() - 3_600_000).toISOString() };
  const opening = Promise.withResolvers<void>();
  probe.gate = opening.promise;
  const { handled } = probe;
  const held = await service.call(bus.startReplay, { body });
  expect([held.status, held.body.state]).toEqual([202, 'running']);
  await waitFor(() => probe.handled > handled, BY);
  expect((await service.call(bus.startReplay, { body })).problem?.code).toBe('bus.replay_running');
  const of = { params: { id: held.body.id } };
  expect((await service.call(bus.cancelReplay, of)).body).toMatchObject({ state: 'cancelled', handled: 0 });
  expect((await service.call(bus.cancelReplay, of)).problem?.code).toBe('bus.replay_ended');
  opening.resolve();

  const started = await service.call(bus.startReplay, { body });
  const id = { params: { id: started.body.id } };
  const done = await waitFor(async () => {
    const replay = (await service.call(bus.getReplay, id)).body;
    return replay.state === 'done' && replay;
  }, BY);
  expect(done).toMatchObject({ handled: 4, failed: 0, progress: 1 });
  const all = await service.call(bus.listReplays, { query: { type: probe.type, limit: 1 } });
  expect([all.body.items[0]?.id, all.body.nextCursor]).toEqual([started.body.id, expect.any(String)]);
  const older = await service.call(bus.listReplays, { query: { cursor: all.body.nextCursor ?? '' } });
  expect(older.body.items.map(({ state }) => state)).toEqual(['cancelled']);

  const unheard = await service.call(bus.startReplay, { body: { ...body, type: 'nothing.heard' } });
  expect(unheard.problem?.code).toBe('bus.not_subscribed');
  const backwards = await service.call(bus.startReplay, { body: { ...body, to: '2020-01-01T00:00:00Z' } });
  expect([backwards.status, backwards.problem?.errors?.[0]?.path]).toEqual([400, 'body.to']);
  for (const endpoint of [bus.getReplay, bus.cancelReplay]) {
    expect((await service.call(endpoint, { params: { id: NOBODYS_ID } })).problem?.code).toBe('bus.replay_not_found');
  }
}
