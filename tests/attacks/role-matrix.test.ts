import { type EndpointSpec, permissionsOfRole, Role } from '@soc/contracts';
import { GetMe } from '@soc/contracts/auth/sessions';
import { endpoints } from '@soc/contracts/endpoints';
import { logIn } from '@soc/fleet';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Answer, type Attacker, createAttacker, forEachOf } from './attacker.ts';
import { claimsOf, honestToken } from './principals.ts';
import { pathOf } from './sample-requests.ts';
import './provided.ts';

let attacker: Attacker;
/** Of a person who is there: what auth is asked of oneself, it answers from the account. */
let subject: string;

beforeAll(async () => {
  const { gatewayUrl, admin } = inject('attackedFleet');
  attacker = createAttacker(gatewayUrl);
  subject = (await (await logIn(gatewayUrl, admin)).call(GetMe)).id;
});
afterAll(() => attacker.close());

/** A request that gets past the door and no further: its id is nobody's, its body is cut off. */
const knock = (spec: EndpointSpec, token: string | null): Promise<Answer> =>
  attacker.send({
    method: spec.method,
    path: pathOf(spec),
    token,
    ...(spec.method !== 'GET' &&
      spec.method !== 'DELETE' && {
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

interface Caller {
  readonly who: string;
  /** Undefined for who is not known at all. */
  readonly held: readonly string[] | undefined;
  readonly roles?: readonly string[];
  /** Of the token, when it says more than is held. */
  readonly claimed?: readonly string[];
}

const callers: readonly Caller[] = [
  ...Role.options.map((role) => ({ who: role, held: permissionsOfRole[role], roles: [role] })),
  { who: 'someone without a role', held: [] },
  { who: 'someone with the names of all roles and no permission', held: [], roles: Role.options },
  {
    who: 'someone with permissions nobody knows',
    held: [],
    claimed: ['*', 'admin', 'users:*', '__proto__', 'constructor', 'USERS:WRITE', 'users:write '],
  },
  { who: 'a stranger', held: undefined },
];

test.each(callers)('$who may call what the contracts say, and nothing else', async ({ held, roles = [], claimed }) => {
  const token = held ? honestToken(claimsOf({ permissions: claimed ?? held, roles, subject })) : null;
  const found = await forEachOf(endpoints, async (spec) => [spec.id, verdictOf(await knock(spec, token))]);
  expect(found).toEqual(endpoints.map((spec) => [spec.id, expected(spec, held)]));
});
