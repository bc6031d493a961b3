import type { TokenPair } from '@soc/contracts/auth/sessions';
import type { Tx } from '@soc/db-cluster';
import { clientNetworkOf, uuidv7 } from '@soc/service-kit';
import type { AuthConfig } from './config.ts';
import type { Account } from './domain/account.ts';
import type { Grants } from './grants.ts';
import { createSecret, hashOf } from './opaque-secret.ts';
import type { sessionRepository } from './session-repository.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** The client a person logs in with. */
export interface LoginClient {
  readonly clientAddress: string;
  readonly userAgent: string | null;
}

/**
 * Opens a session for a person who has shown all that was asked of them, in the transaction that locked their account, and
 * gives its first tokens.
 */
export type OpenSession = (tx: Tx, account: Account, client: LoginClient) => Promise<TokenPair>;

interface OpenSessionDeps {
  readonly sessions: Pick<typeof sessionRepository, 'open' | 'addToken'>;
  readonly grants: Grants;
  readonly tokens: TokenIssuer;
  readonly config: AuthConfig;
  readonly now: () => Date;
}

export const createOpenSession =
  ({ sessions, grants, tokens, config, now }: OpenSessionDeps): OpenSession =>
  async (tx, account, { clientAddress, userAgent }) => {
    const at = now();
    const expiresAt = new Date(at.getTime() + config.AUTH_REFRESH_TOKEN_TTL_S * 1000);
    const { id: userId, tenantId } = account;
    const refreshToken = createSecret('rt_');
    const session = {
      id: uuidv7(at.getTime()),
      tenantId,
      userId,
      userAgent,
      address: clientAddress,
      network: clientNetworkOf(clientAddress),
    };
    await sessions.open(tx, session, at, expiresAt);
    await sessions.addToken(tx, session.id, hashOf(refreshToken), expiresAt);
    return tokens.forPerson(account, await grants.of(tx, account), session.id, refreshToken);
  };
