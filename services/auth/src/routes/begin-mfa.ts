import { BeginMfa } from '@soc/contracts/auth/mfa';
import { conflict, route } from '@soc/service-kit';
import { clientAddressOf } from '../client-address.ts';
import type { AuthDeps } from '../deps.ts';

type BeginMfaDeps = Pick<AuthDeps, 'db' | 'demandOwnPassword' | 'secondFactor' | 'now'>;

/** With the password once more: whoever finds an open session must not make it theirs for good. */
export const beginMfaRoute = ({ db, demandOwnPassword, secondFactor, now }: BeginMfaDeps) =>
  route(BeginMfa, async ({ body, principal, request, record, log }) => {
    const account = await demandOwnPassword(principal, body.password, clientAddressOf(request));
    const begun = await db.tx(async (tx) => {
      const made = await secondFactor.begin(tx, account, now());
      if (made) await record(tx, { targetId: account.id });
      return made;
    });
    if (!begun) throw conflict('auth.mfa_enabled', 'a second factor is enrolled already');
    log.info({ userId: account.id }, 'enrolment of a second factor begun');
    return begun;
  });
