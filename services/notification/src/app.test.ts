import { notificationEndpoints } from '@soc/contracts/notification/endpoints';
import { coverRefusals, startTestService } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { notificationService } from './app.ts';
import { testEnv } from './arrangement.fixture.ts';

test('every endpoint refuses strangers, the unentitled and what does not fit its contract', async () => {
  const service = await startTestService(notificationService, { env: testEnv });
  onTestFinished(() => service.close());
  await coverRefusals(service, notificationEndpoints);
});

test.each([
  ['is missing', undefined],
  ['is too short', Buffer.alloc(16).toString('base64')],
  ['is not base64', 'x'.repeat(44)],
])('a sealing key that %s stops the service, which names it and not its value', async (_, key) => {
  const started = startTestService(notificationService, { env: { ...testEnv, NOTIFICATION_SECRET_KEY: key } });
  await expect(started).rejects.toThrow(/^bad environment: NOTIFICATION_SECRET_KEY: [^=]*$/);
});
