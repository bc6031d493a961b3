import { expect } from 'vitest';
import type { BusChaos } from './bus-chaos.ts';
import { countOutbox, EVENTS, readEffects } from './chaos-facts.ts';

/** Waits for the end and expects each event, but for so many, to have had its effect once, in order where that was asked for. */
export async function expectEachEffectOnce(chaos: BusChaos, { without = 0 } = {}): Promise<void> {
  const { db, subscribers } = chaos;
  await chaos.settled(EVENTS - without);
  await chaos.stop();
  const found = await Promise.all(subscribers.map((service) => readEffects(db.write, service)));
  const once = { events: EVENTS - without, repeated: 0 };
  expect(found.map(({ events, repeated }) => ({ events, repeated }))).toEqual([once, once, once]);
  expect(await countOutbox(db.write)).toBe(0);
  expect(found[subscribers.indexOf('notification')]?.overtaken).toBe(0);
}
