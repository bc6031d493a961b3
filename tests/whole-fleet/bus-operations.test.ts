import { UserChanged } from '@soc/contracts';
import { CreateUser } from '@soc/contracts/auth/users';
import { busOperations } from '@soc/contracts/bus/endpoints';
import { GetEventJourney } from '@soc/contracts/bus/journey';
import { sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinFleet, type JoinedFleet } from './join-fleet.ts';

const BY = { deadlineMs: 60_000, everyMs: 200 };

let started: JoinedFleet;
beforeAll(async () => {
  started = await joinFleet();
});
afterAll(() => started?.leave());

const addPerson = (name: string) =>
  started.client.call(CreateUser, {
    body: { email: `${name}@example.org`, displayName: name, roles: ['viewer'], password: 'long enough for this one' },
  });

/** While a column is under another name, the handler of notification cannot write; the schema is put right again in any case. */
async function whileBroken(work: () => Promise<void>): Promise<void> {
  const { db } = started;
  await db.write.query(sql`alter table notification.people rename column display_name to hidden`);
  try {
    await work();
  } finally {
    await db.write.query(sql`alter table notification.people rename column hidden to display_name`);
  }
}

test(
  'an event whose handler fails is a dead letter, has its effect once when its cause is fixed, and its whole way is told',
  { timeout: 300_000 },
  async () => {
    const { client, db } = started;
    const { listDeadLetters, getDeadLetter, replayDeadLetter } = busOperations.notification;
    await whileBroken(async () => {
      await addPerson('poisoned');
      await waitFor(async () => (await client.call(listDeadLetters, { query: { type: UserChanged.type } })).items[0], {
        deadlineMs: 240_000,
        everyMs: 500,
      });
    });
    const [letter] = (await client.call(listDeadLetters, { query: { type: UserChanged.type } })).items;
    const eventId = letter?.eventId ?? '';
    expect(letter).toMatchObject({ source: 'auth', reasonCode: 'handler_failed', state: 'waiting' });
    const opened = await client.call(getDeadLetter, { params: { eventId } });
    expect(opened.contents).toMatchObject([{ id: eventId, data: { displayName: 'poisoned' } }]);

    const replayed = await client.call(replayDeadLetter, { params: { eventId } });
    expect(replayed.outcome).toBe('replayed');
    await expect(client.call(replayDeadLetter, { params: { eventId } })).rejects.toThrow('bus.dead_letter_settled');
    const people = await db.write.query(sql`select 1 from notification.people where display_name = 'poisoned'`);
    expect(people).toHaveLength(1);

    const journey = await waitFor(async () => {
      const found = await client.call(GetEventJourney, { params: { eventId } });
      return found.publishedBy !== null && found;
    }, BY);
    expect([journey.publishedBy, journey.unreachable]).toEqual(['auth', []]);
    const receiver = journey.services.find(({ service }) => service === 'notification');
    expect(receiver).toMatchObject({ outcome: 'replayed' });
    expect(receiver?.entries.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['failed', 'buried', 'inspected', 'replayed']),
    );
  },
);
