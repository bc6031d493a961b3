import { generateKeyPairSync } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateServiceToken, GetJwks } from '@soc/contracts/auth/tokens';
import { makeTemporaryDirectory, waitFor } from '@soc/fleet/testing';
import { createTokenVerifier, remoteKeySource, type SigningRingData } from '@soc/identity';
import { expect, onTestFinished, test } from 'vitest';
import { gatewaySecret, startTestAuth } from './auth-service.fixture.ts';

const newKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function startWithRing(first: SigningRingData) {
  const directory = await makeTemporaryDirectory('signing-keys');
  const file = join(directory.path, 'keys.json');
  const write = async (ring: unknown): Promise<void> => {
    await writeFile(`${file}.unfinished`, JSON.stringify(ring));
    await rename(`${file}.unfinished`, file);
  };
  await write(first);
  const clock = { nowMs: Date.now() };
  const auth = await startTestAuth({ env: { AUTH_SIGNING_KEY_FILE: file }, now: () => new Date(clock.nowMs) });
  onTestFinished(async () => {
    await auth.close();
    await directory[Symbol.asyncDispose]();
  });
  const published = async (): Promise<number> => (await auth.call(GetJwks, { token: null })).body.keys.length;
  return {
    write,
    clock,
    published,
    token: async (): Promise<string> => {
      const body = { serviceName: 'gateway', secret: gatewaySecret };
      return (await auth.call(CreateServiceToken, { body, token: null })).body.accessToken;
    },
    /** A service of the fleet that has asked for no key yet. */
    newVerifier: () =>
      createTokenVerifier({
        trusted: [
          {
            issuer: 'soc-agent',
            audience: 'auth',
            keys: remoteKeySource(`${auth.url}${GetJwks.url}`, () => clock.nowMs),
          },
        ],
        nowMs: () => clock.nowMs,
      }),
  };
}

const keyIdOf = (token: string): unknown => {
  const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
  return typeof header === 'object' && header !== null && 'kid' in header ? header.kid : undefined;
};

test('a rotation is followed without a restart, and nobody who verifies refuses a token in its course', async () => {
  const k1 = newKey();
  const auth = await startWithRing({ current: 'k1', keys: { k1 } });
  const verifier = auth.newVerifier();
  const early = await auth.token();
  expect(await verifier.verify(early)).toBeDefined();

  const activeFrom = auth.clock.nowMs + 60_000;
  const keys = { k1, k2: newKey() };
  await auth.write({ current: 'k1', keys, next: { id: 'k2', activeFrom } });
  await waitFor(async () => (await auth.published()) === 2, { deadlineMs: 20_000 });
  const waiting = await auth.token();
  expect(keyIdOf(waiting)).toBe(keyIdOf(early));

  auth.clock.nowMs = activeFrom;
  const late = await auth.token();
  expect(keyIdOf(late)).not.toBe(keyIdOf(early));
  // It has only ever seen the first key: an unknown id makes it ask again.
  for (const token of [late, waiting, early]) expect(await verifier.verify(token)).toBeDefined();

  await auth.write({ current: 'k2', keys: { k2: keys.k2 } });
  await waitFor(async () => (await auth.published()) === 1, { deadlineMs: 20_000 });
  const fresh = auth.newVerifier();
  expect(await fresh.verify(late)).toBeDefined();
  expect(await fresh.verify(early)).toBeUndefined();
});

test('a file that does not fit, or names no key to sign with, leaves the keys as they were', async () => {
  const k1 = newKey();
  const auth = await startWithRing({ current: 'k1', keys: { k1 } });
  const before = keyIdOf(await auth.token());
  await auth.write({ current: 'k9', keys: { k1 } });
  await auth.write({ current: 'k1', keys: { k1: 'no key' } });
  await auth.write({ current: 'k1', keys: { k1, k2: newKey() } });
  await waitFor(async () => (await auth.published()) === 2, { deadlineMs: 20_000 });
  expect(keyIdOf(await auth.token())).toBe(before);
});

test('a service does not start with a file that holds no key', async () => {
  const directory = await makeTemporaryDirectory('signing-keys');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const file = join(directory.path, 'keys.json');
  await writeFile(file, '{"current":"k1","keys":{}}');
  await expect(startTestAuth({ env: { AUTH_SIGNING_KEY_FILE: file } })).rejects.toThrow('the signing keys do not fit');
});
