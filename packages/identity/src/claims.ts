import { Permission, TenantId, type TokenLimit } from '@soc/contracts';
import { z } from 'zod';
import type { Principal } from './principal.ts';

/** The claims of an access token or an internal token beside RFC 7519's registered ones. */
export const AccessClaims = z.object({
  sub: z.string().min(1),
  name: z.string(),
  kind: z.enum(['user', 'api_key', 'service']),
  tenant: TenantId,
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  sid: z.string().optional(),
  /** Who made the API key that the token stands for. */
  by: z.string().optional(),
  /** Seconds, with a fraction: a token issued just after a revocation is told from one issued just before. */
  iat: z.number(),
  /** The person must enrol a second factor: nothing else is open. */
  mfa: z.literal('enrol').optional(),
  /** The person must choose another password: nothing else is open. */
  pwd: z.literal('change').optional(),
  exp: z.number(),
});
export type AccessClaims = z.infer<typeof AccessClaims>;

const known = new Set<string>(Permission.options);
const isPermission = (name: string): name is Permission => known.has(name);

function limitOf({ mfa, pwd }: Pick<AccessClaims, 'mfa' | 'pwd'>): TokenLimit | undefined {
  if (pwd !== undefined) return 'password_change';
  return mfa === undefined ? undefined : 'mfa_enrolment';
}

/** The claims that stand for the limit of a token. */
const limitClaims = (limit: TokenLimit | undefined): Pick<AccessClaims, 'mfa' | 'pwd'> => ({
  ...(limit === 'mfa_enrolment' && { mfa: 'enrol' }),
  ...(limit === 'password_change' && { pwd: 'change' }),
});

/** The principal a verified token speaks for. Permissions this version does not know are ignored. */
export function principalOf(claims: AccessClaims): Principal {
  const limit = limitOf(claims);
  return {
    kind: claims.kind,
    subject: claims.sub,
    name: claims.name,
    tenantId: claims.tenant,
    roles: claims.roles,
    permissions: new Set(claims.permissions.filter(isPermission)),
    ...(claims.sid !== undefined && { sessionId: claims.sid }),
    ...(claims.by !== undefined && { makerId: claims.by }),
    ...(limit !== undefined && { limit }),
  };
}

/** The claims that say who a principal is; the inverse of `principalOf`. */
export const claimsOf = ({ name, kind, tenantId, roles, permissions, sessionId, makerId, limit }: Principal) => ({
  name,
  kind,
  tenant: tenantId,
  roles,
  permissions: [...permissions],
  ...(sessionId !== undefined && { sid: sessionId }),
  ...(makerId !== undefined && { by: makerId }),
  ...limitClaims(limit),
});
