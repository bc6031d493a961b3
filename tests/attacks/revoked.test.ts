import { CreateApiKey, RevokeApiKey } from '@soc/contracts/auth/api-keys';
import { ReplaceRole } from '@soc/contracts/auth/roles';
import { Login, Logout, Refresh, RevokeUserSessions } from '@soc/contracts/auth/sessions';
import { UpdateUser } from '@soc/contracts/auth/users';
import { createFleetClient, type FleetClient, logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Attacker, createAttacker } from './attacker.ts';
import { type Person, personWith } from './people.ts';
import './provided.ts';

/** What the fleet promises; the rest of the deadline is for a machine that is busy with other tests. */
const PROMISED_MS = 5_000;

let attacker: Attacker;
let admin: FleetClient;

beforeAll(async () => {
  const fleet = inject('attackedFleet');
  attacker = createAttacker(fleet.gatewayUrl);
  admin = await logIn(fleet.gatewayUrl, fleet.admin);
});
afterAll(() => attacker.close());

const byToken = (token: string) => ({ authorization: `Bearer ${token}` });
const open = async (headers: Readonly<Record<string, string>>): Promise<string> => {
  const { status, code } = await attacker.send({ path: '/api/v1/alerts', headers });
  return `${status} ${code ?? ''}`;
};

/** How each way of ending things is done, and whether the person's keys end with it. */
const endings: readonly (readonly [name: string, end: (person: Person) => Promise<unknown>, endsKeys: boolean])[] = [
  ['a logout', ({ client }) => client.call(Logout), false],
  ['the end of all sessions', ({ id }) => admin.call(RevokeUserSessions, { params: { id } }), false],
  ['a deactivation', ({ id }) => admin.call(UpdateUser, { params: { id }, body: { active: false } }), true],
  ['a demotion', ({ id }) => admin.call(UpdateUser, { params: { id }, body: { roles: [] } }), true],
  [
    'a role that loses its permission',
    ({ account }) =>
      admin.call(ReplaceRole, { params: { name: account.email.split('@')[0] ?? '' }, body: { permissions: [] } }),
    true,
  ],
];

test.each(endings)(
  'what was opened before %s opens nothing within the time that is promised',
  async (name, end, endsKeys) => {
    const person = await personWith(admin, `revoked-${endings.findIndex(([each]) => each === name)}`, [
      'alerts:read',
      'api-keys:write',
    ]);
    const { key } = await person.client.call(CreateApiKey, { body: { name: 'x', permissions: ['alerts:read'] } });
    const headers = endsKeys ? { 'x-api-key': key } : byToken(person.client.accessToken);
    expect([await open(byToken(person.client.accessToken)), await open({ 'x-api-key': key })]).toEqual([
      '200 ',
      '200 ',
    ]);
    await end(person);
    await waitFor(async () => (await open(byToken(person.client.accessToken))) === '401 auth.unauthenticated', {
      deadlineMs: PROMISED_MS * 4,
    });
    await waitFor(async () => (await open(headers)) !== '200 ', { deadlineMs: PROMISED_MS * 4 });
  },
);

test('a key that was revoked opens nothing within the time that is promised', async () => {
  const { id, key } = await admin.call(CreateApiKey, { body: { name: 'revoked', permissions: ['alerts:read'] } });
  expect(await open({ 'x-api-key': key })).toBe('200 ');
  await admin.call(RevokeApiKey, { params: { id } });
  await waitFor(async () => (await open({ 'x-api-key': key })) === '401 auth.unauthenticated', {
    deadlineMs: PROMISED_MS * 4,
  });
});

test('a refresh token used twice takes the access tokens of its session along', async () => {
  const { account } = await personWith(admin, 'reused', ['alerts:read']);
  const nobody = createFleetClient(inject('attackedFleet').gatewayUrl, '');
  const { refreshToken } = await nobody.call(Login, { body: account });
  const { accessToken } = await nobody.call(Refresh, { body: { refreshToken } });
  expect(await open(byToken(accessToken))).toBe('200 ');
  await expect(nobody.call(Refresh, { body: { refreshToken } })).rejects.toMatchObject({ status: 401 });
  await waitFor(async () => (await open(byToken(accessToken))) === '401 auth.unauthenticated', {
    deadlineMs: PROMISED_MS * 4,
  });
});
