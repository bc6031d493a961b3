import { type PayloadOf, UserChanged, uuidv7 } from '@soc/contracts';
import { ListPeople } from '@soc/contracts/notification/people';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notificationService } from '../app.ts';
import { testEnv } from '../arrangement.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(notificationService, { env: testEnv });
});
afterAll(() => service.close());

const tell = (fields: Partial<PayloadOf<typeof UserChanged>>, tenantId = 'default') =>
  service.emit(
    UserChanged,
    {
      userId: uuidv7(Date.now()),
      email: 'ann@example.org',
      displayName: 'Ann',
      roles: ['analyst'],
      active: true,
      change: 'created',
      changedAt: '2026-03-01T10:00:00Z',
      version: 1,
      ...fields,
    },
    { tenantId },
  );
const list = async (query: Record<string, string | number> = {}) => (await service.call(ListPeople, { query })).body;

test('active users are told with their addresses, as auth last said, page by page', async () => {
  const [ann, bob, eve] = [uuidv7(1), uuidv7(2), uuidv7(3)];
  await tell({ userId: ann, version: 2, email: 'ann.new@example.org' });
  await tell({ userId: ann, version: 1 });
  await tell({ userId: eve, version: 1, email: 'eve@example.org' });
  await tell({ userId: eve, version: 2, active: false, change: 'deactivated' });
  await tell({ userId: uuidv7(4) }, 'other');
  await tell({ userId: bob, email: 'bob@example.org', displayName: 'Bob', roles: ['admin'] });
  await waitFor(async () => (await list()).items.some(({ userId }) => userId === bob));

  const first = await list({ limit: 1 });
  expect(first.items).toEqual([{ userId: ann, email: 'ann.new@example.org', displayName: 'Ann', roles: ['analyst'] }]);
  expect(await list({ limit: 1, cursor: first.nextCursor ?? '' })).toEqual({
    items: [{ userId: bob, email: 'bob@example.org', displayName: 'Bob', roles: ['admin'] }],
    nextCursor: null,
  });
});
