import { permissionsOfRole, type Role } from '@soc/contracts';
import {
  createTokenSigner,
  createTokenVerifier,
  fixedKeySource,
  type Principal,
  type TokenVerifier,
} from '@soc/identity';

/** Who a test may be. `nobody` is known but may do nothing; `otherTenantAdmin` may do all, in the tenant `other`. */
export type TestRole = Role | 'otherTenantAdmin' | 'nobody';

const ROLES: readonly TestRole[] = ['admin', 'analyst', 'responder', 'viewer', 'service', 'otherTenantAdmin', 'nobody'];

const NAMES = { issuer: 'soc-agent', audience: 'soc-fleet' };
const AN_HOUR_S = 3_600;

function principalOf(role: TestRole, index: number): Principal {
  const builtIn = role === 'otherTenantAdmin' ? 'admin' : role;
  return {
    kind: role === 'service' ? 'service' : 'user',
    subject: `00000000-0000-7000-8000-00000000000${index}`,
    name: `Test ${role}`,
    tenantId: role === 'otherTenantAdmin' ? 'other' : 'default',
    roles: builtIn === 'nobody' ? [] : [builtIn],
    permissions: new Set(builtIn === 'nobody' ? [] : permissionsOfRole[builtIn]),
  };
}

export interface TestIdentities {
  readonly tokens: Readonly<Record<TestRole, string>>;
  readonly principals: Readonly<Record<TestRole, Principal>>;
  readonly verifier: TokenVerifier;
  /** An access token for anyone. */
  readonly sign: (principal: Principal) => string;
}

/** Tokens for every role, signed with a key of the tests, and the verifier that accepts them. */
export function createTestIdentities(privateKeyPem: string): TestIdentities {
  const signer = createTokenSigner({ privateKeyPem, ...NAMES });
  const sign = (principal: Principal): string => signer.sign(principal, AN_HOUR_S);
  const principals = ROLES.map((role, index) => [role, principalOf(role, index)] as const);
  const tokens = principals.map(([role, principal]) => [role, sign(principal)] as const);
  return {
    // `fromEntries` forgets that the keys are exactly the roles.
    tokens: Object.fromEntries(tokens) as Record<TestRole, string>,
    principals: Object.fromEntries(principals) as Record<TestRole, Principal>,
    verifier: createTokenVerifier({ keys: fixedKeySource({ keys: [signer.jwk] }), ...NAMES, nowMs: () => Date.now() }),
    sign,
  };
}
