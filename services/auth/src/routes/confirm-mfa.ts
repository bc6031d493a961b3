import { ConfirmMfa } from '@soc/contracts/auth/mfa';
import { conflict, route, unprocessable } from '@soc/service-kit';
import { clientAddressOf } from '../client-address.ts';
import type { AuthDeps } from '../deps.ts';
import { demandUnlocked } from '../own-password.ts';

type ConfirmMfaDeps = Pick<AuthDeps, 'db' | 'users' | 'sessions' | 'secondFactor' | 'locks' | 'now'>;

const notBegun = () => conflict('auth.mfa_not_begun', 'begin the enrolment first');

/**
 * Every other session ends: one that was opened with the password alone must not turn into one with all rights, now that
 * a second factor is there.
 */
export const confirmMfaRoute = ({ db, users, sessions, secondFactor, locks, now }: ConfirmMfaDeps) =>
  route(ConfirmMfa, async ({ body, principal, request, record, log }) => {
    const { kind, tenantId, subject, sessionId } = principal;
    const account = kind === 'user' ? await users.find(db.write, tenantId, subject) : undefined;
    if (!account?.active) throw notBegun();
    const attempt = { email: account.email, clientAddress: clientAddressOf(request) };
    await demandUnlocked(locks, attempt.email, attempt.clientAddress);
    const outcome = await db.tx(async (tx) => {
      const confirmation = await secondFactor.confirm(tx, account.id, body.code, now());
      if (confirmation !== 'confirmed') return { confirmation, recoveryCodes: [] };
      const recoveryCodes = await secondFactor.issueRecoveryCodes(tx, account);
      await sessions.revokeOthers(tx, { userId: account.id, sessionId }, 'account_changed', now());
      await record(tx, { targetId: account.id });
      return { confirmation, recoveryCodes };
    });
    switch (outcome.confirmation) {
      case 'confirmed':
        log.info({ userId: account.id }, 'second factor enrolled');
        return { recoveryCodes: [...outcome.recoveryCodes] };
      case 'not_begun':
        throw notBegun();
      case 'already_enabled':
        throw conflict('auth.mfa_enabled', 'a second factor is enrolled already');
      case 'wrong':
        await locks.recordFailure(attempt);
        throw unprocessable('auth.wrong_otp', 'the code does not fit');
    }
  });
