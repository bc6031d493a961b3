import { coverBusOperations, makeTemporaryDirectory } from '@soc/fleet/testing';
import { onTestFinished, test } from 'vitest';
import { storageService } from './app.ts';

test('dead letters, replays and the trail of the bus answer as their contracts say', { timeout: 90_000 }, async () => {
  const directory = await makeTemporaryDirectory('storage');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  await coverBusOperations(storageService, { env: { EVIDENCE_DIR: directory.path } });
});
