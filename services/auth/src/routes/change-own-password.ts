import { ChangeOwnPassword } from '@soc/contracts/auth/sessions';
import { route, unprocessable } from '@soc/service-kit';
import { publishUserChanged } from '../account-events.ts';
import { clientAddressOf } from '../client-address.ts';
import type { AuthDeps } from '../deps.ts';
import { hashNewPassword } from '../new-password.ts';
import { passwordRefused } from '../password-policy.ts';

export const changeOwnPasswordRoute = (deps: AuthDeps) =>
  route(ChangeOwnPassword, async ({ body, principal, request, origin, record, log }) => {
    const { db, users, sessions, outbox, demandOwnPassword, now } = deps;
    const { oldPassword, newPassword } = body;
    const seen = await demandOwnPassword(principal, oldPassword, clientAddressOf(request));
    if (newPassword === oldPassword) throw passwordRefused('body.newPassword', 'is the one you have');
    const hash = await hashNewPassword(deps, { password: newPassword, path: 'body.newPassword', owner: seen });
    const isChanged = await db.tx(async (tx) => {
      const account = await users.changePassword(tx, seen, hash, now());
      if (!account) return false;
      await sessions.revokeOthers(tx, { userId: account.id, sessionId: principal.sessionId }, 'account_changed', now());
      await publishUserChanged(outbox, tx, account, 'updated', origin);
      await record(tx, { targetId: account.id });
      return true;
    });
    // Changed by somebody else while the new one was hashed.
    if (!isChanged) throw unprocessable('auth.wrong_password', 'the password is not the one of the account');
    log.info({ userId: seen.id }, 'password changed by its owner');
    return undefined;
  });
