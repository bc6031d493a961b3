import { inject, onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';

test('a poison message holds up no other', PATIENTLY, async () => {
  const chaos = await prepareBusChaos(inject('redisUrl'), { isPoisoned: true });
  onTestFinished(chaos.close);
  await chaos.start();
  await expectEachEffectOnce(chaos, 1);
});
