import { auditEvents } from '@soc/contracts';
import { expect, test } from 'vitest';
import { startTestGateway } from './gateway.fixture.ts';

test('who is refused at the gateway is in the audit trail, and a flood is told of without filling it', async () => {
  const spec = auditEvents.get('gateway');
  if (!spec) throw new Error('no audit of the gateway');
  const gateway = await startTestGateway();
  await gateway.send({ path: '/api/v1/auth/users', token: gateway.tokens.viewer });
  for (let i = 0; i < 40; i += 1) await gateway.send({ path: '/api/v1/alerts', token: null });
  const records = (await gateway.published(spec, { count: 21 })).map(({ data }) => data);
  const [forbidden, ...unknown] = records;
  expect(forbidden).toMatchObject({
    action: 'endpoint.call',
    outcome: 'denied',
    reason: 'auth.forbidden',
    target: { type: 'endpoint', id: 'listUsers' },
    actor: { id: gateway.principals.viewer.subject },
  });
  expect(unknown[0]).toMatchObject({ reason: 'auth.unauthenticated', target: { id: 'listAlerts' } });
  expect(unknown.length).toBeLessThan(40);
});
