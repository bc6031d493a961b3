import { MetricRecorded } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { createRegistry } from '@soc/monitoring';
import { array, asyncProperty, assert, constantFrom, oneof, record, string } from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTrailRepository } from './audit-trail-repository.ts';
import { createBurial } from './burial.ts';
import { createDeadLettersRepository } from './dead-letters-repository.ts';
import { sealFrame } from './frame.ts';
import { createGivingUp } from './giving-up.ts';
import { createDoor } from './intake.ts';
import { createLetterSeal } from './letter-seal.ts';
import { createKeyRing, newKeyRing } from './key-ring.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

const keyRing = createKeyRing(newKeyRing());
const now = () => new Date();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { type, owner: source } = MetricRecorded;
let storage: TestBus;
beforeAll(async () => void (storage = await startTestBus('storage', [])));
afterAll(() => storage.close());

/** Takes a frame at the door as a consumer does, and gives up what is refused; the ids of the letters. */
async function refuse(texts: readonly string[]): Promise<readonly string[]> {
  const letters = createDeadLettersRepository('storage');
  const trail = createTrailRepository('storage', 'test');
  const givingUp = createGivingUp({
    db: storage.db,
    bury: createBurial({ letters, trail, seal: createLetterSeal(keyRing, now), now }),
    onRefused: () => undefined,
    registry: createRegistry('storage', 'burial'),
    log,
  });
  const taken = createDoor({ keyRing, now, inboxKeepMs: 1_000 }).take(
    MetricRecorded,
    sealFrame(keyRing, { type, source, publishedAt: 0 }, texts),
  );
  if (!taken.ok) throw new Error(taken.reason);
  const ids: string[] = [];
  for (const arrival of taken.arrivals) {
    if (arrival.ok) continue;
    const frame = sealFrame(keyRing, { type, source, publishedAt: 0 }, [arrival.text]).toString('base64');
    await givingUp.refuse({ ...arrival, type }, frame);
    ids.push(arrival.eventId);
  }
  return ids;
}

const nasty = oneof(
  string({ unit: 'binary', maxLength: 40 }),
  constantFrom(
    '-'.repeat(36),
    'f'.repeat(36),
    '00000000-0000-0000-0000-000000000000',
    '0197f0a0-0000-7000-8000-00000000000g',
    '0197f0a0-0000-7000-8000-000000000001',
    '\0',
    '\ud800',
    '{"}\\,NULL',
    "'; drop table storage.dead_letters; --",
    'x'.repeat(20_000),
  ),
);
/** Authentic, and no event: its owner sealed it with a fault of its own. */
const malformed = oneof(
  record({ id: nasty }),
  record({
    specversion: constantFrom('1.0', '9'),
    id: nasty,
    type: oneof(constantFrom<string>(type), nasty),
    dataschemaversion: constantFrom(1, 2),
    source: oneof(constantFrom<string>(source), nasty),
    time: nasty,
    tenantid: nasty,
    subject: nasty,
    correlationid: nasty,
    data: record({ name: nasty }),
  }),
);

test('whatever an authentic event holds, it can be refused and is kept as a letter', async () => {
  await assert(
    asyncProperty(array(malformed, { minLength: 1, maxLength: 4 }), async (events) => {
      const ids = await refuse(events.map((event) => JSON.stringify(event)));
      expect(ids).toHaveLength(events.length);
      const rows = await storage.db.write.query(sql`
        select event_id from storage.dead_letters where event_id = any(${ids}::uuid[])`);
      expect(rows).toHaveLength(new Set(ids).size);
    }),
    { numRuns: 150 },
  );
});

test('an id of the length of a UUID that is none is told by the hash of its text', async () => {
  const [id] = await refuse([JSON.stringify({ id: '-'.repeat(36) })]);
  expect(id).toMatch(/^00000000-0000-7/);
});
