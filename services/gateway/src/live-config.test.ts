import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { startFakeService } from './upstream.fixture.ts';

async function makeFile(content: object | string) {
  const directory = await makeTemporaryDirectory('live-config');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const path = join(directory.path, 'gateway.json');
  const write = async (next: object | string): Promise<void> => {
    await writeFile(`${path}.next`, typeof next === 'string' ? next : JSON.stringify(next));
    await rename(`${path}.next`, path);
  };
  await write(content);
  return { path, write };
}

const origin = 'https://console.example.org';
const limitOf = async (gateway: TestGateway) =>
  Number((await gateway.send({ path: '/api/v1/auth/me', token: gateway.tokens.viewer })).headers['ratelimit-limit']);
const configuration = async (gateway: TestGateway) => {
  const { body } = await gateway.send({ path: '/health', token: null });
  return (body['checks'] as Record<string, { status: string; error?: string }>)['configuration'];
};

test('limits, origins and instances change while the gateway serves, and not one request under load is lost', async () => {
  const [one, two] = [await startFakeService(), await startFakeService()];
  const file = await makeFile({ UPSTREAM_AUTH: one.url });
  const gateway = await startTestGateway({
    GATEWAY_CONFIG_FILE: file.path,
    RATE_LIMIT_PER_S: '100000',
    RATE_LIMIT_BURST: '100000',
  });
  const statuses = new Map<number, number>();
  let isOver = false;
  const load = async (): Promise<void> => {
    while (!isOver) {
      const { status } = await gateway.send({ path: '/api/v1/auth/me' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const loading = Array.from({ length: 8 }, load);
  await waitFor(() => one.seen.length > 100);
  for (let round = 0; round < 4; round += 1) {
    const [to, before] = round % 2 === 0 ? [two, two.seen.length] : [one, one.seen.length];
    await file.write({ UPSTREAM_AUTH: [to.url], RATE_LIMIT_BURST: 90_000 + round, CORS_ORIGINS: [origin] });
    await waitFor(() => to.seen.length > before + 50, { deadlineMs: 20_000 });
  }
  isOver = true;
  await Promise.all(loading);
  expect([...statuses.keys()]).toEqual([200]);
  expect(await limitOf(gateway)).toBe(90_003);
  const page = await gateway.send({ path: '/api/v1/auth/me', headers: { origin } });
  expect(page.headers['access-control-allow-origin']).toBe(origin);
});

const MISFITS: readonly (readonly [what: string, content: object | string, reason: RegExp])[] = [
  ['that is no JSON', '{"RATE_LIMIT_BURST": ', /not JSON/],
  ['with a value that does not fit', { RATE_LIMIT_BURST: 7, SHED_IN_FLIGHT: 'many' }, /SHED_IN_FLIGHT/],
  ['with an address that is none', { RATE_LIMIT_BURST: 7, UPSTREAM_AUTH: ['nowhere'] }, /UPSTREAM_AUTH/],
  ['with the path of an instance', { RATE_LIMIT_BURST: 7, UPSTREAM_AUTH: 'http://127.0.0.1:1/v1' }, /UPSTREAM_AUTH/],
  ['that changes what is fixed', { RATE_LIMIT_BURST: 7, SERVICE_SECRET: 'another secret of it' }, /SERVICE_SECRET/],
  ['that changes what is read once', { RATE_LIMIT_BURST: 7, UPSTREAM_PROBE_EVERY_MS: 7 }, /UPSTREAM_PROBE_EVERY_MS/],
  ['with what is unknown', { RATE_LIMIT_BURST: 7, RATE_LIMIT_BRUST: 7 }, /RATE_LIMIT_BRUST/],
];

test('a file that does not fit changes nothing, and health says why', async () => {
  const expectRefused = async ([what, bad, reason]: (typeof MISFITS)[number]): Promise<void> => {
    const auth = await startFakeService();
    const file = await makeFile({ RATE_LIMIT_BURST: 50 });
    const gateway = await startTestGateway({ GATEWAY_CONFIG_FILE: file.path, UPSTREAM_AUTH: auth.url });
    await waitFor(async () => (await limitOf(gateway)) === 50);
    expect([what, (await configuration(gateway))?.status]).toEqual([what, 'ok']);
    await file.write(bad);
    await waitFor(async () => (await configuration(gateway))?.status === 'degraded', { deadlineMs: 20_000 });
    const refused = await configuration(gateway);
    expect([what, refused?.error]).toEqual([what, expect.stringMatching(reason)]);
    expect(JSON.stringify(refused)).not.toContain('another secret');
    expect([what, await limitOf(gateway)]).toEqual([what, 50]);
    await file.write({ RATE_LIMIT_BURST: 60 });
    await waitFor(async () => (await limitOf(gateway)) === 60, { deadlineMs: 20_000 });
    expect([what, (await configuration(gateway))?.status]).toEqual([what, 'ok']);
  };
  // A file is looked at every two seconds: all wait together.
  await Promise.all(MISFITS.map(expectRefused));
});
