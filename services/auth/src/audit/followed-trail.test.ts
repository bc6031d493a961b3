import { readCheckpoints } from '@soc/audit';
import { makeTemporaryDirectory, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { createLog } from '@soc/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { openCheckpointDirectory } from './checkpoint-directory.ts';
import { followTrail } from './followed-trail.ts';
import { createNotary } from './notary.ts';
import { madeUpTrail, signingKeys, trailSources } from './trail-sources.fixture.ts';

async function emptyDirectory() {
  const temporary = await makeTemporaryDirectory('checkpoints');
  onTestFinished(() => temporary[Symbol.asyncDispose]());
  return openCheckpointDirectory(temporary.path);
}

const unhurried = new AbortController().signal;

test('of two replicas that both believe to hold the lock only one signs, and the other goes on from there', async () => {
  const directory = await emptyDirectory();
  const trail = madeUpTrail();
  let seenByStalled = 10;
  const replica = (lengthOf: () => number) =>
    followTrail({ ...trailSources(trail, lengthOf), directory, keys: signingKeys });
  const stalled = await replica(() => seenByStalled);
  const other = await replica(() => 15);
  for (const one of [stalled, other]) {
    await one.follow(unhurried);
    await one.learn();
  }
  expect(await other.sign(new Date(1_000))).toBeDefined();
  expect(await stalled.sign(new Date(2_000))).toBeUndefined();

  seenByStalled = 20;
  await stalled.follow(unhurried);
  await stalled.learn();
  expect(await stalled.sign(new Date(3_000))).toBeDefined();
  expect(readCheckpoints(await directory.read(), [signingKeys.publicKey])).toMatchObject({
    findings: [],
    checkpoints: [{ claim: { size: 15 } }, { claim: { size: 20 } }],
  });
});

test('a stop does not wait until a long trail has been read', async () => {
  const { seen, ...sources } = trailSources(madeUpTrail(), () => Number.POSITIVE_INFINITY);
  const notary = createNotary({
    ...sources,
    directory: await emptyDirectory(),
    privateKey: signingKeys.privateKey,
    everyRecords: 10,
    everyMs: 1_000,
    lastRoundMs: 50,
    log: createLog({ level: 'silent', service: 'auth', instance: 'auth-1' }),
    now: () => new Date(),
    registry: createRegistry('auth', 'auth-1'),
  });
  const looked = notary.look();
  await waitFor(() => seen.reads > 1);
  await notary.stop();
  await looked; // the reading ends as well: it would go on for ever
  const { reads } = seen;
  await notary.look();
  expect(seen.reads).toBe(reads);
});
