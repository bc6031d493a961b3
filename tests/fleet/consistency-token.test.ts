import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delayReplay, tokenPastGateway, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

const REPLAY_DELAY_MS = 3_000;
const HEADER = 'x-consistency-token';

let started: TestFleet;
let replicaUrl: string;
/** The two instances of the alert service, asked past the gateway so that each can be meant. */
let instances: readonly string[];
let pastGateway: string;

beforeAll(async () => {
  started = await startTestFleet({ only: ['alert', 'intel'], scale: { alert: 2 } });
  replicaUrl = started.fleet.postgres.replicaAdminUrl ?? '';
  instances = started.fleet.services().flatMap(({ service, url }) => (service === 'alert' ? [url] : []));
  pastGateway = await tokenPastGateway(started.fleet.dataDirectory, 'alert');
});
afterAll(() => started?.close());

async function send(base: string, method: string, path: string, token?: string, body?: object) {
  const answer = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${instances.includes(base) ? pastGateway : started.client.accessToken}`,
      ...(token !== undefined && { [HEADER]: token }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // Tests look at single fields of what they know to be an object.
  return {
    status: answer.status,
    token: answer.headers.get(HEADER) ?? '',
    body: (await answer.json()) as Record<string, unknown>,
  };
}

const alertOf = (title: string) => ({ title, severity: 'low', source: 'test', fingerprint: title });

test('what was written through the gateway is read at every replica of the service with its token', async () => {
  const { gatewayUrl } = started.fleet;
  await delayReplay(replicaUrl, REPLAY_DELAY_MS);
  let unseen = 0;
  for (let round = 0; round < 10; round++) {
    const written = await send(gatewayUrl, 'POST', '/alerts', undefined, alertOf(`round ${round}`));
    expect(written).toMatchObject({ status: 201, token: expect.stringMatching(/./) });
    const path = `/alerts/${String(written.body['id'])}`;
    const without = await Promise.all(instances.map((url) => send(url, 'GET', path)));
    unseen += without.filter(({ status }) => status === 404).length;
    const withToken = await Promise.all([...instances, gatewayUrl].map((url) => send(url, 'GET', path, written.token)));
    expect(withToken.map(({ status }) => status)).toEqual([200, 200, 200]);
  }
  // Without the token the replica answers, which is behind: otherwise this test would prove nothing.
  expect(unseen).toBeGreaterThan(0);
  await delayReplay(replicaUrl, 0);
});

test('a token that is none is refused with a 400 that names the header, reading or writing', async () => {
  const { gatewayUrl } = started.fleet;
  const refused = { status: 400, body: { errors: [{ path: `headers.${HEADER}` }] } };
  for (const bad of ['nonsense', 'djE6MC8xNkIzNzQ4', 'A'.repeat(39)]) {
    expect(await send(gatewayUrl, 'GET', '/alerts', bad)).toMatchObject(refused);
    expect(await send(gatewayUrl, 'POST', '/alerts', bad, alertOf(bad))).toMatchObject(refused);
  }
});

test('a service that writes nothing hands the token of another service on', async () => {
  const { gatewayUrl } = started.fleet;
  await delayReplay(replicaUrl, REPLAY_DELAY_MS);
  const observables = [{ type: 'ip', value: '192.0.2.1' }];
  for (let round = 0; round < 5; round++) {
    const written = await send(gatewayUrl, 'POST', '/alerts', undefined, alertOf(`handed on ${round}`));
    const matched = await send(gatewayUrl, 'POST', '/intel/match', written.token, { observables });
    expect(matched.status).toBe(200);
    const path = `/alerts/${String(written.body['id'])}`;
    const read = await Promise.all(instances.map((url) => send(url, 'GET', path, matched.token)));
    expect(read.map(({ status }) => status)).toEqual([200, 200]);
  }
  await delayReplay(replicaUrl, 0);
});

test('a replica that is killed under reads through the gateway costs not one of them', async () => {
  const { gatewayUrl, dataDirectory } = started.fleet;
  const statuses = new Map<number, number>();
  let isOver = false;
  const read = async (): Promise<void> => {
    while (!isOver) {
      const { status } = await send(gatewayUrl, 'GET', '/alerts?limit=5');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const reading = Array.from({ length: 4 }, read);
  const pidOf = async (): Promise<number> =>
    Number.parseInt(await readFile(join(dataDirectory, 'postgres/replica/postmaster.pid'), 'utf8'), 10);
  const killed = await pidOf();
  process.kill(killed, 'SIGKILL');
  await waitFor(async () => (await pidOf()) !== killed, { deadlineMs: 30_000 });
  const before = statuses.get(200) ?? 0;
  await waitFor(() => (statuses.get(200) ?? 0) > before + 200, { deadlineMs: 30_000 });
  isOver = true;
  await Promise.all(reading);
  expect([...statuses.keys()]).toEqual([200]);
});
