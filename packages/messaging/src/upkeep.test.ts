import { uuidv7 } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from './bus-limits.ts';
import { createBusRepository } from './bus-repository.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';
import { createUpkeep } from './upkeep.ts';

let storage: TestBus;
beforeAll(async () => void (storage = await startTestBus('storage', [])));
afterAll(() => storage.close());

test('the inbox remembers an event an hour longer than the door lets it in', async () => {
  const { db, redis, prefix } = storage;
  const now = new Date('2026-03-08T12:00:00Z');
  const limits = { ...DEFAULT_LIMITS, inboxKeepMs: 1_000 };
  const [admissible, justRefused, longGone] = [1_000, 3_600_000, 3_602_000].map((ageMs) =>
    uuidv7(now.getTime() - ageMs),
  );
  await db.write.query(sql`
    insert into storage.inbox (event_id) select unnest(${[admissible, justRefused, longGone]}::uuid[])`);
  const upkeep = createUpkeep({
    serviceName: 'storage',
    db,
    repository: createBusRepository('storage'),
    redis,
    prefix,
    limits,
    registry: createRegistry('storage', 'upkeep'),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now: () => now,
  });
  await upkeep.pruneInbox();
  const left = await db.write.query(sql`select event_id from storage.inbox order by event_id`);
  expect(left).toEqual([{ event_id: justRefused }, { event_id: admissible }]);
});
