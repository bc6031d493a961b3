import { RenewRecoveryCodes } from '@soc/contracts/auth/mfa';
import { route } from '@soc/service-kit';
import { clientAddressOf } from '../client-address.ts';
import type { AuthDeps } from '../deps.ts';
import { withBothFactors } from '../with-both-factors.ts';

export const renewRecoveryCodesRoute = (deps: AuthDeps) =>
  route(RenewRecoveryCodes, async ({ body, principal, request, record, log }) => {
    const shown = { ...body, principal, clientAddress: clientAddressOf(request) };
    const codes = await withBothFactors(deps, shown, async (tx, account) => {
      await record(tx, { targetId: account.id });
      return deps.secondFactor.issueRecoveryCodes(tx, account);
    });
    log.info({ userId: principal.subject }, 'recovery codes renewed');
    return { recoveryCodes: [...codes] };
  });
