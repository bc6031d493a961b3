import { type Permission, permissionsOfRole, type ServiceName } from '@soc/contracts';
import type { TokenPair } from '@soc/contracts/auth/sessions';
import type { TokenSigner } from '@soc/identity';
import type { AuthConfig } from './config.ts';
import { apiKeyTokenTtlS } from './domain/decide-api-key.ts';
import type { Grant } from './domain/grant.ts';
import { issuedAtS } from './domain/revocation.ts';
import type { PresentedKey } from './api-key-repository.ts';

/** The person an access token speaks for. */
export interface TokenHolder {
  readonly id: string;
  readonly tenantId: string;
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly tokensValidFrom: string | null;
}

export interface BareToken {
  readonly accessToken: string;
  readonly expiresInS: number;
}

export interface TokenIssuer {
  readonly forPerson: (holder: TokenHolder, grant: Grant, sessionId: string, refreshToken: string) => TokenPair;
  /** What the key allows and its maker still holds, which is `held`. */
  readonly forApiKey: (key: PresentedKey, held: ReadonlySet<Permission>, at: Date) => BareToken;
  /** The role `service`, good at one service; at auth, the gateway may also exchange API keys. */
  readonly forService: (name: ServiceName, audience: ServiceName) => BareToken;
}

/** Services act for the whole fleet, which has one tenant of its own. */
const FLEET_TENANT = 'default';

/** A service asks for another when it needs one: what leaks is of no use for long. */
const SERVICE_TOKEN_TTL_S = 5 * 60;

export function createTokenIssuer(signer: Pick<TokenSigner, 'sign'>, config: AuthConfig, now: () => Date): TokenIssuer {
  const ttlS = config.AUTH_ACCESS_TOKEN_TTL_S;
  return {
    forPerson: ({ id, tenantId, displayName, roles, tokensValidFrom }, grant, sessionId, refreshToken) => ({
      accessToken: signer.sign(
        {
          kind: 'user',
          subject: id,
          name: displayName,
          tenantId,
          roles,
          permissions: grant.permissions,
          ...(grant.limit !== undefined && { limit: grant.limit }),
          sessionId,
        },
        ttlS,
        { issuedAtS: issuedAtS(now(), tokensValidFrom) },
      ),
      refreshToken,
      tokenType: 'Bearer',
      expiresInS: ttlS,
    }),
    forApiKey: ({ id, tenantId, name, permissions, expiresAt, maker }, held, at) => {
      const expiresInS = apiKeyTokenTtlS(expiresAt, at);
      const accessToken = signer.sign(
        {
          kind: 'api_key',
          subject: id,
          name,
          tenantId,
          roles: [],
          permissions: new Set(permissions.filter((permission) => held.has(permission))),
          makerId: maker.id,
        },
        expiresInS,
        { issuedAtS: issuedAtS(at, maker.tokensValidFrom) },
      );
      return { accessToken, expiresInS };
    },
    forService: (name, audience) => {
      const expiresInS = Math.min(SERVICE_TOKEN_TTL_S, ttlS);
      const accessToken = signer.sign(
        {
          kind: 'service',
          subject: name,
          name,
          tenantId: FLEET_TENANT,
          roles: ['service'],
          permissions: new Set([
            ...permissionsOfRole.service,
            ...(name === 'gateway' && audience === 'auth' ? ['tokens:exchange' as const] : []),
          ]),
        },
        expiresInS,
        { audience },
      );
      return { accessToken, expiresInS };
    },
  };
}
