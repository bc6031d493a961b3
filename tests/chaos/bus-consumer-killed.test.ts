import { inject, onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';
import type { BusWorker } from '../support/bus/worker.ts';

/** Kills a process in the transaction of its handler, with events read and not acknowledged, and starts it again. */
async function dieInHandler(victim: BusWorker): Promise<void> {
  await victim.says('hanging');
  await victim.kill();
  await victim.start({ hangsAtCall: undefined });
}

test('kill -9 of a consumer inside a handler neither loses nor repeats an effect', PATIENTLY, async () => {
  const chaos = await prepareBusChaos(inject('redisUrl'));
  onTestFinished(chaos.close);
  await chaos.start({ subscriber: { hangsAtCall: 1_000 } });
  // Of two replicas, one may never come to so many calls.
  await Promise.all(chaos.subscribers.map((service) => Promise.any(chaos.replicasOf(service).map(dieInHandler))));
  await expectEachEffectOnce(chaos);
});
