import { Login } from '@soc/contracts/auth/sessions';
import { UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuth, type TestAuth } from '../auth-service.fixture.ts';

const ENOUGH = '1000000';
let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth({
    env: {
      AUTH_ARGON2_MEMORY_KIB: '16384',
      AUTH_LOCKOUT_FAILURES: ENOUGH,
      AUTH_LOCKOUT_ACCOUNT_FAILURES: ENOUGH,
      AUTH_LOCKOUT_ADDRESS_FAILURES: ENOUGH,
    },
  });
});
afterAll(() => auth.close());

const SAMPLES = 41;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const tookMs = async (email: string): Promise<number> => {
  const startedAt = performance.now();
  const { status } = await auth.call(Login, { body: { email, password: 'not the password' }, token: null });
  expect(status).toBe(401);
  return performance.now() - startedAt;
};

test('neither an unknown address nor an inactive account can be told by the time a refusal takes', async () => {
  await auth.addUser('known@example.org', ['viewer']);
  const id = await auth.addUser('inactive@example.org', ['viewer']);
  await auth.call(UpdateUser, { params: { id }, body: { active: false } });
  const emails = ['known@example.org', 'unknown@example.org', 'inactive@example.org'];
  const samples = new Map(emails.map((email): [string, number[]] => [email, []]));
  for (const email of emails) await tookMs(email);
  // In turns, so that what else the machine does slows all of them alike.
  for (let round = 0; round < SAMPLES; round += 1) {
    for (const [email, values] of samples) values.push(await tookMs(email));
  }
  const [known = 0, ...others] = [...samples.values()].map(median);
  // Without the hash the ratio would be about 0.2.
  for (const other of others) {
    expect(other / known).toBeGreaterThan(0.6);
    expect(other / known).toBeLessThan(1.67);
  }
}, 120_000);
