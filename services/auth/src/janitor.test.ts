import { waitFor } from '@soc/fleet/testing';
import { Login } from '@soc/contracts/auth/sessions';
import { expect, onTestFinished, test } from 'vitest';
import { adminEmail, adminPassword, startTestAuth } from './auth-service.fixture.ts';

test('what has expired is deleted at the next start, what has not stays', async () => {
  const auth = await startTestAuth();
  onTestFinished(() => auth.close());
  await auth.logIn(adminEmail, adminPassword);
  await auth.call(Login, { body: { email: 'x@example.org', password: 'wrong' }, token: null });
  const counts = async (): Promise<string> => {
    const [row] = await auth.query(
      `select (select count(*) from auth.sessions)::int as sessions,
              (select count(*) from auth.refresh_tokens)::int as tokens,
              (select count(*) from auth.login_failures)::int as failures`,
    );
    return JSON.stringify(row);
  };
  expect(await counts()).toBe('{"sessions":1,"tokens":1,"failures":3}');
  const restartAt = async (ms: number) => {
    const later = await startTestAuth({ env: auth.env, now: () => new Date(ms) });
    onTestFinished(() => later.close({ keepData: true }));
  };
  await restartAt(Date.now() + 3_600_000);
  await waitFor(async () => (await counts()) === '{"sessions":1,"tokens":1,"failures":0}');
  await restartAt(Date.now() + 31 * 86_400_000);
  await waitFor(async () => (await counts()) === '{"sessions":0,"tokens":0,"failures":0}');
});
