import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { publicJwkOf, remoteKeySource } from './index.ts';

const newJwk = () => publicJwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const rsaJwk = publicJwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
const [one, two] = [newJwk(), newJwk()];

/** An issuer that publishes `keys`, or fails when there are none. */
async function startIssuer() {
  const issuer = { keys: [one, rsaJwk] as object[] | undefined, fetches: 0 };
  const server = createServer((_, response) => {
    issuer.fetches += 1;
    if (issuer.keys) response.end(JSON.stringify({ keys: issuer.keys }));
    else response.writeHead(500).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  // A listening TCP server has an address with a port.
  return { issuer, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` };
}

test('RSA and EC keys are found, each with its own algorithm, and one fetch serves all who wait', async () => {
  const { issuer, url } = await startIssuer();
  const find = remoteKeySource(url, () => 0);
  const [ec, rsa] = await Promise.all([find(one.kid), find(rsaJwk.kid)]);
  expect([ec?.algorithm, rsa?.algorithm]).toEqual(['ES256', 'RS256']);
  expect(issuer.fetches).toBe(1);
});

test('invented key ids do not make the issuer be asked again and again, and a new key is found soon', async () => {
  const { issuer, url } = await startIssuer();
  let nowMs = 0;
  const find = remoteKeySource(url, () => nowMs);
  for (let i = 0; i < 5; i += 1) expect(await find(`invented-${i}`)).toBeUndefined();
  expect(issuer.fetches).toBe(1);
  issuer.keys = [one, two];
  expect(await find(two.kid)).toBeUndefined();
  nowMs += 5_000;
  expect(await find(two.kid)).toBeDefined();
});

test('a key that was withdrawn is not trusted for ever', async () => {
  const { issuer, url } = await startIssuer();
  let nowMs = 0;
  const find = remoteKeySource(url, () => nowMs);
  await find(one.kid);
  issuer.keys = [two];
  nowMs += 60_001;
  await find(one.kid);
  await vi.waitFor(async () => expect(await find(one.kid)).toBeUndefined(), { timeout: 10_000 });
  expect(await find(two.kid)).toBeDefined();
});

test('a set that nobody has asked for long is fetched before it is trusted, and kept when that fails', async () => {
  const { issuer, url } = await startIssuer();
  let nowMs = 0;
  const find = remoteKeySource(url, () => nowMs);
  await find(one.kid);
  issuer.keys = undefined;
  nowMs += 120_001;
  expect(await find(one.kid)).toBeDefined();
  issuer.keys = [two];
  nowMs += 1_001;
  await find(two.kid);
  nowMs += 120_001;
  issuer.keys = [one];
  expect(await find(two.kid)).toBeUndefined();
});

test('while the issuer fails, known keys go on, unknown ones throw, and it is left alone for a second', async () => {
  const { issuer, url } = await startIssuer();
  let nowMs = 0;
  const find = remoteKeySource(url, () => nowMs);
  await find(one.kid);
  issuer.keys = undefined;
  nowMs += 60_001;
  for (let i = 0; i < 3; i += 1) await expect(find('unknown')).rejects.toThrow('answered 500');
  expect(issuer.fetches).toBe(2);
  expect(await find(one.kid)).toBeDefined();
  nowMs += 1_001;
  issuer.keys = [two];
  expect(await find(two.kid)).toBeDefined();
});
