import { expect } from 'vitest';
import type { BusChaos } from './bus-chaos.ts';
import { countOutbox, EVENTS, readEffects } from './chaos-facts.ts';

/**
 * Waits for the end and expects every event to have had its effect once, and in order where order was asked for. Events
 * that were replayed by hand come after some that did not wait for them.
 */
export async function expectEachEffectOnce(chaos: BusChaos, { replayed = 0 } = {}): Promise<void> {
  const { db, subscribers } = chaos;
  await chaos.settled(EVENTS);
  await chaos.stop();
  const found = await Promise.all(subscribers.map((service) => readEffects(db.write, service)));
  const once = { events: EVENTS, repeated: 0 };
  expect(found.map(({ events, repeated }) => ({ events, repeated }))).toEqual([once, once, once]);
  expect(await countOutbox(db.write)).toBe(0);
  expect(found[subscribers.indexOf('notification')]?.overtaken).toBe(replayed);
}
