import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { webhookBody, webhookHeaders } from './webhook.ts';

test('the signature is that of the reference implementation', () => {
  // From the tests of the Standard Webhooks libraries.
  const headers = webhookHeaders(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    new Date(1_614_265_330_999),
    '{"test": 2432232314}',
  );
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('id, time and body are all under the signature', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const at = new Date('2026-03-01T10:00:00Z');
  const expected = createHmac('sha256', Buffer.alloc(32, 7)).update('id.1772359200.body').digest('base64');
  expect(webhookHeaders(secret, 'id', at, 'body')['webhook-signature']).toBe(`v1,${expected}`);
});

test('the body has the shape of Standard Webhooks', () => {
  const message = {
    type: 'incident.created' as const,
    subject: 'i1',
    title: 'T',
    severity: null,
    occurredAt: '2026-03-01T10:00:00Z',
    lines: [],
    data: { incidentId: 'i1' },
  };
  expect(JSON.parse(webhookBody(message))).toEqual({
    type: 'incident.created',
    timestamp: '2026-03-01T10:00:00Z',
    data: { incidentId: 'i1' },
  });
});
