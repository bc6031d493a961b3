import { GetEventJourney } from '@soc/contracts/bus/journey';
import { expect, test } from 'vitest';
import { principalSentTo, startTestGateway } from '../gateway.fixture.ts';
import { json, startFakeService } from '../upstream.fixture.ts';

const eventId = '01890000-0000-7000-8000-00000000e0e1';
const at = '2026-03-01T10:00:00.000Z';

const trail = (service: string, kind?: 'published' | 'handled') => ({
  service,
  eventId,
  publishedAt: kind === 'published' ? at : null,
  outcome: kind === 'handled' ? 'handled' : null,
  attempts: kind === 'handled' ? 1 : 0,
  entries:
    kind === undefined
      ? []
      : [
          {
            at,
            kind,
            type: 'alert.created',
            instance: `${service}-1`,
            batch: 1,
            attempt: null,
            reasonCode: null,
            reason: null,
            actor: null,
          },
        ],
});

test('the way of an event names its publisher and every receiver, and which services could not be asked', async () => {
  const alert = await startFakeService((_, response) => json(response, 200, trail('alert', 'published')));
  const ai = await startFakeService((_, response) => json(response, 200, trail('ai', 'handled')));
  const intel = await startFakeService((_, response) => json(response, 200, trail('intel')));
  const broken = await startFakeService((_, response) => json(response, 500, { not: 'a trail' }));
  const gateway = await startTestGateway({
    UPSTREAM_ALERT: alert.url,
    UPSTREAM_AI: ai.url,
    UPSTREAM_INTEL: intel.url,
    UPSTREAM_STORAGE: broken.url,
  });
  const { status, body } = await gateway.call(GetEventJourney, {
    params: { eventId },
    token: gateway.tokens.viewer,
    headers: { 'x-consistency-token': 'seen' },
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    eventId,
    publishedBy: 'alert',
    services: [trail('alert', 'published'), trail('ai', 'handled')],
    unreachable: ['auth', 'response', 'analytics', 'notification', 'storage'],
  });
  const [seen] = ai.seen;
  expect(seen?.url).toBe(`/api/v1/bus/ai/trail/${eventId}`);
  expect(seen?.headers['x-consistency-token']).toBe('seen');
  expect(await principalSentTo('ai', seen?.headers.authorization)).toEqual(gateway.principals.viewer);
});

test('an instance that fails is not the last word of its service', async () => {
  const [bad, good] = [
    await startFakeService((_, response) => json(response, 500, {})),
    await startFakeService((_, response) => json(response, 200, trail('ai', 'handled'))),
  ];
  const gateway = await startTestGateway({ UPSTREAM_AI: `${bad.url},${good.url}` });
  for (let time = 0; time < 2; time += 1) {
    const { body } = await gateway.call(GetEventJourney, { params: { eventId } });
    expect(body.services).toEqual([trail('ai', 'handled')]);
  }
});

test('who may not operate the bus at a service learns nothing from the others', async () => {
  const alert = await startFakeService((_, response) => json(response, 200, trail('alert', 'published')));
  const ai = await startFakeService((_, response) => json(response, 403, { code: 'bus.not_operator' }));
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url, UPSTREAM_AI: ai.url });
  const { status, problem } = await gateway.call(GetEventJourney, { params: { eventId } });
  expect([status, problem?.code]).toEqual([403, 'bus.not_operator']);
});
