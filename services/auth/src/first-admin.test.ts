import { expect, onTestFinished, test } from 'vitest';
import { adminEmail, adminPassword, startTestAuth } from './auth-service.fixture.ts';
import { createTestDatabase } from '@soc/fleet/testing';

test('two replicas that start at once on an empty database make one administrator', async () => {
  const database = await createTestDatabase('auth');
  const env = { DATABASE_URL: database.url };
  const replicas = await Promise.all([startTestAuth({ env }), startTestAuth({ env })]);
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await database.drop();
  });
  const rows = await replicas[0].query<{ email: string }>('select email from auth.users');
  expect(rows).toEqual([{ email: adminEmail }]);
});

test('once somebody exists, another address in the environment makes nobody', async () => {
  const first = await startTestAuth();
  onTestFinished(() => first.close());
  const second = await startTestAuth({ env: { ...first.env, AUTH_ADMIN_EMAIL: 'late@example.org' } });
  onTestFinished(() => second.close({ keepData: true }));
  await expect(second.logIn('late@example.org', adminPassword)).rejects.toThrow('answered 401');
  expect(await second.logIn(adminEmail, adminPassword)).toMatch(/^ey/);
});

test('without an address nobody is made, and the service starts all the same', async () => {
  const service = await startTestAuth({ env: { AUTH_ADMIN_EMAIL: undefined } });
  onTestFinished(() => service.close());
  expect(await service.query('select from auth.users')).toEqual([]);
  expect((await service.app.inject('/health')).statusCode).toBe(200);
});
