import { inject, onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';

test('handlers of which 30 % fail have every effect once in the end', PATIENTLY, async () => {
  const chaos = await prepareBusChaos(inject('redisUrl'), { failingShare: 0.3 });
  onTestFinished(chaos.close);
  await chaos.start();
  await expectEachEffectOnce(chaos);
});
