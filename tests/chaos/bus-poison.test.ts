import { expect, inject, onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { cure, EVENTS } from '../support/bus/chaos-facts.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';

test(
  'a poison message ends in the dead letters, holds up no other, and is replayed when cured',
  PATIENTLY,
  async () => {
    const chaos = await prepareBusChaos(inject('redisUrl'), { isPoisoned: true });
    onTestFinished(chaos.close);
    await chaos.start();
    await chaos.settled(EVENTS - 1);
    for (const service of chaos.subscribers) {
      expect(await chaos.buried(service, 1)).toEqual([{ reason: 'this one is poison', attempts: 3 }]);
      await cure(chaos.db.write, service);
      await chaos.replicasOf(service)[0].replayLetters();
    }
    await expectEachEffectOnce(chaos, { replayed: 1 });
  },
);
