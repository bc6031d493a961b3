import { Permission, TenantId } from '@soc/contracts';
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
  /** `enrol`: of a person who must set up a second factor and may do nothing else. */
  mfa: z.literal('enrol').optional(),
  /** Seconds, with a fraction: a token issued just after a revocation is told from one issued just before. */
  iat: z.number(),
  exp: z.number(),
});
export type AccessClaims = z.infer<typeof AccessClaims>;

const known = new Set<string>(Permission.options);
const isPermission = (name: string): name is Permission => known.has(name);

/** The principal a verified token speaks for. Permissions this version does not know are ignored. */
export function principalOf(claims: AccessClaims): Principal {
  return {
    kind: claims.kind,
    subject: claims.sub,
    name: claims.name,
    tenantId: claims.tenant,
    roles: claims.roles,
    permissions: new Set(claims.permissions.filter(isPermission)),
    ...(claims.sid !== undefined && { sessionId: claims.sid }),
    ...(claims.by !== undefined && { makerId: claims.by }),
    ...(claims.mfa !== undefined && { mfa: claims.mfa }),
  };
}

/** The claims that say who a principal is; the inverse of `principalOf`. */
export const claimsOf = ({ name, kind, tenantId, roles, permissions, sessionId, makerId, mfa }: Principal) => ({
  name,
  kind,
  tenant: tenantId,
  roles,
  permissions: [...permissions],
  ...(sessionId !== undefined && { sid: sessionId }),
  ...(makerId !== undefined && { by: makerId }),
  ...(mfa !== undefined && { mfa }),
});
