import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coverBusOperations, makeTemporaryDirectory } from '@soc/fleet/testing';
import { onTestFinished, test } from 'vitest';
import { authService } from './app.ts';

test('dead letters, replays and the trail of the bus answer as their contracts say', { timeout: 90_000 }, async () => {
  const directory = await makeTemporaryDirectory('auth');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const AUTH_SERVICE_SECRETS_FILE = join(directory.path, 'service-secrets.json');
  await writeFile(AUTH_SERVICE_SECRETS_FILE, '{}');
  await coverBusOperations(authService, { env: { AUTH_SERVICE_SECRETS_FILE } });
});
