import { startSentinelTopology } from '@soc/fleet/testing';
import { onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';

test('a Sentinel failover neither loses nor repeats an effect', PATIENTLY, async () => {
  const topology = await startSentinelTopology();
  onTestFinished(() => topology[Symbol.asyncDispose]());
  const chaos = await prepareBusChaos(topology.url);
  onTestFinished(chaos.close);
  await chaos.start();
  await chaos.handled('analytics', 2_000);
  const old = await topology.master();
  await old.kill();
  await topology.failedOverFrom(old);
  await old.start();
  await expectEachEffectOnce(chaos);
});
