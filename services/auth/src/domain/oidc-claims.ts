import { z } from 'zod';

/** What of a verified ID token concerns us (OpenID Connect Core 1.0, sections 2 and 5.1). */
export const OidcClaims = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  // Some providers write it as text.
  email_verified: z.union([z.boolean(), z.enum(['true', 'false'])]).optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
});
export type OidcClaims = z.infer<typeof OidcClaims>;

export interface RoleRules {
  readonly roleClaim: string | null;
  readonly roleMapping: readonly { readonly value: string; readonly roles: readonly string[] }[];
  readonly defaultRoles: readonly string[];
}

/** The values of a claim: one text, or a list of which only texts count. Own claims alone, so `__proto__` is none. */
function valuesOf(claims: OidcClaims, name: string): ReadonlySet<string> {
  const value: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return new Set(values.filter((each) => typeof each === 'string'));
}

/** The roles that a provider's claims stand for; values are compared as they are. */
export function rolesOf(claims: OidcClaims, { roleClaim, roleMapping, defaultRoles }: RoleRules): readonly string[] {
  const values = roleClaim === null ? new Set<string>() : valuesOf(claims, roleClaim);
  const mapped = roleMapping.filter(({ value }) => values.has(value)).flatMap(({ roles }) => roles);
  return [...new Set([...defaultRoles, ...mapped])];
}

/** The address, when the provider vouches for it. */
export const verifiedEmailOf = ({ email, email_verified: verified }: OidcClaims): string | undefined =>
  verified === true || verified === 'true' ? email : undefined;

const MAX_NAME_CHARS = 128;

/** A name that fits `DisplayName`, whatever the provider sends. */
export function displayNameOf({ name, preferred_username: username, email, sub }: OidcClaims): string {
  const [found] = [name, username, email, sub]
    .map((text) =>
      text
        ?.replaceAll(/\p{Cc}/gu, ' ')
        .trim()
        .slice(0, MAX_NAME_CHARS)
        .trim(),
    )
    .filter(Boolean);
  return found ?? 'Somebody';
}
