import { expect, inject, onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { EVENTS } from '../support/bus/chaos-facts.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';

test('a poison message ends in the dead letters with its reason, and holds up no other', PATIENTLY, async () => {
  const chaos = await prepareBusChaos(inject('redisUrl'), { isPoisoned: true });
  onTestFinished(chaos.close);
  const { subscribers } = chaos;
  await chaos.start();
  await chaos.settled(EVENTS - 1);
  for (const service of subscribers) {
    const letters = await chaos.buried(service, 1);
    expect(letters).toEqual([{ reason: 'this one is poison', attempts: 3 }]);
  }
  await expectEachEffectOnce(chaos, { without: 1 });
});
