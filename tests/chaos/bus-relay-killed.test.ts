import { expect, inject, onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';

test('kill -9 of a relay with events committed and not sent neither loses nor repeats one', PATIENTLY, async () => {
  const chaos = await prepareBusChaos(inject('redisUrl'));
  onTestFinished(chaos.close);
  await chaos.start({ publisher: { diesAfterBatches: 100 } });
  let left = 0;
  for (const victim of chaos.publishers) {
    await victim.ended();
    left = Math.max(left, await chaos.outbox());
  }
  // Or nothing was at stake.
  expect(left).toBeGreaterThan(0);
  for (const victim of chaos.publishers) await victim.start({ diesAfterBatches: undefined });
  await expectEachEffectOnce(chaos);
});
