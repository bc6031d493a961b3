import { permissionsOfRole, type Role, type ServiceName } from '@soc/contracts';
import { createTokenSigner, createTokenVerifier, fixedKeySource, type Principal } from '@soc/identity';
import { GATEWAY_ISSUER, type KeySources } from '@soc/service-kit';

/** Who a test may be. `nobody` is known but may do nothing; `otherTenantAdmin` may do all, in the tenant `other`. */
export type TestRole = Role | 'otherTenantAdmin' | 'nobody';

const ROLES: readonly TestRole[] = ['admin', 'analyst', 'responder', 'viewer', 'service', 'otherTenantAdmin', 'nobody'];

const ACCESS = { issuer: 'soc-agent', audience: 'soc-fleet' };
const AN_HOUR_S = 3_600;
/** A service of a test may live in another year, before or after. */
const TEN_YEARS_S = 10 * 365 * 24 * 3_600;

/** When a token says that it was issued. Auth in a test may be ahead of the time, and so is the gateway then. */
function issuedAtMsOf(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof claims === 'object' && claims !== null && 'iat' in claims ? Number(claims.iat) * 1_000 : 0;
  } catch {
    return 0; // what is no token is refused, at whatever time
  }
}

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
  /** Where the service finds the keys of the tests. */
  readonly keySources: KeySources;
  /** A token for anyone: what the gateway sends the service, or, to the gateway itself, an access token. */
  readonly sign: (principal: Principal) => string;
  /** What the gateway makes of an access token for the service; any other token is left as it is. */
  readonly throughGateway: (token: string) => Promise<string>;
}

/** Tokens that `service` takes, for every role, signed with keys of the tests: the RSA key of auth, the EC key of the gateway. */
export function createTestIdentities(
  service: ServiceName,
  keyPems: { readonly auth: string; readonly gateway: string },
): TestIdentities {
  const access = createTokenSigner({ privateKeyPem: keyPems.auth, ...ACCESS });
  const internal = createTokenSigner({ privateKeyPem: keyPems.gateway, issuer: GATEWAY_ISSUER, audience: service });
  const keySources = { auth: fixedKeySource({ keys: access.jwks }), gateway: fixedKeySource({ keys: internal.jwks }) };
  const people = (nowMs: number) =>
    createTokenVerifier({ trusted: [{ ...ACCESS, keys: keySources.auth }], nowMs: () => nowMs });
  const sign = (principal: Principal): string => {
    if (service === 'gateway') return access.sign(principal, AN_HOUR_S);
    return internal.sign(principal, 2 * TEN_YEARS_S, { issuedAtS: Math.floor(Date.now() / 1_000) - TEN_YEARS_S });
  };
  const principals = ROLES.map((role, index) => [role, principalOf(role, index)] as const);
  const tokens = principals.map(([role, principal]) => [role, sign(principal)] as const);
  return {
    // `fromEntries` forgets that the keys are exactly the roles.
    tokens: Object.fromEntries(tokens) as Record<TestRole, string>,
    principals: Object.fromEntries(principals) as Record<TestRole, Principal>,
    keySources,
    sign,
    throughGateway: async (token) => {
      if (service === 'gateway') return token;
      const principal = await people(Math.max(Date.now(), issuedAtMsOf(token))).verify(token);
      return principal ? sign(principal) : token;
    },
  };
}
