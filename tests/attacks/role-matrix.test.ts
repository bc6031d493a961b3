import { type EndpointSpec, permissionsOfRole, Role } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Answer, type Attacker, createAttacker, forEachOf } from './attacker.ts';
import { claimsOf, honestToken, tokenOfRole } from './principals.ts';
import { pathOf } from './sample-requests.ts';
import './provided.ts';

let attacker: Attacker;
beforeAll(() => {
  attacker = createAttacker(inject('attackedFleet').gatewayUrl);
});
afterAll(() => attacker.close());

/** A request that gets past the door and no further: its id is nobody's, its body is cut off. */
const knock = (spec: EndpointSpec, token: string | null): Promise<Answer> =>
  attacker.send({
    method: spec.method,
    path: pathOf(spec),
    token,
    ...(spec.method !== 'GET' && spec.method !== 'DELETE' && {
      headers: { 'content-type': 'application/json' },
      body: spec.body ? '{"cut off": ' : '',
    }),
  });

type Verdict = 'unknown' | 'forbidden' | 'allowed';

const expected = ({ permission }: EndpointSpec, held: readonly string[] | undefined): Verdict => {
  if (permission === 'public') return 'allowed';
  if (!held) return 'unknown';
  return permission === 'authenticated' || held.includes(permission) ? 'allowed' : 'forbidden';
};

/** What the answer says of the door; a fault is none of its words. */
function verdictOf({ status, code, contentType }: Answer): string {
  if (status >= 500) return `a fault: ${status} ${code ?? contentType}`;
  if (status >= 400 && code === undefined) return `no problem: ${status} ${contentType}`;
  if (status === 401 && code === 'auth.unauthenticated') return 'unknown';
  return status === 403 && code === 'auth.forbidden' ? 'forbidden' : 'allowed';
}

const callers: readonly (readonly [name: string, held: readonly string[] | undefined, token: () => string | null])[] = [
  ...Role.options.map((role) => [role, permissionsOfRole[role], () => tokenOfRole(role)] as const),
  ['someone without a role', [], () => honestToken(claimsOf({ permissions: [] }))],
  [
    'someone with the names of all roles and no permission',
    [],
    () => honestToken(claimsOf({ permissions: [], roles: Role.options })),
  ],
  [
    'someone with permissions nobody knows',
    [],
    () => honestToken(claimsOf({ permissions: ['*', 'admin', 'users:*', '__proto__', 'constructor', 'USERS:WRITE'] })),
  ],
  ['a stranger', undefined, () => null],
];

test.each(callers)('%s may call what the contracts say, and nothing else', async (_, held, tokenOf) => {
  const token = tokenOf();
  const found = await forEachOf(endpoints, async (spec) => [spec.id, verdictOf(await knock(spec, token))]);
  expect(found).toEqual(endpoints.map((spec) => [spec.id, expected(spec, held)]));
});
