import { Refresh } from '@soc/contracts/auth/sessions';
import { route, unauthenticated } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { decideRefresh } from '../domain/decide-refresh.ts';
import { createSecret, hashOf } from '../opaque-secret.ts';

type RefreshDeps = Pick<AuthDeps, 'db' | 'sessions' | 'grants' | 'tokens' | 'audit' | 'config' | 'now'>;

export const refreshRoute = ({ db, sessions, grants, tokens, audit, config, now }: RefreshDeps) =>
  route(Refresh, async ({ body, request, record, log }) => {
    const usedHash = hashOf(body.refreshToken);
    // Decided inside, answered outside: a refusal thrown in the transaction would undo the revocation.
    const pair = await db.tx(async (tx) => {
      const at = now();
      const found = await sessions.findToken(tx, usedHash);
      const decision = decideRefresh(found, at);
      if (!found || decision.kind === 'refuse') return undefined;
      const { sessionId, holder } = found;
      if (decision.kind === 'revoke') {
        await sessions.revoke(tx, { sessionId, userId: holder.id }, 'token_reused', at);
        // Whose it is, is known; who has shown it, is not.
        await audit.record(tx, {
          action: 'session.end',
          outcome: 'success',
          tenantId: holder.tenantId,
          target: { type: 'session', id: sessionId },
          reason: 'auth.refresh_token_reused',
          details: { userId: holder.id },
          request,
        });
        log.warn({ sessionId, userId: holder.id }, 'refresh token used twice, session ended');
        return undefined;
      }
      const expiresAt = new Date(at.getTime() + config.AUTH_REFRESH_TOKEN_TTL_S * 1000);
      const refreshToken = createSecret('rt_');
      await sessions.renew(tx, sessionId, usedHash, at, expiresAt);
      await sessions.addToken(tx, sessionId, hashOf(refreshToken), expiresAt);
      await record(tx, { targetId: sessionId, person: holder });
      return tokens.forPerson(holder, await grants.of(tx, holder), sessionId, refreshToken);
    });
    if (!pair) throw unauthenticated('auth.bad_refresh_token', 'the refresh token is not valid');
    return pair;
  });
