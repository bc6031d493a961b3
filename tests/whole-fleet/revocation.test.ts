import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { CreateApiKey, RevokeApiKey } from '@soc/contracts/auth/api-keys';
import { GetMe, Logout } from '@soc/contracts/auth/sessions';
import { CreateUser, UpdateUser } from '@soc/contracts/auth/users';
import type { Permission, Role } from '@soc/contracts';
import { type FleetClient, FleetRefusal, logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tell } from '../support/tell.ts';
import { joinFleet, type JoinedFleet } from './join-fleet.ts';

/** What is promised. */
const REFUSED_WITHIN_MS = 5_000;
const password = 'correct horse battery staple';

let started: JoinedFleet;
beforeAll(async () => {
  started = await joinFleet();
});
afterAll(() => started?.leave());

interface Person {
  readonly id: string;
  readonly client: FleetClient;
  readonly authorization: Readonly<Record<string, string>>;
}

async function makePerson(email: string, roles: readonly Role[]): Promise<Person> {
  const body = { email, displayName: 'Somebody', roles: [...roles], password };
  const { id } = await started.client.call(CreateUser, { body });
  const client = await logIn(started.fleet.gatewayUrl, { email, password });
  return { id, client, authorization: { authorization: `Bearer ${client.accessToken}` } };
}

const makeKey = async ({ client }: Pick<Person, 'client'>, permissions: Permission[]) => {
  const { id, key } = await client.call(CreateApiKey, { body: { name: 'sensor', permissions } });
  return { id, credentials: { 'x-api-key': key } };
};

const send = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> => {
  const answer = await fetch(`${started.fleet.gatewayUrl}${path}`, { headers });
  await answer.body?.cancel();
  return answer.status;
};

const ALERTS = '/api/v1/alerts?limit=1';
const ME = '/api/v1/auth/me';

/** How long it takes from now until every one of these is answered with 401. */
async function timeUntilRefused(all: readonly Readonly<Record<string, string>>[]): Promise<number> {
  const since = performance.now();
  await waitFor(
    async () => {
      const statuses = await Promise.all(all.flatMap((headers) => [send(ALERTS, headers), send(ME, headers)]));
      return statuses.every((status) => status === 401);
    },
    { deadlineMs: 30_000 },
  );
  const tookMs = Math.round(performance.now() - since);
  tell(`refused everywhere after ${tookMs} ms`);
  return tookMs;
}

async function openStream(headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const request = get(`${started.fleet.gatewayUrl}/api/v1/notifications/stream`, { headers });
  // The event has the answer for its only argument.
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

test('who is deactivated is refused within 5 s, with every session and every key they made, and their streams end', async () => {
  const maker = await makePerson('maker@example.org', ['admin']);
  const other = await logIn(started.fleet.gatewayUrl, { email: 'maker@example.org', password });
  const key = await makeKey(maker, ['alerts:read', 'notifications:read']);
  const everything = [maker.authorization, { authorization: `Bearer ${other.accessToken}` }, key.credentials];
  for (const headers of everything) expect(await send(ALERTS, headers)).toBe(200);
  const streams = await Promise.all([maker.authorization, key.credentials].map(openStream));
  expect(streams.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  const over = streams.map((stream) => once(stream, 'close'));
  await started.client.call(UpdateUser, { params: { id: maker.id }, body: { active: false } });
  expect(await timeUntilRefused(everything)).toBeLessThan(REFUSED_WITHIN_MS);
  await Promise.all(over);
  expect(await send(ALERTS, { authorization: `Bearer ${started.client.accessToken}` })).toBe(200);
});

test('who loses a role is refused within 5 s, and what they get anew says what they still may', async () => {
  const person = await makePerson('demoted@example.org', ['admin', 'viewer']);
  const key = await makeKey(person, ['alerts:read', 'users:read']);
  expect(await send('/api/v1/auth/users', person.authorization)).toBe(200);
  expect(await send('/api/v1/auth/users', key.credentials)).toBe(200);
  await started.client.call(UpdateUser, { params: { id: person.id }, body: { roles: ['viewer'] } });
  expect(await timeUntilRefused([person.authorization])).toBeLessThan(REFUSED_WITHIN_MS);
  // The key of a person who may do less does less; it is not void.
  expect(await send('/api/v1/auth/users', key.credentials)).toBe(403);
  expect(await send(ALERTS, key.credentials)).toBe(200);
  const again = await logIn(started.fleet.gatewayUrl, { email: 'demoted@example.org', password });
  expect((await again.call(GetMe)).roles).toEqual(['viewer']);
});

test('who logs out is refused within 5 s in that session, and in no other', async () => {
  const person = await makePerson('leaving@example.org', ['viewer']);
  const staying = await logIn(started.fleet.gatewayUrl, { email: 'leaving@example.org', password });
  const stream = await openStream(person.authorization);
  const isOver = once(stream, 'close');
  await person.client.call(Logout);
  expect(await timeUntilRefused([person.authorization])).toBeLessThan(REFUSED_WITHIN_MS);
  await isOver;
  expect(await send(ME, { authorization: `Bearer ${staying.accessToken}` })).toBe(200);
});

test('a key that is revoked is refused within 5 s, and other keys of its maker go on', async () => {
  const [revoked, kept] = [await makeKey(started, ['alerts:read']), await makeKey(started, ['alerts:read'])];
  for (const { credentials } of [revoked, kept]) expect(await send(ALERTS, credentials)).toBe(200);
  await started.client.call(RevokeApiKey, { params: { id: revoked.id } });
  expect(await timeUntilRefused([revoked.credentials])).toBeLessThan(REFUSED_WITHIN_MS);
  expect(await send(ALERTS, kept.credentials)).toBe(200);
});

test('a person’s token opens no service past the gateway', async () => {
  const authorization = `Bearer ${started.client.accessToken}`;
  const answer = await fetch(`${started.fleet.alertUrl}${ALERTS}`, { headers: { authorization } });
  expect(answer.status).toBe(401);
  const refusal = started.client.call(GetMe, { headers: { authorization: 'Bearer a.b.c' } });
  await expect(refusal).rejects.toThrow(FleetRefusal);
});
